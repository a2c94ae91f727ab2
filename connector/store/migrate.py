"""Brings the database to the shape that this version works with."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

HEAD = "0013"
"""The newest migration in `migrations/versions`."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x5743_4D49  # any number of our own: instances that start together migrate one after the other


class NewerSchemaError(Exception):
    """The database has a migration that this version doesn't know."""


def migrate(engine: Engine) -> None:
    """Runs the migrations that are missing, all in one transaction. Raises NewerSchemaError."""
    if current(engine) == HEAD:
        return
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        _upgrade(connection)


def current(engine: Engine) -> str | None:
    """The migration that the database is at; None for an empty one."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    # Imported here: a start with nothing to migrate, which is nearly every start, goes without Alembic.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    at = None
    if sa.inspect(connection).has_table("alembic_version"):
        at = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    if at is not None:
        try:
            ScriptDirectory.from_config(config).get_revision(at)
        except CommandError:
            raise NewerSchemaError from None
    command.upgrade(config, "head")
