"""The outbox: events that are to reach an address outside, each in the transaction of what it tells of.

A row is one event for one target (an address, known here by its key), so that targets don't wait for one another. The
lowest row of a target that has not failed is the next to be sent; it goes when it was delivered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.problems import NamedProblem, Severity
from connector.store.statements import count
from connector.store.tables import outbox, told_problems


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event as it is put in."""

    event_id: str
    """The same at every target and at every try."""
    type: str
    about: str
    """The order's id, or the part: for the log."""
    payload: str


@dataclass(frozen=True, slots=True)
class Event:
    """An event on its way to one target."""

    id: int
    event_id: str
    type: str
    about: str
    occurred_at: datetime
    attempts: int
    """Tries that have failed."""
    payload: str


@dataclass(frozen=True, slots=True)
class Held:
    """What is held back because tries have failed."""

    number: int
    """Of events; 0 where all is well."""
    error: str | None
    """Why the last try failed, in a sentence."""


def add(connection: Connection, shop: str, targets: Sequence[str], new: Sequence[NewEvent], *, now: datetime) -> None:
    """Puts the events in for each of the targets, in their order."""
    rows = [
        {
            "shop": shop,
            "target": target,
            "event_id": event.event_id,
            "type": event.type,
            "about": event.about,
            "occurred_at": now,
            "attempts": 0,
            "payload": event.payload,
        }
        for event in new
        for target in targets
    ]
    if rows:
        connection.execute(sa.insert(outbox), rows)


def next_events(connection: Connection, shop: str, target: str, *, most: int) -> list[Event]:
    """The oldest events that the target still lacks; none if it has all."""
    query = sa.select(outbox).where(_waiting(shop, target)).order_by(outbox.c.id).limit(most)
    return [
        Event(row.id, row.event_id, row.type, row.about, row.occurred_at, row.attempts, row.payload)
        for row in connection.execute(query)
    ]


def delivered(connection: Connection, events: Sequence[Event]) -> None:
    """The target has them."""
    for event in events:
        connection.execute(sa.delete(outbox).where(_same(event)))


def attempt_failed(connection: Connection, event: Event, *, error: str) -> None:
    """It stays the next to be sent."""
    connection.execute(sa.update(outbox).where(_same(event)).values(attempts=outbox.c.attempts + 1, error=error))


def give_up(connection: Connection, event: Event, *, error: str, now: datetime) -> None:
    """It is not sent any more; the next one is."""
    connection.execute(
        sa.update(outbox).where(_same(event)).values(attempts=outbox.c.attempts + 1, error=error, failed_at=now)
    )


def count_waiting(connection: Connection, shop: str, target: str) -> int:
    """How many events the target still lacks."""
    return count(connection, outbox, _waiting(shop, target))


def held(connection: Connection, shop: str, target: str) -> Held:
    """What the target still lacks, and why."""
    first = next_events(connection, shop, target, most=1)
    if not first or not first[0].attempts:
        return Held(0, None)
    query = sa.select(outbox.c.error).where(_same(first[0]))
    return Held(count_waiting(connection, shop, target), connection.execute(query).scalar())


def count_failed(connection: Connection, shop: str, target: str) -> int:
    """How many events the target lacks for good, of those that are still kept."""
    has_failed = outbox.c.failed_at.is_not(None)
    return count(connection, outbox, outbox.c.shop == shop, outbox.c.target == target, has_failed)


def prune(connection: Connection, shop: str, *, waiting_before: datetime, failed_before: datetime) -> int:
    """Deletes what happened before these moments; returns how many of the events had not been given up."""
    old = sa.delete(outbox).where(outbox.c.shop == shop)
    connection.execute(old.where(outbox.c.occurred_at < failed_before, outbox.c.failed_at.is_not(None)))
    waiting = old.where(outbox.c.occurred_at < waiting_before, outbox.c.failed_at.is_(None))
    return connection.execute(waiting).rowcount


def _waiting(shop: str, target: str) -> sa.ColumnElement[bool]:
    return sa.and_(outbox.c.shop == shop, outbox.c.target == target, outbox.c.failed_at.is_(None))


def _same(event: Event) -> sa.ColumnElement[bool]:
    # SQLite gives the number of a row that went to a new one, so the number alone may mean another event.
    return sa.and_(outbox.c.id == event.id, outbox.c.event_id == event.event_id)


def get_told(connection: Connection, shop: str) -> dict[str, NamedProblem]:
    """By their keys."""
    rows = connection.execute(sa.select(told_problems).where(told_problems.c.shop == shop))
    return {row.key: NamedProblem(row.key, Severity.PROBLEM, row.sentence, row.since) for row in rows}


def keep_told(connection: Connection, shop: str, problem: NamedProblem) -> None:
    values = {"shop": shop, "key": problem.key, "sentence": problem.sentence, "since": problem.since}
    connection.execute(sa.insert(told_problems).values(**values))


def forget_told(connection: Connection, shop: str, key: str) -> bool:
    """False if it was not there any more."""
    statement = sa.delete(told_problems).where(told_problems.c.shop == shop, told_problems.c.key == key)
    return connection.execute(statement).rowcount == 1
