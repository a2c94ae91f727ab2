"""Statements that are the same for every table, and the pieces in which they take many values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.dialect import insert_of

T = TypeVar("T")


def count(connection: Connection, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
    """How many rows of the table meet all of the conditions."""
    return connection.execute(sa.select(sa.func.count()).select_from(table).where(*conditions)).scalar_one()


def insert_missing(
    connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]], *, key: Sequence[str] | None = None
) -> None:
    """Inserts those of the rows whose key isn't there yet, and leaves the others as they are. `key`: the columns that
    tell rows apart, where it isn't the primary key."""
    if rows:
        insert = insert_of(connection.dialect.name)(table)
        unique = key or table.primary_key.columns.keys()
        connection.execute(insert.on_conflict_do_nothing(index_elements=unique), rows)


def put(connection: Connection, table: sa.Table, key: Mapping[str, Any], values: dict[str, Any]) -> None:
    """Makes the row with this primary key hold these values, whether it is there already or not."""
    statement = insert_of(connection.dialect.name)(table).values({**key, **values})
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


def in_pieces(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """The values in their order, `size` at a time."""
    remaining = iter(values)
    while some := list(islice(remaining, size)):
        yield some
