"""What the store knows of a spreadsheet: who holds it, its guard, what its tabs don't take, and what it has seen.

A number that is about to be taken is stored, with a word of its own, before Google is asked: a process that dies
between the two finds out at its next start whether it has it.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.statements import insert_missing, put
from connector.store.tables import installation, ownership, spreadsheets, tab_limits

_THIS = ownership.c.spreadsheet_id == sa.bindparam("of_spreadsheet")


@dataclass(frozen=True, slots=True)
class Hold:
    """The store's record of one spreadsheet."""

    number: int | None = None
    """The latest owner's number that this store has taken for certain."""
    word: str | None = None
    """None beside a number: this store is an older copy that was put back, and has not had the spreadsheet since."""
    taken_at: datetime | None = None
    next_number: int | None = None
    """The number that it last was about to take, where it isn't known what became of that."""
    next_word: str | None = None
    next_guard: str | None = None
    lost_to: str | None = None
    """Who has taken the spreadsheet over from this store, for a person to read."""
    lost_at: datetime | None = None
    known_batch: str | None = None
    """The last batch in the sheet of whose rows the store knows, with all before it; empty: none was written yet."""
    learned_at: datetime | None = None
    """When the store last read from the sheet what it did not know."""
    learned_orders: int | None = None
    audited_at: datetime | None = None
    """When the sheet was last compared with what was received."""
    audit: str | None = None
    """What came of that, as JSON."""

    @property
    def had_it(self) -> bool:
        """Whether this store has had the spreadsheet, as far as it knows."""
        return self.word is not None

    def has_taken(self, number: int, word: str) -> bool:
        """Whether a number in the spreadsheet is this store's own, as far as the store knows."""
        return (number, word) in {(self.number, self.word), (self.next_number, self.next_word)}


def installation_of(connection: Connection, *, now: datetime) -> tuple[str, datetime]:
    """The store's own id, made when it is first asked for, and when that was. For a connection that may write."""
    found = connection.execute(sa.select(installation.c.id, installation.c.created_at)).first()
    if found is None:
        # Two processes may ask for the first time at once: the first to insert it has named the store.
        insert_missing(connection, installation, [{"only": 1, "id": uuid.uuid4().hex, "created_at": now}])
        found = connection.execute(sa.select(installation.c.id, installation.c.created_at)).one()
    return found.id, found.created_at


def get_hold(connection: Connection, spreadsheet_id: str) -> Hold:
    row = connection.execute(sa.select(ownership).where(_THIS), {"of_spreadsheet": spreadsheet_id}).first()
    if row is None:
        return Hold()
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
    del values["spreadsheet_id"]
    return Hold(**values)


def about_to_take(
    connection: Connection, spreadsheet_id: str, number: int, word: str, guard: str, *, seen: Hold
) -> bool:
    """Before Google is asked for the number. False: another process has taken or tried one since `seen` was read, and
    nothing is stored. So no try is forgotten before it is known what became of it.
    """
    insert_missing(connection, ownership, [{"spreadsheet_id": spreadsheet_id}])
    as_seen = sa.and_(
        ownership.c.spreadsheet_id == spreadsheet_id,
        ownership.c.number.is_not_distinct_from(seen.number),
        ownership.c.next_number.is_not_distinct_from(seen.next_number),
        ownership.c.next_word.is_not_distinct_from(seen.next_word),
    )
    values = {"next_number": number, "next_word": word, "next_guard": guard}
    return connection.execute(sa.update(ownership).where(as_seen).values(**values)).rowcount == 1


def taken(connection: Connection, spreadsheet_id: str, number: int, word: str, *, now: datetime) -> None:
    """The number is this store's. Where it is its highest, whatever it had lost it has back.

    May be said late, by a process that hung, and more than once: it never undoes what was stored of another number.
    """
    this = ownership.c.spreadsheet_id == spreadsheet_id
    is_highest = sa.or_(ownership.c.number.is_(None), ownership.c.number < number)
    values = {"number": number, "word": word, "taken_at": now, "lost_to": None, "lost_at": None}
    connection.execute(sa.update(ownership).where(this, is_highest).values(**values))
    is_this_try = sa.and_(ownership.c.next_number == number, ownership.c.next_word == word)
    no_try = {"next_number": None, "next_word": None, "next_guard": None}
    connection.execute(sa.update(ownership).where(this, is_this_try).values(**no_try))


def not_taken(connection: Connection, spreadsheet_id: str, number: int, word: str) -> None:
    """The number that was about to be taken is another's. It stays on record as used, with a word of nobody's."""
    is_this_try = sa.and_(ownership.c.next_number == number, ownership.c.next_word == word)
    statement = sa.update(ownership).where(ownership.c.spreadsheet_id == spreadsheet_id, is_this_try)
    connection.execute(statement.values(next_word=None))


def lost(connection: Connection, spreadsheet_id: str, to: str, *, now: datetime) -> None:
    """Somebody else writes into the spreadsheet now, until a person decides otherwise."""
    _put(connection, spreadsheet_id, lost_to=to, lost_at=now)


def batch_known(connection: Connection, spreadsheet_id: str, batch_id: str) -> None:
    """The sheet has the batch, and the store knows of its rows."""
    _put(connection, spreadsheet_id, known_batch=batch_id)


def learned(connection: Connection, spreadsheet_id: str, batch_id: str, *, orders: int, now: datetime) -> None:
    """The store has read from the sheet what it did not know; the batch is the last that was in it before."""
    _put(connection, spreadsheet_id, known_batch=batch_id, learned_at=now, learned_orders=orders)


def forget(connection: Connection) -> None:
    """Of an older copy that is put back: whom the spreadsheets belong to and what stands in them is to be found out as
    by a store that never had them. The numbers stay on record as used, so that the next one is higher."""
    unknown = ("word", "taken_at", "next_word", "next_guard", "lost_to", "lost_at", "known_batch")
    connection.execute(sa.update(ownership).values(**dict.fromkeys(unknown)))


def audited(connection: Connection, spreadsheet_id: str, report: str, *, now: datetime) -> None:
    """Keeps what a comparison of the sheet with the store has found."""
    _put(connection, spreadsheet_id, audited_at=now, audit=report)


def _put(connection: Connection, spreadsheet_id: str, **values: Any) -> None:
    put(connection, ownership, {"spreadsheet_id": spreadsheet_id}, values)


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found on a spreadsheet, and when."""

    guard: str
    proved_at: datetime
    blocks: bool | None
    """Whether a batch can be made to be refused once there is a later owner; None: an earlier version didn't ask."""


def get_proof(connection: Connection, spreadsheet_id: str) -> Proof | None:
    row = connection.execute(sa.select(spreadsheets).where(spreadsheets.c.id == spreadsheet_id)).first()
    return None if row is None else Proof(row.guard, row.proved_at, row.blocks)


def keep_proof(connection: Connection, spreadsheet_id: str, proof: Proof) -> None:
    """Remembers the newest proof."""
    values = {"guard": proof.guard, "proved_at": proof.proved_at, "blocks": proof.blocks}
    put(connection, spreadsheets, {"id": spreadsheet_id}, values)


class Limit(StrEnum):
    """Something that Google refuses in one tab."""

    FORMATS = "formats"
    """Anything in a cell but its value: formats, links, notes. Columns with a type refuse them."""
    TABLES = "tables"
    """To change the range of the table that the rows stand in."""


class TabLimit(NamedTuple):
    """Where."""

    sheet_id: int
    what: Limit


def get_limits(connection: Connection, spreadsheet_id: str, *, since: datetime) -> frozenset[TabLimit]:
    """The limits that were found after a moment; older ones are to be looked at again."""
    query = sa.select(tab_limits).where(tab_limits.c.spreadsheet_id == spreadsheet_id, tab_limits.c.found_at > since)
    return frozenset(TabLimit(row.sheet_id, Limit(row.what)) for row in connection.execute(query))


def keep_limits(connection: Connection, spreadsheet_id: str, limits: Collection[TabLimit], *, now: datetime) -> None:
    """Remembers what was found now."""
    for sheet_id, what in sorted(limits):
        key = {"spreadsheet_id": spreadsheet_id, "sheet_id": sheet_id, "what": what}
        put(connection, tab_limits, key, {"found_at": now})
