"""The write stage's side of the store: what is to be written, and batches on their way to the sheet.

A batch is stored before it is sent. From then on its orders belong to it, and to no other, until it is
certain whether the sheet has it: `applied`, or `void` (it never will).
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import ItemsState, Order, Place, Shown
from connector.store.orders import with_items
from connector.store.places import drop_places, put_places
from connector.store.spreadsheets import batch_known
from connector.store.statements import count
from connector.store.tables import batches, orders

_OUT_OF_BATCH = dict.fromkeys(("batch_id", "batch_shows", "batch_change", "batch_lacks", "batch_revision"))


class BatchState(StrEnum):
    OPEN = "open"
    """Stored, and perhaps sent: the sheet may have it."""
    APPLIED = "applied"
    """The sheet has it."""
    VOID = "void"
    """The sheet does not have it and never will."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows for several orders that reach the sheet in one piece or not at all."""

    id: str
    spreadsheet_id: str
    marker_id: int
    """The id that the batch takes in the spreadsheet: Google takes each id once."""
    guard: str = "marker"
    """Of what kind the thing with that id is."""


@dataclass(frozen=True, slots=True)
class Made:
    """What an order's rows were made from, and what the sheet shows once it has them."""

    items_state: ItemsState
    """Where its items stood when it was read."""
    shown: Shown | None
    """What its row in the sheet said then; None: it had none."""
    shows: Shown
    revision: int = 0
    """Which state of all else in the row it was made from."""
    lacks: tuple[str, ...] = ()
    """The columns whose cells still wait for their value then."""

    @classmethod
    def of(cls, order: Order, shows: Shown, lacks: tuple[str, ...] = ()) -> "Made":
        return cls(order.items_state, order.shown, shows, order.revision, lacks)


def orders_to_write(connection: Connection, shop: str, *, now: datetime, limit: int) -> list[Order]:
    """Orders with something to write, in the order of their arrival, with their items.

    In a rush those come first whose items are there: the others will have theirs soon, and would be written twice. A
    quarter of the room is kept for orders that have waited long enough without.
    """
    others = [
        row
        for state in (ItemsState.UNAVAILABLE, ItemsState.DUE)
        for row in _longest_due(connection, shop, state, now=now, limit=limit)
    ]
    ready = _longest_due(connection, shop, ItemsState.READY, now=now, limit=limit)
    room = max(limit - len(ready), limit // 4)
    # By their keys: an order must never stand in a batch twice, whatever happens between two statements.
    rows = list({row.id: row for row in [*others[:room], *ready][:limit]}.values())
    return sorted(with_items(connection, rows), key=lambda order: order.id)


def _longest_due(
    connection: Connection, shop: str, state: ItemsState, *, now: datetime, limit: int
) -> Sequence[sa.Row[Any]]:
    """Of one state, so that the index gives them without a look at the others."""
    query = (
        sa.select(orders)
        .where(
            orders.c.shop == shop,
            orders.c.items_state == state,
            orders.c.write_due_at.is_not(None),
            orders.c.write_due_at <= now,
            orders.c.batch_id.is_(None),
        )
        .order_by(orders.c.write_due_at, orders.c.id)
        .limit(limit)
    )
    return connection.execute(query).all()


def next_write_at(connection: Connection, shop: str) -> datetime | None:
    """When the next order outside a batch wants to be written; None if nothing is waiting."""
    return earliest(connection, first_due(shop, orders.c.batch_id.is_(None)))


def first_due(shop: str, *conditions: sa.ColumnElement[bool]) -> list[sa.ScalarSelect[datetime | None]]:
    """When the first of such orders wants to be written; for each state by itself, so that the index gives it."""
    return [
        sa.select(orders.c.write_due_at)
        .where(orders.c.shop == shop, orders.c.items_state == state, orders.c.write_due_at.is_not(None), *conditions)
        .order_by(orders.c.write_due_at)
        .limit(1)
        .scalar_subquery()
        for state in ItemsState
    ]


def earliest(connection: Connection, moments: Sequence[sa.ScalarSelect[Any]]) -> datetime | None:
    """The first of those that are there, in one query."""
    return min((at for at in connection.execute(sa.select(*moments)).one() if at is not None), default=None)


def count_to_write(connection: Connection, shop: str, *, before: datetime) -> int:
    """How many orders have had something to write since before a moment, on their way or not."""
    # By the items' state, so that the index is read alone.
    in_any_state = orders.c.items_state.in_(list(ItemsState))
    return count(connection, orders, orders.c.shop == shop, in_any_state, orders.c.write_due_at <= before)


def made_since(connection: Connection, moment: datetime) -> list[tuple[str, datetime]]:
    """The shop of each batch of which something was sent since, and when it was settled; of an open one, when it was
    made."""
    at = sa.func.coalesce(batches.c.settled_at, batches.c.created_at, type_=batches.c.created_at.type)
    query = sa.select(batches.c.shop, at).where(at >= sa.literal(moment, batches.c.created_at.type))
    return [(shop, settled) for shop, settled in connection.execute(query)]


def open_batch(
    connection: Connection,
    shop: str,
    batch: Batch,
    made: Mapping[int, Made],
    *,
    now: datetime,
    places: Callable[[AbstractSet[int]], Mapping[int, Place]] = lambda _claimed: {},
) -> set[int]:
    """Stores the batch and gives it its orders; returns their keys.

    `made`: for each order's key, what its rows were made from. An order that has changed since (its items or more about
    it came meanwhile, or another writer took it, or took it and wrote it) does not become part of the batch; if none is
    left, no batch is stored. `places` tells where the rows of those go that did.
    """
    claimed: set[int] = set()
    for group, keys in _grouped(made).items():
        # No row changed: a writer that hung after it had read the order was overtaken by another one. That one may
        # hold the order now (`batch_id`), or have written and settled it (`shown`, and nothing is due any more).
        statement = (
            sa.update(orders)
            .where(
                orders.c.id.in_(keys),
                orders.c.batch_id.is_(None),
                orders.c.items_state == group.items_state,
                orders.c.shown.is_not_distinct_from(group.shown),
                orders.c.revision == group.revision,
                orders.c.write_due_at.is_not(None),
            )
            .values(
                batch_id=batch.id,
                batch_shows=group.shows,
                batch_revision=group.revision,
                batch_change=orders.c.change,  # the one of this revision
                batch_lacks=group.lacks,
            )
        )
        claimed.update(connection.execute(statement.returning(orders.c.id)).scalars())
    if claimed:
        put_places(connection, places(claimed))
        connection.execute(
            sa.insert(batches).values(
                id=batch.id,
                shop=shop,
                spreadsheet_id=batch.spreadsheet_id,
                marker_id=batch.marker_id,
                guard=batch.guard,
                state=BatchState.OPEN,
                created_at=now,
            )
        )
    return claimed


def first_rows(connection: Connection, batch: Batch) -> list[tuple[datetime, datetime]]:
    """For each order that has its first row ever in an open batch: when it was sent, and when it was stored."""
    query = sa.select(orders.c.received_at, orders.c.stored_at)
    query = query.where(orders.c.batch_id == batch.id, orders.c.shown.is_(None), orders.c.row_at.is_(None))
    return [(row.received_at, row.stored_at) for row in connection.execute(query)]


def keys_of(connection: Connection, batch: Batch) -> list[int]:
    """The orders of an open batch."""
    return list(connection.execute(sa.select(orders.c.id).where(orders.c.batch_id == batch.id)).scalars())


def newly_shown(connection: Connection, batch: Batch) -> list[str]:
    """The ids of the batch's orders of whose items the sheet says something new once it is applied, to be asked
    before that, in the order of their arrival. Rows that are written anew say nothing new."""
    written_before = sa.case(
        (orders.c.batch_shows == Shown.COMPLETE, orders.c.synced_at.is_not(None)),
        else_=sa.and_(orders.c.shown.is_(None), orders.c.row_at.is_not(None)),
    )
    query = sa.select(orders.c.order_id).where(
        orders.c.batch_id == batch.id,
        orders.c.shown.is_distinct_from(orders.c.batch_shows),
        sa.not_(written_before),
    )
    return list(connection.execute(query.order_by(orders.c.id)).scalars())


def applied(connection: Connection, batch: Batch, *, now: datetime) -> bool:
    """The sheet has the batch: its orders show what it wrote. False if that was known already."""
    if not _settle(connection, batch, BatchState.APPLIED, now=now):
        return False
    batch_known(connection, batch.spreadsheet_id, batch.id)
    # What came in while the batch was on its way (its items, the end of the tries, or more about it) is still to be
    # written.
    more = sa.or_(
        orders.c.revision != orders.c.batch_revision,
        sa.and_(orders.c.items_state == ItemsState.READY, orders.c.batch_shows != Shown.COMPLETE),
        sa.and_(orders.c.items_state == ItemsState.UNAVAILABLE, orders.c.batch_shows == Shown.WAITING),
    )
    moment = sa.literal(now, orders.c.row_at.type)
    connection.execute(
        sa.update(orders)
        .where(orders.c.batch_id == batch.id)
        .values(
            shown=orders.c.batch_shows,
            row_change=orders.c.batch_change,
            row_lacks=orders.c.batch_lacks,
            row_at=sa.func.coalesce(orders.c.row_at, moment),
            synced_at=sa.case(
                (orders.c.batch_shows == Shown.COMPLETE, sa.func.coalesce(orders.c.synced_at, moment)),
                else_=orders.c.synced_at,
            ),
            write_due_at=sa.case((more, orders.c.write_due_at), else_=None),
            items_there=None,
            gone_at=None,
            rows_refused_at=None,
            refusal=None,
            **_OUT_OF_BATCH,
        )
    )
    return True


def void(connection: Connection, batch: Batch, *, now: datetime) -> bool:
    """The sheet never gets the batch: its orders are free for another. False if that was known already."""
    if not _settle(connection, batch, BatchState.VOID, now=now):
        return False
    drop_places(connection, batch.id)
    connection.execute(sa.update(orders).where(orders.c.batch_id == batch.id).values(_OUT_OF_BATCH))
    return True


def write_at_once(connection: Connection, shop: str, *, now: datetime, order_ids: Sequence[str] | None = None) -> None:
    """Takes back `refusals.set_aside` for the orders named, or for all."""
    condition = sa.and_(orders.c.shop == shop, orders.c.write_due_at > now)
    if order_ids is not None:
        condition = sa.and_(condition, orders.c.order_id.in_(order_ids))
    connection.execute(sa.update(orders).where(condition).values(write_due_at=now))


def open_batches(connection: Connection, shop: str) -> list[Batch]:
    """Batches of which nobody knows yet whether the sheet has them, the oldest first."""
    query = (
        sa.select(batches)
        .where(batches.c.shop == shop, batches.c.state == BatchState.OPEN)
        .order_by(batches.c.created_at)
    )
    return [Batch(row.id, row.spreadsheet_id, row.marker_id, row.guard) for row in connection.execute(query)]


def settled_batches(
    connection: Connection, shop: str, state: BatchState, *, before: datetime, limit: int
) -> list[Batch]:
    """Batches that were settled before a moment, the oldest first."""
    query = (
        sa.select(batches)
        .where(batches.c.shop == shop, batches.c.state == state, batches.c.settled_at < before)
        .order_by(batches.c.created_at)
        .limit(limit)
    )
    return [Batch(row.id, row.spreadsheet_id, row.marker_id, row.guard) for row in connection.execute(query)]


def forget_batches(connection: Connection, ids: Sequence[str]) -> None:
    """Drops settled batches whose markers are gone from the sheet."""
    connection.execute(sa.delete(batches).where(batches.c.id.in_(ids), batches.c.state != BatchState.OPEN))


def new_batch_id() -> str:
    return uuid.uuid4().hex


def _settle(connection: Connection, batch: Batch, state: BatchState, *, now: datetime) -> bool:
    # Two instances may find out at the same time; the one that changes the row does the rest.
    statement = (
        sa.update(batches)
        .where(batches.c.id == batch.id, batches.c.state == BatchState.OPEN)
        .values(state=state, settled_at=now)
    )
    return connection.execute(statement).rowcount == 1


def _grouped(made: Mapping[int, Made]) -> dict[Made, list[int]]:
    groups: dict[Made, list[int]] = {}
    for key, value in made.items():
        groups.setdefault(value, []).append(key)
    return groups
