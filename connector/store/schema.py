"""Brings the database's tables up to date, and says whether this version may work on them as they are.

Versions run side by side while a service is upgraded instance by instance. So a migration only adds, and an older
version goes on: it names each column that it reads and writes, and what was added has a default or may be empty. What
the version before this one still uses can be dropped by the next. The table `compat` says how old the code on this
database may be. It is the one table that never changes, because older versions read it.
"""

import time
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from connector import __version__
from connector.language import gettext as _
from connector.store.loss import is_loss
from connector.store.tables import compat

HEAD = "0024"
"""The newest migration in `migrations/versions`, and the number of this version's schema."""
PATIENT = "patient"
"""The execution option of connections whose statements may take as long as they take."""
_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x5743_4D49  # any number of our own: instances that start together migrate one after the other
_WAIT_FOR_ANOTHER = "120s"
_WAIT_FOR_A_TABLE = "2s"
"""What comes after a migration that waits for a table waits as well, webhooks too: so it lets them go ahead."""
_TRIES = 30
_BETWEEN_TRIES = 1.0


class NewerSchemaError(Exception):
    """The database was migrated by a newer version, and this one may not work on it. The text is a sentence with the
    remedy."""


def migrate(engine: Engine) -> None:
    """Runs the migrations that are missing, all in one transaction, while older versions work on the database.

    Of several processes that start at the same time one does it, and the others wait. One that dies meanwhile leaves
    the database as it was. A database of a newer version is left as it is. Raises NewerSchemaError.
    """
    if _needs_nothing(engine):
        return
    for left in reversed(range(_TRIES)):
        try:
            with engine.execution_options(**{PATIENT: True}).begin() as connection:
                _take_turn(connection)
                _upgrade(connection)
        except sa.exc.OperationalError as error:
            if not left or not is_loss(error) or error.connection_invalidated:
                raise
            time.sleep(_BETWEEN_TRIES)
        else:
            return


def current(connection: Connection) -> str | None:
    """The migration that the database is at; None for an empty one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _needs_nothing(engine: Engine) -> bool:
    with engine.connect() as connection:
        at = current(connection)
        return at == HEAD or _is_newer(connection, at)


def _is_newer(connection: Connection, at: str | None) -> bool:
    """Whether a newer version has migrated the database, and this one may work on it all the same. Raises
    NewerSchemaError where it may not."""
    if at is not None and not (at.isascii() and at.isdecimal()):
        raise NewerSchemaError(_sentence(None))
    if at is None or int(at) <= int(HEAD):
        return False
    oldest = None
    if sa.inspect(connection).has_table(compat.name):
        oldest = connection.execute(sa.select(compat.c.oldest_code, compat.c.oldest_version)).first()
    if oldest is None or oldest.oldest_code > int(HEAD):
        raise NewerSchemaError(_sentence(None if oldest is None else oldest.oldest_version))
    return True


def _sentence(version: str | None) -> str:
    install = "that version again" if version is None else f"version {version} or a later one"
    return _(
        "The database was written by a newer version of the connector. This one, {version}, "
        "can't work on it any more: install {install}, or go back to the backup made before "
        "the upgrade."
    ).format(version=__version__, install=install)


def _take_turn(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        return  # On SQLite the transaction has begun with the lock on writing.
    # All of this ends with the transaction: a session may be shared by others, as behind PgBouncer.
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_WAIT_FOR_ANOTHER}'")
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_WAIT_FOR_A_TABLE}'")


def _upgrade(connection: Connection) -> None:
    # Looked at again: whoever was faster has migrated the database meanwhile.
    at = current(connection)
    if at == HEAD or _is_newer(connection, at):
        return
    # Imported here: a start with nothing to migrate, which is nearly every start, goes without Alembic.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
