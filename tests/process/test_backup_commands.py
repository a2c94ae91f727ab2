"""What `backup` and `restore` refuse, and what they say: nothing is changed then, and nothing left behind."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connector.cli import main
from connector.store.database import Database
from connector.store.lock import lock_beside
from tests.as_it_was import logging_as_it_was
from tests.made_once import sqlite_url


def run(folder: Path, *arguments: str, url: str | None = None) -> Result:
    environment = {
        "WHAPI_TOKEN": "whapi-token-of-a-shop",
        "SPREADSHEET_ID": "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg",
        "WEBHOOK_SECRET": "secret-of-this-very-shop",
        "DATABASE_URL": url or f"sqlite:///{folder / 'connector.db'}",
    }
    with logging_as_it_was():
        return CliRunner().invoke(main, arguments, env=environment)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith(".lock")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a database and a backup of it."""
    sqlite_url(tmp_path)
    assert run(tmp_path, "backup", str(tmp_path / "backup.db")).exit_code == 0
    return tmp_path


def other_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE orders (id)")


def damaged(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 40_000)


def of_a_later_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as later:
        later.execute("UPDATE alembic_version SET version_num = '9999'")
        later.execute("UPDATE compat SET oldest_code = 9999, oldest_version = '7.0.0'")
        later.commit()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (Path.unlink, "There is no file {backup}."),
        (lambda path: path.write_text("Order ID;Customer"), "{backup} is no backup, or is damaged: "),
        (lambda path: path.write_bytes(b""), "{backup} is no database of the connector. "),
        (other_program, "{backup} is no database of the connector. "),
        (damaged, "{backup} is "),
        (of_a_later_version, "The database was written by a newer version of the connector. "),
    ],
)
def test_restore_refuses_what_is_no_backup(folder: Path, spoil: Callable[[Path], object], sentence: str) -> None:
    backup = folder / "backup.db"
    spoil(backup)
    before = content(folder)

    result = run(folder, "restore", str(backup), "--yes")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(sentence.format(backup=backup))
    assert content(folder) == before


def test_restore_refuses_while_a_service_runs_or_a_program_has_the_database_open_and_without_being_told_yes(
    folder: Path,
) -> None:
    place, backup = folder / "connector.db", folder / "backup.db"
    before = content(folder)
    lock = lock_beside(place)
    lock.acquire()
    running = run(folder, "restore", str(backup), "--yes")
    lock.release()
    unasked = run(folder, "restore", str(backup))
    itself = run(folder, "restore", str(place), "--yes")
    assert content(folder) == before
    database = Database(f"sqlite:///{place}")
    with database.read() as connection:
        connection.exec_driver_sql("SELECT * FROM orders")
        opened = run(folder, "restore", str(backup), "--yes")
    database.close()

    assert [result.exit_code for result in (running, unasked, itself, opened)] == [1, 1, 1, 1]
    assert running.stderr == f"A service is running on {place}. Stop it first; nothing was changed.\n"
    assert unasked.stderr == f"Nothing was changed. To put {backup} into the place of {place}, use --yes.\n"
    assert itself.stderr == f"{place} is the database itself. Name the backup.\n"
    assert opened.stderr.startswith(f"{place} is in use (database is locked). Stop the service")
    assert sorted(content(folder)) == sorted(before)


def test_restore_keeps_the_former_database_even_if_it_is_damaged_and_works_where_there_is_none(folder: Path) -> None:
    place, backup = folder / "connector.db", folder / "backup.db"
    with closing(sqlite3.connect(place)) as former:
        former.execute("UPDATE compat SET oldest_version = 'former'")
        former.commit()
    first = run(folder, "restore", str(backup), "--yes")
    (aside,) = folder.glob("connector.db.before-restore-*")
    with closing(sqlite3.connect(aside)) as former:
        kept = former.execute("SELECT oldest_version FROM compat").fetchone()
    aside.unlink()
    place.write_text("junk")
    second = run(folder, "restore", str(backup), "--yes")
    (junk,) = folder.glob("connector.db.before-restore-*")
    fresh = folder / "fresh" / "data" / "connector.db"
    third = run(folder, "restore", str(backup), "--yes", url=f"sqlite:///{fresh}")

    assert [result.exit_code for result in (first, second, third)] == [0, 0, 0], first.stderr + second.stderr
    assert (kept, junk.read_text()) == (("former",), "junk")
    assert first.stdout.splitlines()[:2] == [
        f"{place} is the backup now, with 0 orders.",
        f"What stood there before is {aside}.",
    ]
    for restored in (place, fresh):
        assert restored.stat().st_mode & 0o777 == 0o600
        Database(f"sqlite:///{restored}").close()


def test_backup_never_replaces_a_file_by_itself_and_leaves_none_behind_that_is_not_whole(folder: Path) -> None:
    place, backup, folder_of_them = folder / "connector.db", folder / "backup.db", folder / "all"
    folder_of_them.mkdir()
    backup.write_text("mine")
    there = run(folder, "backup", str(backup))
    kept = backup.read_text()
    replaced = run(folder, "backup", str(backup), "--yes")
    named = run(folder, "backup", str(folder_of_them))
    itself = run(folder, "backup", str(place), "--yes")
    nowhere = run(folder, "backup", str(folder / "nowhere" / "backup.db"))
    none_yet = run(folder, "backup", str(folder / "x.db"), url=f"sqlite:///{folder / 'none.db'}")
    other_program(place)
    not_ours = run(folder, "backup", str(folder / "x.db"))

    (copy,) = folder_of_them.iterdir()
    results = (there, replaced, named, itself, nowhere, none_yet, not_ours)
    assert [result.exit_code for result in results] == [1, 0, 0, 1, 1, 1, 1]
    assert (there.stderr, kept) == (f"{backup} is there already. Replace it with --yes.\n", "mine")
    assert named.stdout.startswith(f"{copy} holds the database with 0 orders.")
    assert itself.stderr == f"{place} is the database itself. Name another file.\n"
    assert nowhere.stderr.startswith(f"Nothing can be written in the folder {folder / 'nowhere'}: ")
    assert none_yet.stderr.startswith(f"There is no database {folder / 'none.db'} yet")
    assert not_ours.stderr.startswith(f"{place} is no database of the connector.")
    assert {path.stat().st_mode & 0o777 for path in (backup, copy)} == {0o600}
    assert sorted(path.name for path in folder.iterdir()) == ["all", "backup.db", "connector.db"]


@pytest.mark.parametrize(
    ("command", "says"), [("backup", "pg_dump --format=custom"), ("restore", "pg_restore --clean")]
)
def test_postgresql_has_its_own_commands_which_are_named(tmp_path: Path, command: str, says: str) -> None:
    result = run(tmp_path, command, "x.dump", url="postgresql://u:geheim@127.0.0.1:1/x")

    assert result.exit_code == 2
    assert says in result.stderr
    assert "geheim" not in result.output
