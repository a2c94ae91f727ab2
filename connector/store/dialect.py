"""What SQLite and PostgreSQL each have of their own, and the statements that run for each webhook."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import Dialect


@cache
def insert_of(dialect: str) -> Any:
    """The `INSERT` that knows `ON CONFLICT`, by the name of the dialect, as a connection has it.

    Imported when it is needed: PostgreSQL's would cost everybody else 3 MB.
    """
    return import_module(f"sqlalchemy.dialects.{dialect}").insert


def insert_new(
    connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]], *, once: str, returning: str
) -> Sequence[sa.Row[Any]]:
    """Inserts those rows that are not there yet, in one statement; what `returning` names of each that it inserted.

    `once`: the columns that tell rows apart. All rows have the same keys. The text is made once for each number of
    rows: to put it together anew, as SQLAlchemy does for many rows, costs as much as to run it.
    """
    names = tuple(rows[0])
    statement = _insert_text(table.name, names, len(rows), once, returning, _mark(connection.dialect))
    converters = _converters(table, names, connection.dialect)
    values = tuple(convert(row[name]) if convert else row[name] for row in rows for name, convert in converters)
    return connection.exec_driver_sql(statement, values).all()


def raise_counter(connection: Connection, table: sa.Table, shop: str, by: int) -> int:
    """Raises `last` in the shop's row of a table of counters, which is made if it isn't there; returns what it is then.

    Whoever else wants to raise it waits until this transaction ends.
    """
    mark = _mark(connection.dialect)
    statement = (
        f"INSERT INTO {table.name} (shop, last) VALUES ({mark}, {mark}) "  # noqa: S608 - as below
        f"ON CONFLICT (shop) DO UPDATE SET last = {table.name}.last + excluded.last RETURNING last"
    )
    last: int = connection.exec_driver_sql(statement, (shop, by)).scalar_one()
    return last


def select_among(
    connection: Connection, table: sa.Table, column: str, among: Sequence[str], *, shop: str
) -> Sequence[str]:
    """Those of the values that stand in the shop's rows of the table."""
    if not among:
        return []
    statement = _select_text(table.name, column, len(among), _mark(connection.dialect))
    return connection.exec_driver_sql(statement, (shop, *among)).scalars().all()


def _mark(dialect: Dialect) -> str:
    """What stands for a value in a statement's text."""
    return "?" if dialect.paramstyle == "qmark" else "%s"


@lru_cache(maxsize=64)
def _insert_text(table: str, names: tuple[str, ...], count: int, once: str, returning: str, mark: str) -> str:
    row = f"({', '.join([mark] * len(names))})"
    rows = ", ".join([row] * count)
    return (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES {rows} "  # noqa: S608 - names from the code, values as marks
        f"ON CONFLICT ({once}) DO NOTHING RETURNING {returning}"
    )


@lru_cache(maxsize=64)
def _select_text(table: str, column: str, count: int, mark: str) -> str:
    marks = ", ".join([mark] * count)
    return f"SELECT {column} FROM {table} WHERE shop = {mark} AND {column} IN ({marks})"  # noqa: S608 - as above


@cache
def _converters(
    table: sa.Table, names: tuple[str, ...], dialect: Dialect
) -> Sequence[tuple[str, Callable[[Any], Any] | None]]:
    """How each column's values become the driver's, where they have to."""
    return [(name, table.c[name].type.bind_processor(dialect)) for name in names]
