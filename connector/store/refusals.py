"""Failed tries, and orders whose rows the sheet refuses, or whose items Whapi does: set aside and named.

What is set aside stays so, through restarts and further tries, until its rows are in the sheet, or its items here.

A try that succeeds leaves nothing here: most orders need one try, and their times stand in the order itself.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import ItemsState
from connector.store.batches import Batch
from connector.store.statements import count
from connector.store.tables import orders, tries

MOST_KEPT = 20
"""Of an order. An order is tried for a week; what is older than its last tries says nothing more."""
MOST_NAMED = 5
"""Orders that are named one by one; of the others only the number is told."""


class What(StrEnum):
    """What was tried."""

    FETCH = "fetch"
    """To get the order's items from Whapi."""
    WRITE = "write"
    """To write its rows, which Google refused."""


@dataclass(frozen=True, slots=True)
class Try:
    """One failed try of one order."""

    at: datetime
    what: What
    error: str
    """A sentence, without secrets."""


def keep_try(connection: Connection, order_key: int, failed: Try) -> None:
    """Stores a try; the oldest goes where there are too many."""
    connection.execute(sa.insert(tries).values(order_key=order_key, at=failed.at, what=failed.what, error=failed.error))
    of_order = sa.select(tries.c.id).where(tries.c.order_key == order_key).order_by(tries.c.id.desc())
    first_too_many = connection.execute(of_order.offset(MOST_KEPT).limit(1)).scalar()
    if first_too_many is not None:
        connection.execute(sa.delete(tries).where(tries.c.order_key == order_key, tries.c.id <= first_too_many))


def list_tries(connection: Connection, order_key: int) -> list[Try]:
    """The tries that are kept of an order, the oldest first."""
    query = sa.select(tries).where(tries.c.order_key == order_key).order_by(tries.c.id)
    return [Try(row.at, What(row.what), row.error) for row in connection.execute(query)]


def drop_tries(connection: Connection, order_keys: Sequence[int]) -> None:
    """Deletes the tries of orders that are about to be deleted."""
    connection.execute(sa.delete(tries).where(tries.c.order_key.in_(order_keys)))


@dataclass(frozen=True, slots=True)
class Refused:
    """An order that is set aside."""

    key: int
    order_id: str
    since: datetime
    sentence: str
    """What was said of it."""
    is_new: bool = False
    """Whether this is the first refusal."""


_ROWS_REFUSED = (orders.c.id, orders.c.order_id, orders.c.rows_refused_at, orders.c.refusal)
_ITEMS_REFUSED = (orders.c.id, orders.c.order_id, orders.c.items_refused_at, sa.func.coalesce(orders.c.last_error, ""))
"""Each the first fields of `Refused`."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """The orders that are set aside for one reason."""

    number: int = 0
    first: tuple[Refused, ...] = ()
    """The oldest of them, `MOST_NAMED` at the most."""


def set_aside(connection: Connection, key: int, *, until: datetime, sentence: str, now: datetime) -> Refused | None:
    """Keeps an order out of the next batches, because the sheet refuses its rows; what is stored of it, or None if
    there is nothing to write for it any more."""
    waits = (orders.c.id == key, orders.c.write_due_at.is_not(None))
    row = connection.execute(sa.select(orders.c.order_id, orders.c.rows_refused_at).where(*waits)).first()
    if row is None:
        return None
    since = row.rows_refused_at or now
    values = {"write_due_at": until, "last_error": sentence, "refusal": sentence, "rows_refused_at": since}
    # No row changed: another instance has written the order meanwhile, and nothing of it waits any more.
    if connection.execute(sa.update(orders).where(*waits).values(**values)).rowcount == 0:
        return None
    keep_try(connection, key, Try(now, What.WRITE, sentence))
    return Refused(key, row.order_id, since, sentence, is_new=row.rows_refused_at is None)


def times_refused(connection: Connection, key: int) -> int:
    """How many refusals of the order's rows are kept."""
    return count(connection, tries, tries.c.order_key == key, tries.c.what == What.WRITE)


def refused_since(connection: Connection, shop: str, since: datetime | None, *, limit: int) -> list[Refused]:
    """The orders that were first refused after a moment, the latest first."""
    query = sa.select(*_ROWS_REFUSED).where(orders.c.shop == shop, orders.c.rows_refused_at.is_not(None))
    if since is not None:
        query = query.where(orders.c.rows_refused_at > since)
    rows = connection.execute(query.order_by(orders.c.rows_refused_at.desc()).limit(limit))
    return [Refused(*row) for row in rows]


def write_next(connection: Connection, keys: Collection[int], *, now: datetime) -> None:
    """Has orders wait for the next batch, behind those that wait already."""
    statement = sa.update(orders).where(orders.c.id.in_(keys), orders.c.write_due_at.is_not(None))
    connection.execute(statement.values(write_due_at=now))


def refused_in(connection: Connection, batch: Batch) -> list[Refused]:
    """Those of an open batch's orders that were set aside before."""
    query = sa.select(*_ROWS_REFUSED).where(orders.c.batch_id == batch.id, orders.c.rows_refused_at.is_not(None))
    return [Refused(*row) for row in connection.execute(query.order_by(orders.c.id))]


def rows_set_aside(connection: Connection, shop: str) -> SetAside:
    """The orders whose rows the sheet refuses."""
    return _set_aside(connection, shop, _ROWS_REFUSED, orders.c.rows_refused_at)


def items_set_aside(connection: Connection, shop: str) -> SetAside:
    """The orders whose items Whapi doesn't give though the channel works."""
    return _set_aside(connection, shop, _ITEMS_REFUSED, orders.c.items_refused_at)


def set_items_aside(connection: Connection, key: int, *, now: datetime) -> None:
    """Names an order whose items can't be had; it is tried again as before."""
    statement = sa.update(orders).where(
        orders.c.id == key, orders.c.items_state == ItemsState.DUE, orders.c.items_refused_at.is_(None)
    )
    connection.execute(statement.values(items_refused_at=now))


def set_back_since(connection: Connection, shop: str, since: datetime, *, leave_out: int, limit: int) -> int:
    """How many other orders' items failed since a moment in a way that looked like the channel's; `limit` at most."""
    found = (
        sa.select(orders.c.id)
        .where(
            orders.c.shop == shop,
            orders.c.next_attempt_at.is_not(None),
            orders.c.setback_at > since,
            orders.c.id != leave_out,
        )
        .limit(limit)
    )
    return len(connection.execute(found).all())


def _set_aside(
    connection: Connection, shop: str, fields: Sequence[sa.ColumnElement[Any]], since: sa.Column[datetime | None]
) -> SetAside:
    conditions = (orders.c.shop == shop, since.is_not(None))
    query = sa.select(*fields).where(*conditions).order_by(since, orders.c.id).limit(MOST_NAMED)
    first = tuple(Refused(*row) for row in connection.execute(query))
    return SetAside(count(connection, orders, *conditions) if first else 0, first)
