"""What instances call Google for, turn by turn: noted before the first call, so that whoever takes an account over
knows what was used of it, also where the one before was killed in the midst of a turn."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.fleet_tables import turns

KEPT = timedelta(minutes=3)
"""Longer than Google counts a call, and than a turn that was cut off may still have one under way."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a shop, as the next owner of its account has to count it."""

    account: str
    reads: int
    writes: int
    ended_at: datetime | None
    """None: it goes on, or was cut off."""


def begin(
    connection: Connection, turn_id: str, instance: str, account: str, *, reads: int, writes: int, now: datetime
) -> None:
    """Notes what a turn is expected to call. Forgets what no longer counts of the account."""
    old = (turns.c.account == account, turns.c.begun_at < now - KEPT)
    connection.execute(sa.delete(turns).where(*old))
    connection.execute(
        sa.insert(turns).values(
            id=turn_id, instance=instance, account=account, reads=reads, writes=writes, begun_at=now
        )
    )


def end(connection: Connection, turn_id: str, *, reads: int, writes: int, now: datetime) -> None:
    """Notes what a turn has called."""
    values = {"reads": reads, "writes": writes, "ended_at": now}
    connection.execute(sa.update(turns).where(turns.c.id == turn_id).values(**values))


def of_others(connection: Connection, instance: str, accounts: Collection[str], *, since: datetime) -> list[Turn]:
    """The turns of other instances that went on, or may have, since a moment."""
    query = sa.select(turns.c.account, turns.c.reads, turns.c.writes, turns.c.ended_at).where(
        turns.c.account.in_(accounts),
        turns.c.instance != instance,
        sa.or_(turns.c.ended_at.is_(None), turns.c.ended_at >= since),
    )
    return [Turn(*row) for row in connection.execute(query)]
