"""What the merchant's tabs don't take, as it was found out: remembered, so that it outlives a restart, for a while."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.tables import tab_limits


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
        this = sa.and_(
            tab_limits.c.spreadsheet_id == spreadsheet_id,
            tab_limits.c.sheet_id == sheet_id,
            tab_limits.c.what == what,
        )
        if connection.execute(sa.update(tab_limits).where(this).values(found_at=now)).rowcount == 0:
            values = {"spreadsheet_id": spreadsheet_id, "sheet_id": sheet_id, "what": what, "found_at": now}
            connection.execute(sa.insert(tab_limits).values(**values))
