"""Looks at the orders in the store."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import Item, ItemsState, Order, Shown, Status, status_of
from connector.store.dealt_with import to_look_at
from connector.store.items import to_item
from connector.store.places import place_of
from connector.store.statements import count, in_pieces
from connector.store.tables import items as items_table
from connector.store.tables import orders, past_orders

_IDS_AT_ONCE = 500
_ORDER_FIELDS = [field.name for field in fields(Order) if field.name in orders.c]
"""All but its items and its place."""

_STATUS_BRANCHES: dict[Status, tuple[sa.ColumnElement[bool], ...]] = {
    Status.RECEIVED: (orders.c.shown.is_(None),),
    Status.SYNCED: (orders.c.shown == Shown.COMPLETE,),
    Status.FAILED: (sa.and_(orders.c.shown == Shown.UNAVAILABLE, orders.c.items_state == ItemsState.UNAVAILABLE),),
    Status.WAITING: (
        orders.c.shown == Shown.WAITING,
        sa.and_(orders.c.shown == Shown.UNAVAILABLE, orders.c.items_state != ItemsState.UNAVAILABLE),
    ),
}
"""`models.status_of`, for the database: any of the conditions of a status. Each names one value of `shown`, so that
the index `orders_by_shown` gives the orders in their order; with an OR the database would read the whole table."""
_UNDONE = sa.or_(*_STATUS_BRANCHES[Status.RECEIVED], *_STATUS_BRANCHES[Status.WAITING])
_EVERY_BRANCH = (orders.c.shown.is_(None), *(orders.c.shown == shown for shown in Shown))


def find_order(connection: Connection, shop: str, order_id: str) -> Order | None:
    """The order with its items; None if the store doesn't have it."""
    row = connection.execute(sa.select(orders).where(orders.c.shop == shop, orders.c.order_id == order_id)).first()
    return None if row is None else with_items(connection, [row])[0]


def find_orders(connection: Connection, shop: str, order_ids: Sequence[str]) -> list[Order]:
    """Those of the orders that the store has, each once and with its items, in the order of the ids."""
    unique = list(dict.fromkeys(order_ids))
    found: dict[str, Order] = {}
    for some in in_pieces(unique, _IDS_AT_ONCE):
        query = sa.select(orders).where(orders.c.shop == shop, orders.c.order_id.in_(some))
        found |= {order.order_id: order for order in with_items(connection, connection.execute(query))}
    return [found[order_id] for order_id in unique if order_id in found]


def list_orders(
    connection: Connection,
    shop: str,
    *,
    status: Status | None = None,
    limit: int = 50,
    before: int | None = None,
    matching: sa.ColumnElement[bool] | None = None,
) -> list[Order]:
    """The newest orders first, without their items; `before` is the store's number of the last one seen.

    `matching`: a further condition, see `search.py`.
    """
    query = sa.select(orders).where(orders.c.shop == shop).limit(limit)
    if before is not None:
        query = query.where(orders.c.id < before)
    if matching is not None:
        query = query.where(matching)
    # `shown` is the same for all of a branch, but names the index's own order.
    query = query.order_by(orders.c.shown.desc(), orders.c.id.desc())
    branches = _STATUS_BRANCHES[status] if status is not None else _EVERY_BRANCH
    rows = [row for branch in branches for row in connection.execute(query.where(branch))]
    return [to_order(row) for row in sorted(rows, key=lambda row: -row.id)[:limit]]


def list_odd(connection: Connection, shop: str, *, limit: int, before: int | None = None) -> list[Order]:
    """The newest orders that somebody should look at, without their items, as `list_orders` gives them."""
    query = sa.select(orders).where(orders.c.shop == shop, to_look_at).order_by(orders.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(orders.c.id < before)
    return [to_order(row) for row in connection.execute(query)]


def latest_with_items(connection: Connection, shop: str, *, limit: int) -> list[Order]:
    """The newest orders whose items are here, with these."""
    query = sa.select(orders).where(orders.c.shop == shop, orders.c.items_state == ItemsState.READY)
    return with_items(connection, list(connection.execute(query.order_by(orders.c.id.desc()).limit(limit))))


def count_odd(connection: Connection, shop: str, *, since: datetime) -> int:
    """How many orders that somebody should look at were stored, or changed, since a moment."""
    recent = sa.or_(orders.c.stored_at >= since, orders.c.changed_at >= since)
    return count(connection, orders, orders.c.shop == shop, to_look_at, recent)


def newest_number(connection: Connection, shop: str) -> int:
    """The store's number of the newest order; 0 if there is none."""
    query = sa.select(sa.func.max(orders.c.id)).where(orders.c.shop == shop)
    return max(connection.execute(query.where(branch)).scalar() or 0 for branch in _EVERY_BRANCH)


def find_numbered(connection: Connection, shop: str, number: int) -> Order | None:
    """The order with this number of the shop's, with its items; the newest, should there ever be two."""
    query = sa.select(orders).where(orders.c.shop == shop, orders.c.number == number).order_by(orders.c.id.desc())
    row = connection.execute(query.limit(1)).first()
    return None if row is None else with_items(connection, [row])[0]


def find_by_number(connection: Connection, shop: str, number: int) -> Order | None:
    """The order with the store's number, with its items; None if the store doesn't have it."""
    row = connection.execute(sa.select(orders).where(orders.c.shop == shop, orders.c.id == number)).first()
    return None if row is None else with_items(connection, [row])[0]


def count_by_status(connection: Connection, shop: str) -> dict[Status, int]:
    """How many orders stand where. Each count reads a part of the index `orders_by_shown` and hardly anything else."""

    def showing(shown: Shown | None) -> int:
        return count(connection, orders, orders.c.shop == shop, orders.c.shown == shown)

    query = sa.select(orders.c.items_state, sa.func.count()).group_by(orders.c.items_state)
    rows = connection.execute(query.where(orders.c.shop == shop, orders.c.shown == Shown.UNAVAILABLE))
    unavailable: dict[Status, int] = defaultdict(int)
    for items_state, number in rows:
        unavailable[status_of(Shown.UNAVAILABLE, items_state)] += number
    return {
        Status.RECEIVED: showing(None),
        Status.WAITING: showing(Shown.WAITING) + unavailable[Status.WAITING],
        Status.SYNCED: showing(Shown.COMPLETE),
        Status.FAILED: unavailable[Status.FAILED],
    }


def count_synced(connection: Connection, shop: str, order_ids: Sequence[str]) -> int:
    """How many of the orders are complete in the sheet."""
    is_synced = (orders.c.shop == shop, orders.c.shown == Shown.COMPLETE)
    return sum(
        count(connection, orders, *is_synced, orders.c.order_id.in_(some))
        for some in in_pieces(order_ids, _IDS_AT_ONCE)
    )


def undone(connection: Connection, shop: str, order_ids: Sequence[str]) -> set[str]:
    """Those of the orders that are neither synced nor given up. What the store doesn't have is not among them."""
    left: set[str] = set()
    for some in in_pieces(order_ids, _IDS_AT_ONCE):
        query = sa.select(orders.c.order_id).where(orders.c.shop == shop, orders.c.order_id.in_(some), _UNDONE)
        left.update(connection.execute(query).scalars())
    return left


def undone_of_all(connection: Connection, wanted: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """The same for orders of any shops, by shop and order id."""
    left: set[tuple[str, str]] = set()
    key = sa.tuple_(orders.c.shop, orders.c.order_id)
    for some in in_pieces(wanted, _IDS_AT_ONCE):
        query = sa.select(orders.c.shop, orders.c.order_id).where(key.in_(some), _UNDONE)
        left.update((row.shop, row.order_id) for row in connection.execute(query))
    return left


def oldest_unwritten(connection: Connection, shop: str) -> datetime | None:
    """When the oldest order came in whose row is not in the sheet yet; None if all are."""
    query = sa.select(orders.c.stored_at).where(orders.c.shop == shop, orders.c.shown.is_(None))
    # Ordered by the columns of the index: PostgreSQL would read the whole table from its beginning otherwise.
    return connection.execute(query.order_by(orders.c.shown, orders.c.id).limit(1)).scalar()


def known_order_ids(connection: Connection, shop: str, order_ids: Sequence[str]) -> set[str]:
    """Those of the ids that are or were orders in the store."""
    known: set[str] = set()
    for table in (orders, past_orders):
        query = sa.select(table.c.order_id).where(table.c.shop == shop, table.c.order_id.in_(order_ids))
        known.update(connection.execute(query).scalars())
    return known


def past_order_ids(connection: Connection, shop: str, order_ids: Sequence[str]) -> set[str]:
    """Those of the ids of which nothing else is kept."""
    query = sa.select(past_orders.c.order_id).where(past_orders.c.shop == shop, past_orders.c.order_id.in_(order_ids))
    return set(connection.execute(query).scalars())


def latest_written(connection: Connection, shop: str, *, since: datetime, limit: int) -> list[str]:
    """The ids of the latest orders whose rows were written since a moment, the newest first."""
    query = sa.select(orders.c.order_id, orders.c.row_at).where(orders.c.shop == shop, orders.c.shown.is_not(None))
    rows = connection.execute(query.order_by(orders.c.id.desc()).limit(limit)).all()
    return [row.order_id for row in rows if row.row_at is not None and row.row_at >= since]


def is_past(connection: Connection, shop: str, order_id: str) -> bool:
    """Whether nothing but the order's id is kept."""
    query = sa.select(past_orders.c.order_id).where(past_orders.c.shop == shop, past_orders.c.order_id == order_id)
    return connection.execute(query).first() is not None


def orders_after(
    connection: Connection, shop: str, *, after: int, limit: int, since: datetime | None = None
) -> list[Order]:
    """The next orders with their items, in the order of their arrival, that were stored since a moment."""
    query = sa.select(orders).where(orders.c.shop == shop, orders.c.id > after).order_by(orders.c.id).limit(limit)
    if since is not None:
        query = query.where(orders.c.stored_at >= since)
    return with_items(connection, connection.execute(query))


def has_rows(connection: Connection, shop: str) -> bool:
    """Whether rows were ever written for the shop, as far as the store knows."""
    written = sa.select(orders.c.id).where(orders.c.shop == shop, orders.c.shown.is_not(None)).limit(1)
    pruned = sa.select(past_orders.c.order_id).where(past_orders.c.shop == shop).limit(1)
    return any(connection.execute(query).first() is not None for query in (written, pruned))


def latest_waiting_channel(connection: Connection, shop: str) -> str | None:
    """The channel of the latest order whose items are still to be fetched, where it named one."""
    query = sa.select(orders.c.channel_id).where(
        orders.c.shop == shop, orders.c.channel_id.is_not(None), orders.c.next_attempt_at.is_not(None)
    )
    return connection.execute(query.order_by(orders.c.id.desc()).limit(1)).scalar()


def with_items(connection: Connection, rows: Iterable[sa.Row[Any]]) -> list[Order]:
    """The rows as orders, with their items."""
    rows = list(rows)
    by_order: dict[int, list[Item]] = {row.id: [] for row in rows}
    query = sa.select(items_table).where(items_table.c.order_key.in_(list(by_order)))
    for row in connection.execute(query.order_by(items_table.c.order_key, items_table.c.line)):
        by_order[row.order_key].append(to_item(row))
    return [to_order(row, by_order[row.id]) for row in rows]


def to_order(row: sa.Row[Any], items: Sequence[Item] = ()) -> Order:
    """A row of the table `orders` as an order."""
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
    known = {name: values[name] for name in _ORDER_FIELDS}
    known["items_there"] = bool(known["items_there"])
    # Before the row is in the sheet, this is only where it is meant to go.
    place = place_of(row.row_spreadsheet_id, row.row_sheet_id, row.row_index) if row.shown is not None else None
    return Order(**known, place=place, items=tuple(items))
