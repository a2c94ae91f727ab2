"""Whether a migration leaves everything to older code that it works with."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import MetaData, Table

_HARMLESS = {"CASCADE", "SET NULL"}


def reflected(connection: sa.Connection) -> MetaData:
    metadata = MetaData()
    metadata.reflect(connection)
    return metadata


def not_additive(before: MetaData, after: MetaData) -> list[str]:
    """What code of the time before could stumble over."""
    found: list[str] = []
    for name, table in before.tables.items():
        if name not in after.tables:
            found.append(f"the table {name} is gone")
        else:
            found += [f"{name}: {what}" for what in _changed(table, after.tables[name])]
    for name, table in after.tables.items():
        if name not in before.tables:
            found += [
                f"{name}: holds rows of {foreign.column.table.name}"
                for foreign in table.foreign_keys
                if foreign.column.table.name in before.tables and foreign.ondelete not in _HARMLESS
            ]
    return found


def _changed(before: Table, after: Table) -> Iterator[str]:
    for column in before.columns:
        now = after.columns.get(column.name)
        if now is None:
            yield f"the column {column.name} is gone"
        elif _described(now) != _described(column):
            yield f"the column {column.name} was {_described(column)} and is {_described(now)}"
    for column in after.columns:
        if column.name not in before.columns and not column.nullable and column.server_default is None:
            yield f"the column {column.name} must be given"
    gone, new = _rules(before) - _rules(after), _rules(after) - _rules(before)
    yield from (f"without {rule}" for rule in sorted(gone))
    # An index that only makes looks faster is nobody's loss.
    yield from (f"with {rule}" for rule in sorted(new) if not rule.startswith("INDEX"))


def _described(column: sa.Column[Any]) -> str:
    default = column.server_default
    said = default.arg if isinstance(default, sa.DefaultClause) else None
    return f"{column.type}{'' if column.nullable else ' NOT NULL'}{'' if said is None else f' DEFAULT {said}'}"


def _rules(table: Table) -> set[str]:
    """What the table demands of its rows, and its indexes."""
    rules = {f"{'UNIQUE ' if index.unique else ''}INDEX {index.name}" for index in table.indexes}
    for constraint in table.constraints:
        columns = ", ".join(sorted(column.name for column in getattr(constraint, "columns", ())))
        text = f" {constraint.sqltext}" if isinstance(constraint, sa.CheckConstraint) else ""
        rules.add(f"{type(constraint).__name__} ({columns}){text}")
    return rules
