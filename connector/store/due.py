"""What is due in all shops, in one look."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.batches import BatchState
from connector.store.statements import count
from connector.store.tables import batches, orders, outbox, pauses


def first_of_each_shop(moment: sa.Column[Any], *conditions: sa.ColumnElement[bool]) -> sa.Select[str, datetime]:
    """`shop`, and `at`, the first of its moments in a column."""
    shop = moment.table.c.shop
    return sa.select(shop, sa.func.min(moment, type_=moment.type).label("at")).where(*conditions).group_by(shop)


# Both read their partial index alone: as many entries as there are orders that still need something.
_FETCHES = first_of_each_shop(orders.c.next_attempt_at, orders.c.next_attempt_at.is_not(None))
_WRITES = first_of_each_shop(orders.c.write_due_at, orders.c.write_due_at.is_not(None))
_OPEN = first_of_each_shop(batches.c.created_at, batches.c.state == BatchState.OPEN)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FETCH, _WRITE, _HELD_BACK, _EVENTS = "fetch", "write", "held back", "events"
_LATEST_EVENTS = 1000
"""Events that are looked at, so that many that nobody takes cost nothing. Ids are given out before commits, and a
commit is not so much later that more than these come between."""


def _marks(
    what: str, shop: sa.Column[str], at: sa.Column[Any], *where: sa.ColumnElement[bool]
) -> sa.Select[str, str, int, int, int]:
    """Of each shop how many there are, the first moment, and a sum that is another once any of them has changed."""
    moment = sa.cast(at, sa.BigInteger)
    return (
        sa.select(sa.literal(what), shop, sa.func.count(), sa.func.min(moment), sa.func.sum(moment))
        .where(*where)
        .group_by(shop)
    )


_LATEST = sa.select(sa.func.coalesce(sa.func.max(outbox.c.id), 0) - _LATEST_EVENTS).scalar_subquery()
_ALL_MARKS = sa.union_all(
    _marks(_FETCH, orders.c.shop, orders.c.next_attempt_at, orders.c.next_attempt_at.is_not(None)),
    _marks(_WRITE, orders.c.shop, orders.c.write_due_at, orders.c.write_due_at.is_not(None)),
    _marks(_HELD_BACK, pauses.c.shop, pauses.c.until, pauses.c.until.is_not(None)),
    _marks(_EVENTS, outbox.c.shop, outbox.c.id, outbox.c.id > _LATEST, outbox.c.failed_at.is_(None)),
)


@dataclass(slots=True)
class Due:
    """When the first of a shop's orders wants something; None: none does."""

    fetch_at: datetime | None = None
    write_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """What was due in all shops at one look, so that the next one sees where something has changed, whoever did it."""

    by_shop: Mapping[tuple[str, str], tuple[int, int, int]] = field(default_factory=dict)

    def changed_since(self, before: "Marks") -> tuple[dict[str, Due], set[str]]:
        """The shops in which something has changed, with what is due there, and those that have other events to tell.
        What has become less is no change that anybody has to see to."""
        due: dict[str, Due] = {}
        events: set[str] = set()
        for (what, shop), mark in self.by_shop.items():
            if before.by_shop.get((what, shop)) == mark:
                continue
            if what == _EVENTS:
                events.add(shop)
            else:
                found = due.setdefault(shop, Due())
                found.fetch_at = self._first(_FETCH, shop)
                found.write_at = self._first(_WRITE, shop)
        return due, events

    def _first(self, what: str, shop: str) -> datetime | None:
        mark = self.by_shop.get((what, shop))
        return None if mark is None else _EPOCH + timedelta(milliseconds=mark[1])


def read_marks(connection: Connection) -> Marks:
    """One query, which reads as many index entries as there are orders that still need something."""
    return Marks({(row[0], row[1]): (row[2], row[3], int(row[4])) for row in connection.execute(_ALL_MARKS)})


def count_incomplete(connection: Connection, shop: str) -> int:
    """How many of the shop's orders still need something, now or later."""
    unfinished = sa.or_(orders.c.next_attempt_at.is_not(None), orders.c.write_due_at.is_not(None))
    return count(connection, orders, orders.c.shop == shop, unfinished)


def shops_with_work(connection: Connection) -> dict[str, Due]:
    """The shops in which an order still needs something, now or later."""
    found: dict[str, Due] = {}
    for row in connection.execute(_FETCHES):
        found.setdefault(row.shop, Due()).fetch_at = row.at
    for query in (_WRITES, _OPEN):
        for row in connection.execute(query):
            due = found.setdefault(row.shop, Due())
            due.write_at = row.at if due.write_at is None else min(due.write_at, row.at)
    return found
