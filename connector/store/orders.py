"""Orders in the store: taking them in, and looking at them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from connector.models import Item, ItemsState, NewOrder, Order, Shown, Status
from connector.store.tables import items as items_table
from connector.store.tables import orders
from connector.totals import common_currency, mismatch, pieces, sum_total, tidy

NOTHING_TO_FETCH_WITH = (
    "The order came without its token, so its items can't be fetched. They will be if the order is sent again with it."
)

_IDS_AT_ONCE = 500

_STATUS_CONDITIONS = {
    Status.RECEIVED: orders.c.shown.is_(None),
    Status.SYNCED: orders.c.shown == Shown.COMPLETE,
    Status.FAILED: sa.and_(orders.c.shown == Shown.UNAVAILABLE, orders.c.items_state == ItemsState.UNAVAILABLE),
    Status.WAITING: sa.or_(
        orders.c.shown == Shown.WAITING,
        sa.and_(orders.c.shown == Shown.UNAVAILABLE, orders.c.items_state != ItemsState.UNAVAILABLE),
    ),
}
"""`models.status_of`, for the database."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an order that was handed in."""

    order_id: str
    is_new: bool


def add_orders(
    connection: Connection, shop: str, new_orders: Sequence[NewOrder], *, now: datetime, grace: timedelta
) -> list[Taken]:
    """Stores the orders that are not there yet, and adds to those that are what they lacked.

    `grace` is how long an order's row waits for the items before it is written without them.
    """
    taken = []
    for order in new_orders:
        is_new = _insert(connection, shop, order, now=now, grace=grace)
        if not is_new:
            _complete_known(connection, shop, order, now=now)
        taken.append(Taken(order.order_id, is_new))
    return taken


def _insert(connection: Connection, shop: str, order: NewOrder, *, now: datetime, grace: timedelta) -> bool:
    state = _first_state(order)
    is_due = state is ItemsState.DUE
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(orders).on_conflict_do_nothing(index_elements=["shop", "order_id"]).returning(orders.c.id)
    key = connection.execute(
        statement,
        {
            "shop": shop,
            "order_id": order.order_id,
            "order_token": None if order.items else order.order_token,
            "channel_id": order.channel_id,
            "customer_name": order.customer_name,
            "customer_phone": order.customer_phone,
            "title": order.title,
            "note": order.note,
            "item_count": order.item_count,
            "total_price": order.total_price,
            "currency": order.currency,
            "received_at": order.received_at,
            "stored_at": now,
            "items_state": state,
            "attempts": 0,
            "next_attempt_at": now if is_due else None,
            "write_due_at": now + grace if is_due else now,
            "last_error": NOTHING_TO_FETCH_WITH if state is ItemsState.UNAVAILABLE else None,
        },
    ).scalar()
    if key is not None and order.items:
        put_items(connection, key, order.items, item_count=order.item_count, total_price=order.total_price)
    return key is not None


def _first_state(order: NewOrder) -> ItemsState:
    if order.items:
        return ItemsState.READY
    return ItemsState.UNAVAILABLE if order.order_token is None else ItemsState.DUE


def _complete_known(connection: Connection, shop: str, order: NewOrder, *, now: datetime) -> None:
    """Gives a known order the token or the items that it lacks; everything else about it stays."""
    known = sa.and_(orders.c.shop == shop, orders.c.order_id == order.order_id)
    if order.items:
        # The condition keeps items that are here already: they may be in the sheet.
        row = connection.execute(
            sa.update(orders)
            .where(known, orders.c.items_state != ItemsState.READY)
            .values(items_state=ItemsState.READY, next_attempt_at=None, write_due_at=now, order_token=None)
            .returning(orders.c.id, orders.c.item_count, orders.c.total_price)
        ).first()
        if row is not None:
            put_items(connection, row.id, order.items, item_count=row.item_count, total_price=row.total_price)
    elif order.order_token is not None:
        # An order that never had a token was given up at once; no other one is without a token and unavailable.
        connection.execute(
            sa.update(orders)
            .where(known, orders.c.order_token.is_(None), orders.c.items_state == ItemsState.UNAVAILABLE)
            .values(
                order_token=order.order_token,
                items_state=ItemsState.DUE,
                next_attempt_at=now,
                last_error=None,
            )
        )


def put_items(
    connection: Connection,
    key: int,
    items: Sequence[Item],
    *,
    item_count: float | None,
    total_price: float | None,
) -> None:
    """Stores an order's items, and completes and checks the order's own figures with them."""
    if items:
        connection.execute(
            sa.insert(items_table),
            [
                {
                    "order_key": key,
                    "line": line,
                    "product_id": item.product_id,
                    "sku": item.sku,
                    "name": item.name,
                    "quantity": item.quantity,
                    "price": item.price,
                    "currency": item.currency,
                    "image": item.image,
                }
                for line, item in enumerate(items)
            ],
        )
    connection.execute(
        sa.update(orders)
        .where(orders.c.id == key)
        .values(
            item_count=sa.func.coalesce(orders.c.item_count, pieces(items)),
            total_price=sa.func.coalesce(orders.c.total_price, sum_total(items)),
            currency=sa.func.coalesce(orders.c.currency, common_currency(items)),
            warning=mismatch(
                items,
                item_count=None if item_count is None else tidy(item_count),
                total_price=None if total_price is None else tidy(total_price),
            ),
            last_error=None,
        )
    )


def find_order(connection: Connection, shop: str, order_id: str) -> Order | None:
    """The order with its items; None if the store doesn't have it."""
    row = connection.execute(sa.select(orders).where(orders.c.shop == shop, orders.c.order_id == order_id)).first()
    return None if row is None else with_items(connection, [row])[0]


def list_orders(
    connection: Connection,
    shop: str,
    *,
    status: Status | None = None,
    limit: int = 50,
    before: int | None = None,
) -> list[Order]:
    """The newest orders first, without their items; `before` is the store's number of the last one seen."""
    query = sa.select(orders).where(orders.c.shop == shop).order_by(orders.c.id.desc()).limit(limit)
    if status is not None:
        query = query.where(_STATUS_CONDITIONS[status])
    if before is not None:
        query = query.where(orders.c.id < before)
    return [to_order(row) for row in connection.execute(query)]


def count_by_status(connection: Connection, shop: str) -> dict[Status, int]:
    """How many orders stand where."""
    return {
        status: connection.execute(
            sa.select(sa.func.count()).select_from(orders).where(orders.c.shop == shop, condition)
        ).scalar_one()
        for status, condition in _STATUS_CONDITIONS.items()
    }


def count_synced(connection: Connection, shop: str, order_ids: Sequence[str]) -> int:
    """How many of the orders are complete in the sheet."""
    count = 0
    for start in range(0, len(order_ids), _IDS_AT_ONCE):
        some = order_ids[start : start + _IDS_AT_ONCE]
        query = sa.select(sa.func.count()).select_from(orders)
        query = query.where(orders.c.shop == shop, orders.c.order_id.in_(some), orders.c.shown == Shown.COMPLETE)
        count += connection.execute(query).scalar_one()
    return count


def oldest_unwritten(connection: Connection, shop: str) -> datetime | None:
    """When the oldest order came in whose row is not in the sheet yet; None if all are."""
    query = sa.select(orders.c.stored_at).where(orders.c.shop == shop, orders.c.shown.is_(None))
    return connection.execute(query.order_by(orders.c.id).limit(1)).scalar()


def known_order_ids(connection: Connection, shop: str, order_ids: Sequence[str]) -> set[str]:
    """Those of the ids that are orders in the store."""
    query = sa.select(orders.c.order_id).where(orders.c.shop == shop, orders.c.order_id.in_(order_ids))
    return set(connection.execute(query).scalars())


def with_items(connection: Connection, rows: Iterable[sa.Row[Any]]) -> list[Order]:
    """The rows as orders, with their items."""
    rows = list(rows)
    by_order: dict[int, list[Item]] = {row.id: [] for row in rows}
    query = sa.select(items_table).where(items_table.c.order_key.in_(list(by_order)))
    for row in connection.execute(query.order_by(items_table.c.order_key, items_table.c.line)):
        by_order[row.order_key].append(
            Item(
                product_id=row.product_id,
                sku=row.sku,
                name=row.name,
                quantity=None if row.quantity is None else tidy(row.quantity),
                price=None if row.price is None else tidy(row.price),
                currency=row.currency,
                image=row.image,
            )
        )
    return [to_order(row, by_order[row.id]) for row in rows]


def to_order(row: sa.Row[Any], items: Sequence[Item] = ()) -> Order:
    """A row of the table `orders` as an order."""
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
    return Order(
        id=values["id"],
        shop=values["shop"],
        order_id=values["order_id"],
        order_token=values["order_token"],
        channel_id=values["channel_id"],
        customer_name=values["customer_name"],
        customer_phone=values["customer_phone"],
        title=values["title"],
        note=values["note"],
        item_count=None if values["item_count"] is None else tidy(values["item_count"]),
        total_price=None if values["total_price"] is None else tidy(values["total_price"]),
        currency=values["currency"],
        received_at=values["received_at"],
        stored_at=values["stored_at"],
        items_state=ItemsState(values["items_state"]),
        attempts=values["attempts"],
        next_attempt_at=values["next_attempt_at"],
        setback_at=values["setback_at"],
        last_error=values["last_error"],
        warning=values["warning"],
        shown=None if values["shown"] is None else Shown(values["shown"]),
        write_due_at=values["write_due_at"],
        batch_id=values["batch_id"],
        synced_at=values["synced_at"],
        items=tuple(items),
    )
