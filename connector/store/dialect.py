"""What SQLite and PostgreSQL each have of their own."""

from functools import cache
from importlib import import_module
from typing import Any


@cache
def insert_of(dialect: str) -> Any:
    """The `INSERT` that knows `ON CONFLICT`, by the name of the dialect, as a connection has it.

    Imported when it is needed: PostgreSQL's would cost everybody else 3 MB.
    """
    return import_module(f"sqlalchemy.dialects.{dialect}").insert
