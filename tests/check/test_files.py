"""What holds secrets or customers' numbers is nobody's but its owner's, from the first moment."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.checks.settings import check_files
from connector.settings import load_settings
from connector.setup.env_file import tighten
from connector.store.database import Database
from connector.store.lock import instance_lock


@pytest.fixture(autouse=True)
def open_to_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder that lets others in, and a process that lets others read what it makes."""
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def found(shops_file: str | None = None) -> list[str]:
    settings = load_settings(
        env_file=None, whapi_token="token", webhook_secret="sixteen-letters!", spreadsheet_id="1BxiMVs0XRA5nFMdKvBd",
        google_credentials="key.json", shops_file=shops_file,
    )  # fmt: skip
    return [finding.sentence for finding in check_files(settings, Path("data/connector.db"))]


def test_the_database_and_all_beside_it_are_its_owners_alone() -> None:
    database = Database("sqlite:///data/connector.db")
    lock = instance_lock(database)
    assert lock is not None
    assert lock.acquire()

    modes = {path.name: mode(path) for path in Path("data").iterdir()}

    assert modes == dict.fromkeys(
        ("connector.db", "connector.db-wal", "connector.db-shm", "connector.db.default.lock"), 0o600
    )
    assert mode(Path("data")) == 0o700
    lock.release()
    database.close()


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_shops_that_others_can_read_are_a_warning(kind: str) -> None:
    shops = Path("shops")
    if kind == "file":
        shops.touch()
    else:
        shops.mkdir()

    opened = found("shops")
    shops.chmod(0o700)

    assert opened == [
        "Other users of this machine can read shops, and secrets of shops stand in it. Run: chmod go= shops"
    ]
    assert found("shops") == []


def test_each_file_that_others_can_read_is_a_warning_with_its_remedy() -> None:
    Path("data").mkdir()
    for name in (".env", "key.json", "data/connector.db"):
        Path(name).touch()

    assert found() == [
        "Other users of this machine can read .env, and secrets stand in it. Run: chmod go= .env",
        "Other users of this machine can read the key file key.json. Run: chmod go= key.json",
        "Other users of this machine can read data/connector.db, and customers' numbers and orders stand in it. Run: "
        "chmod go= data/connector.db*",
    ]


def test_files_that_are_closed_or_lie_in_a_closed_folder_are_not_warned_of(tmp_path: Path) -> None:
    Path("data").mkdir(mode=0o700)
    Path("data/connector.db").touch()
    for name in (".env", "key.json"):
        Path(name).touch(mode=0o600)
    assert found() == []

    Path(".env").chmod(0o644)
    tmp_path.chmod(0o700)
    assert found() == []


def test_setup_closes_an_env_file_that_lies_open() -> None:
    path = Path(".env")
    path.write_text("WHAPI_TOKEN=x\n")

    assert [tighten(path), tighten(path), tighten(Path("none"))] == [True, False, False]
    assert (mode(path), path.read_text()) == (0o600, "WHAPI_TOKEN=x\n")
