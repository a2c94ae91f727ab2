"""Pauses of a whole part, the channel at Whapi or the spreadsheet, kept in the store so that they outlive a restart."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection

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
class Pause:
    """How a part is doing. Without failures all is well."""

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

    def holds(self, now: datetime) -> bool:
        """Whether nobody should try now."""
        return self.until is not None and self.until > now


# Made once, as they run with each fetch: to build a statement costs about as much as to run it.
_THIS = sa.and_(pauses.c.shop == sa.bindparam("of_shop"), pauses.c.part == sa.bindparam("of_part"))
_GET = sa.select(pauses).where(_THIS)
_PUT = sa.update(pauses).where(_THIS)


def get_pause(connection: Connection, shop: str, part: Part) -> Pause:
    row = connection.execute(_GET, {"of_shop": shop, "of_part": part}).first()
    if row is None:
        return Pause()
    return Pause(row.failures, row.until, row.since, row.reason, row.worked_at, Told(row.told))


def failed(
    connection: Connection, shop: str, part: Part, *, reason: str, until: datetime | None, now: datetime
) -> None:
    """Counts a failure and pauses the part until then; None: it only counts."""
    pause = get_pause(connection, shop, part)
    _put(
        connection,
        shop,
        part,
        replace(
            pause,
            failures=pause.failures + 1,
            until=until or pause.until,
            since=pause.since or now,
            reason=reason,
        ),
    )


def worked(connection: Connection, shop: str, part: Part, *, now: datetime) -> Pause:
    """A success ends the count, and a pause that was to end by now; returns what it ended.

    While a pause holds, nobody begins a call: this one was on its way before, and says nothing of how the part is now.
    """
    pause = get_pause(connection, shop, part)
    if pause.holds(now):
        _put(connection, shop, part, replace(pause, worked_at=now))
        return Pause()
    _put(connection, shop, part, Pause(worked_at=now))
    return pause


def over(connection: Connection, shop: str, part: Part, *, now: datetime) -> Pause:
    """The part answers again, though nothing was asked of it: as `worked`, but `worked_at` stays."""
    pause = get_pause(connection, shop, part)
    if pause.holds(now):
        return Pause()
    _put(connection, shop, part, Pause(worked_at=pause.worked_at))
    return pause


def told(connection: Connection, shop: str, part: Part, what: Told) -> None:
    """Remembers of what an event has told, until the failures end."""
    connection.execute(sa.update(pauses).where(pauses.c.shop == shop, pauses.c.part == part).values(told=what))


def lift(connection: Connection, shop: str, *, now: datetime) -> None:
    """Ends all pauses at once, as somebody asked for a try now; what failed stays on record until a success."""
    connection.execute(sa.update(pauses).where(pauses.c.shop == shop, pauses.c.until > now).values(until=now))


def _put(connection: Connection, shop: str, part: Part, pause: Pause) -> None:
    values = {
        "until": pause.until,
        "since": pause.since,
        "failures": pause.failures,
        "reason": pause.reason,
        "worked_at": pause.worked_at,
        "told": pause.told,
    }
    if connection.execute(_PUT, {"of_shop": shop, "of_part": part, **values}).rowcount == 0:
        connection.execute(sa.insert(pauses).values(shop=shop, part=part, **values))
