"""The circuit breakers of the two parts that everything goes through, the channel at Whapi and the spreadsheet.

They stand in the store (table `pauses`), so that they outlive a restart and hold for every process. Open: nobody tries.
Once `until` has come a breaker with failures is half-open: one call goes ahead, and its outcome decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.database import Database
from connector.store.tables import pauses


class Part(StrEnum):
    CHANNEL = "channel"
    SHEET = "sheet"


class Told(IntEnum):
    """What an event has said of the failures, the less urgent first."""

    NOTHING = 0
    LASTS = 1
    """That they have gone on for a while."""
    MEND = 2
    """That somebody must mend something."""


@dataclass(frozen=True, slots=True)
class CircuitBreaker:
    """How a part is doing. Closed, without failures, all is well."""

    failures: int = 0
    """In a row, without a success between them."""
    until: datetime | None = None
    since: datetime | None = None
    """When the first of these failures was."""
    reason: str | None = None
    """A sentence for the merchant."""
    worked_at: datetime | None = None
    """When the part last did what was asked of it."""
    told: Told = Told.NOTHING

    def is_open(self, now: datetime) -> bool:
        """Whether nobody should try now."""
        return self.until is not None and self.until > now


# Made once, as they run with each fetch: to build a statement costs about as much as to run it.
_THIS = sa.and_(pauses.c.shop == sa.bindparam("of_shop"), pauses.c.part == sa.bindparam("of_part"))
_GET = sa.select(pauses).where(_THIS)
_PUT = sa.update(pauses).where(_THIS)


def get_breaker(connection: Connection, shop: str, part: Part) -> CircuitBreaker:
    row = connection.execute(_GET, {"of_shop": shop, "of_part": part}).first()
    return CircuitBreaker() if row is None else to_breaker(row)


def to_breaker(row: sa.Row[Any]) -> CircuitBreaker:
    """A row of the table `pauses` as a circuit breaker."""
    return CircuitBreaker(row.failures, row.until, row.since, row.reason, row.worked_at, Told(row.told))


def record_failure(
    connection: Connection, shop: str, part: Part, *, reason: str, until: datetime | None, now: datetime
) -> None:
    """Counts a failure and opens the breaker until then; None: it only counts."""
    breaker = get_breaker(connection, shop, part)
    _put(
        connection,
        shop,
        part,
        replace(
            breaker,
            failures=breaker.failures + 1,
            until=until or breaker.until,
            since=breaker.since or now,
            reason=reason,
        ),
    )


def record_success(connection: Connection, shop: str, part: Part, *, now: datetime) -> CircuitBreaker:
    """A success closes the breaker, unless it is open; returns what it was.

    While it is open nobody begins a call: this one was on its way before, and says nothing of how the part is now.
    """
    breaker = get_breaker(connection, shop, part)
    if breaker.is_open(now):
        _put(connection, shop, part, replace(breaker, worked_at=now))
        return CircuitBreaker()
    _put(connection, shop, part, CircuitBreaker(worked_at=now))
    return breaker


def record_recovery(connection: Connection, shop: str, part: Part, *, now: datetime) -> CircuitBreaker:
    """The part answers again, though nothing was asked of it: as `record_success`, but `worked_at` stays."""
    breaker = get_breaker(connection, shop, part)
    if breaker.is_open(now):
        return CircuitBreaker()
    _put(connection, shop, part, CircuitBreaker(worked_at=breaker.worked_at))
    return breaker


def keep_told(connection: Connection, shop: str, part: Part, what: Told) -> None:
    """Remembers of what an event has told, until the failures end."""
    connection.execute(sa.update(pauses).where(pauses.c.shop == shop, pauses.c.part == part).values(told=what))


def reset(connection: Connection, shop: str, *, now: datetime) -> None:
    """Makes every open breaker half-open at once, as somebody asked for a try now; what failed stays on record until a
    success."""
    connection.execute(sa.update(pauses).where(pauses.c.shop == shop, pauses.c.until > now).values(until=now))


def _put(connection: Connection, shop: str, part: Part, breaker: CircuitBreaker) -> None:
    values = {
        "until": breaker.until,
        "since": breaker.since,
        "failures": breaker.failures,
        "reason": breaker.reason,
        "worked_at": breaker.worked_at,
        "told": breaker.told,
    }
    if connection.execute(_PUT, {"of_shop": shop, "of_part": part, **values}).rowcount == 0:
        connection.execute(sa.insert(pauses).values(shop=shop, part=part, **values))


def reset_breakers(database: Database, shops: Iterable[str], *, now: datetime) -> None:
    """What the circuit breakers of these shops held back is tried at once."""
    names = list(shops)

    def change(connection: Connection) -> None:
        for shop in names:
            reset(connection, shop, now=now)

    database.write(change)
