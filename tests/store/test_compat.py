"""Old and new versions side by side on one database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from connector.store import schema
from connector.store.database import Database, StoreError, parse_url
from connector.store.schema import HEAD
from tests.conftest import postgres_database
from tests.store.additive import not_additive, reflected
from tests.waiting import wait_until

_LAST_ALONE = "0014"
"""The last schema of versions that refuse every newer one."""
_OLDEST = sa.text("SELECT oldest_code FROM compat")


def _alembic(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


_IN_MEMORY = "sqlite:///"
"""What the service itself refuses."""


@contextmanager
def _engine(url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(_IN_MEMORY if url == _IN_MEMORY else parse_url(url))
    yield engine
    engine.dispose()


def _revision(url: str) -> str | None:
    with _engine(url) as engine, engine.connect() as connection:
        return schema.current(connection)


def _migrate_to(url: str, revision: str) -> None:
    with _engine(url) as engine, engine.begin() as connection:
        command.upgrade(_alembic(connection), revision)


def test_each_migration_adds_only_unless_it_says_which_code_is_too_old_for_it() -> None:
    scripts = list(ScriptDirectory.from_config(_alembic()).walk_revisions())
    side_by_side = [script.revision for script in reversed(scripts) if script.revision > _LAST_ALONE]
    with _engine(_IN_MEMORY) as engine, engine.begin() as connection:
        command.upgrade(_alembic(connection), _LAST_ALONE)
        before, oldest = reflected(connection), None
        for revision in side_by_side:
            command.upgrade(_alembic(connection), revision)
            after = reflected(connection)
            now = connection.execute(_OLDEST).scalar_one() if "compat" in after.tables else None

            problems = [] if oldest is not None and now > oldest else not_additive(before, after)
            assert problems == [], f"{revision}: leave this to a later version, or raise compat.oldest_code"
            assert now is None or now <= int(revision)
            before, oldest = after, now
    assert side_by_side[-1] == HEAD


@pytest.mark.parametrize(
    ("statements", "problems"),
    [
        (["ALTER TABLE a ADD COLUMN more TEXT", "CREATE INDEX i ON a (said)", "CREATE TABLE c (id INTEGER)"], []),
        (["ALTER TABLE a ADD COLUMN more TEXT NOT NULL DEFAULT ''"], []),
        (["DROP TABLE b"], ["the table b is gone"]),
        (["ALTER TABLE a DROP COLUMN said"], ["a: the column said is gone"]),
        (["ALTER TABLE a RENAME said TO told"], ["a: the column said is gone"]),
        (["CREATE UNIQUE INDEX i ON a (said)"], ["a: with UNIQUE INDEX i"]),
        (["DROP INDEX b_once"], ["b: without UNIQUE INDEX b_once"]),
        (
            ["DROP TABLE b", "CREATE TABLE b (id INTEGER PRIMARY KEY, name TEXT NOT NULL, CHECK (name <> ''))"],
            [
                "b: the column name was TEXT and is TEXT NOT NULL",
                "b: without UNIQUE INDEX b_once",
                "b: with CheckConstraint () name <> ''",
            ],
        ),
        (["DROP TABLE b", "CREATE TABLE b (id INTEGER PRIMARY KEY, name TEXT, more TEXT NOT NULL)"], [
            "b: the column more must be given",
            "b: without UNIQUE INDEX b_once",
        ]),
        (["CREATE TABLE c (a INTEGER, FOREIGN KEY(a) REFERENCES a (id))"], ["c: holds rows of a"]),
        (["CREATE TABLE c (a INTEGER, FOREIGN KEY(a) REFERENCES a (id) ON DELETE CASCADE)"], []),
    ],
)  # fmt: skip
def test_what_takes_something_from_older_code_is_seen(statements: list[str], problems: list[str]) -> None:
    with _engine(_IN_MEMORY) as engine, engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE a (id INTEGER PRIMARY KEY, said TEXT)")
        connection.exec_driver_sql("CREATE TABLE b (id INTEGER PRIMARY KEY, name TEXT)")
        connection.exec_driver_sql("CREATE UNIQUE INDEX b_once ON b (name)")
        before = reflected(connection)
        for statement in statements:
            connection.exec_driver_sql(statement)

        assert not_additive(before, reflected(connection)) == problems


@pytest.mark.parametrize(
    ("changes", "install"),
    [
        (["UPDATE compat SET oldest_code = 9998, oldest_version = '1.7.0'"], "version 1.7.0 or a later one"),
        (["DROP TABLE compat"], "that version again"),
        (["UPDATE alembic_version SET version_num = 'ae1027a6acf'"], "that version again"),
    ],
)
def test_a_database_that_is_too_new_for_this_version_is_refused_with_what_to_install(
    database_url: str, changes: list[str], install: str
) -> None:
    with _engine(database_url) as engine, engine.begin() as connection:
        for change in ["UPDATE alembic_version SET version_num = '9999'", *changes]:
            connection.exec_driver_sql(change)

    with pytest.raises(StoreError) as caught:
        Database(database_url)

    assert str(caught.value) == (
        "The database was written by a newer version of the connector. This one, 0.2.0, can't work on it any more: "
        f"install {install}, or go back to the backup made before the upgrade."
    )


def test_of_those_that_start_at_the_same_time_one_migrates_and_the_others_wait(empty_database_url: str) -> None:
    _migrate_to(empty_database_url, _LAST_ALONE)

    with ThreadPoolExecutor(4) as pool:
        for database in list(pool.map(lambda _: Database(empty_database_url), range(4))):
            database.close()

    assert _revision(empty_database_url) == HEAD


def test_a_migration_lets_others_go_ahead_and_leaves_nothing_where_it_is_ended(
    postgres: Any, postgres_admin: sa.Engine
) -> None:
    waiting = sa.text(
        "SELECT pid, xact_start FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with postgres_database(postgres, postgres_admin, "template1") as url:
        _migrate_to(url, _LAST_ALONE)
        with _engine(url) as engine, ThreadPoolExecutor(1) as pool:
            look = engine.execution_options(isolation_level="AUTOCOMMIT").connect()
            older = engine.connect()
            older.exec_driver_sql("LOCK TABLE alembic_version IN SHARE MODE")
            starting = pool.submit(Database, url)
            first = wait_until(lambda: look.execute(waiting).first(), what="the migration to wait")
            assert first is not None
            again = wait_until(
                lambda: [row for row in look.execute(waiting) if row.xact_start != first.xact_start], what="another try"
            )
            look.execute(sa.select(sa.func.pg_terminate_backend(again[0].pid)))
            with pytest.raises(StoreError, match="can't be opened"):
                starting.result(30)
            older.rollback()
            tables = sa.inspect(look).get_table_names()
            look.close()
            older.close()
        assert ("compat" in tables, _revision(url)) == (False, _LAST_ALONE)

        Database(url).close()
        assert _revision(url) == HEAD
