"""What goes wrong with `.env`, the database and its disk, each as the one sentence that says how to mend it."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from connector.checks import storage
from connector.checks.failure import guarded
from connector.checks.google import check_google
from connector.checks.run import check_with
from connector.checks.settings import read_settings
from connector.cli.check import run_checks
from connector.findings import Level
from connector.settings import Settings
from connector.store.database import Database
from connector.terminal import command
from tests.check.place import Place, right, wrong
from tests.made_once import sqlite_url

NOBODY = 65534
HOW = "Make a key for the service account in the Google Cloud console (Keys, Add key, JSON)"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory and an environment without our variables."""
    monkeypatch.chdir(tmp_path)
    for field in fields(Settings):
        monkeypatch.delenv(field.name.upper(), raising=False)
    return tmp_path


def env(folder: Path, *lines: str, secret: str = "sixteen-letters!") -> None:
    needed = [
        "WHAPI_TOKEN=t",
        "SPREADSHEET_ID=1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
        f"WEBHOOK_SECRET={secret}",
    ]
    (folder / ".env").write_text("\n".join([*needed, *lines, ""]), encoding="utf-8")


def test_settings_that_are_right(folder: Path) -> None:
    env(folder)

    settings, findings = read_settings()

    assert settings is not None
    assert right(findings) == ["All settings that are needed are there."]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "shop.example"])
def test_a_port_that_strangers_may_reach_is_a_warning_that_names_the_proxy(folder: Path, host: str) -> None:
    env(folder, f"HOST={host}")

    settings, findings = read_settings()

    assert settings is not None
    assert [(finding.level, finding.sentence) for finding in findings] == [
        (
            Level.WARNING,
            f"HOST is {host}, so strangers may reach the service itself and hold all its connections. See that only "
            "your reverse proxy can reach the port, or set HOST=127.0.0.1. What the proxy must limit stands in "
            "docs/operating.md.",
        )
    ]


@pytest.mark.parametrize(
    "line", ["HOST=127.0.0.1", "HOST=127.8.9.1", "HOST=::1", "HOST=localhost", "ADMIN_PASSWORD=twelve_chars"]
)
def test_what_strangers_cannot_reach_or_guess_is_fine(folder: Path, line: str) -> None:
    env(folder, line)

    _, findings = read_settings()

    assert right(findings) == ["All settings that are needed are there."]


def test_a_password_that_can_be_guessed_in_time_is_a_warning(folder: Path) -> None:
    env(folder, "ADMIN_PASSWORD=eleven char")

    _, findings = read_settings()

    assert [(finding.level, finding.sentence) for finding in findings] == [
        (Level.WARNING, "ADMIN_PASSWORD has 11 characters, and could be guessed in time. Set one of 12 or more.")
    ]


def test_settings_that_are_missing(folder: Path) -> None:
    assert folder.exists()
    assert wrong(run_checks()) == [
        f"Nothing is set up yet. This asks for all that is needed: {command('setup')}",
        "WHAPI_TOKEN is not set. Copy the channel's token from Whapi's panel.",
        "SPREADSHEET_ID is not set. Open the spreadsheet and copy its address from the browser.",
        "WEBHOOK_SECRET is not set. Make up a text of at least 16 characters that callers must present.",
    ]


def test_a_secret_that_is_too_short(folder: Path) -> None:
    env(folder, secret="fifteen-letters")

    assert wrong(run_checks()) == [
        "WEBHOOK_SECRET is wrong: it is shorter than 16 characters. Use a longer one, such as a random text."
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://drive.google.com/drive/folders/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs",
        "https://docs.google.com/document/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit",
        "https://docs.google.com/spreadsheets/d/e/2PACX-1vQexampleexample/pubhtml",
    ],
)
def test_an_address_of_something_else_in_place_of_an_id(folder: Path, url: str) -> None:
    env(folder, f"SPREADSHEET_ID={url}")

    assert wrong(run_checks()) == [
        "SPREADSHEET_ID is wrong: it is neither a spreadsheet's id nor its address. "
        "Open the spreadsheet and copy its address from the browser."
    ]


BROKEN = "The JSON in GOOGLE_CREDENTIALS is broken. Put it on one line in single quotes, or give the file's path."
DAMAGED = (
    "The service account's key in GOOGLE_CREDENTIALS is damaged or incomplete. Make a key for the service account in "
    "the Google Cloud console (Keys, Add key, JSON) and use the file unchanged."
)


@pytest.mark.parametrize(
    ("lines", "unreadable", "sentence"),
    [
        (
            ["GOOGLE_CREDENTIALS={", '  "type": "service_account",', '  "client_email": "a@b"', "}"],
            "Line 5 and 2 more",
            BROKEN,
        ),
        (
            ['GOOGLE_CREDENTIALS="{\\"type\\": \\"service_account\\", \\"private_key\\": \\"a\\nb\\"}"'],
            None,
            DAMAGED,
        ),
    ],
    ids=["over several lines without quotes", "in double quotes, which turn \\n into line breaks"],
)
def test_a_key_that_the_env_file_has_broken(
    folder: Path, lines: list[str], unreadable: str | None, sentence: str
) -> None:
    env(folder, *lines)

    settings, findings = read_settings()

    assert settings is not None
    assert wrong(findings) == (
        [
            f"{unreadable} of .env can't be read and is left out. Write each as NAME=value on one line; a value that "
            "holds quotes or a # goes in single quotes."
        ]
        if unreadable
        else []
    )
    assert wrong(guarded("google", check_google(settings, None, shop="default"))) == [sentence]


@pytest.mark.parametrize(
    ("line", "is_cut"),
    [
        ("ADMIN_PASSWORD=my long pass # word", True),
        ("ADMIN_PASSWORD=my-long-pass#word", False),
        ("ADMIN_PASSWORD='my long pass # word' # a comment", False),
        ("RESYNC_INTERVAL=30 # a comment", False),
    ],
)
def test_what_a_blank_and_a_hash_cut_off_a_password_is_said(folder: Path, line: str, is_cut: bool) -> None:
    env(folder, line)

    settings, findings = read_settings()

    assert settings is not None
    assert wrong(findings) == (
        [
            "Line 4 of .env: what stands behind the # was left out of ADMIN_PASSWORD, as a comment. If it belongs to "
            "the value, put the whole value in single quotes; if not, give it a line of its own."
        ]
        if is_cut
        else []
    )


def test_a_key_in_quotes_of_its_own_kind_is_left_out_and_so_said(folder: Path) -> None:
    env(folder, "", 'GOOGLE_CREDENTIALS="{"type": "service_account"}"')

    settings, findings = read_settings()

    assert settings is not None
    assert wrong(findings) == [
        "Line 5 of .env can't be read and is left out. Write each as NAME=value on one line; a value that holds quotes "
        "or a # goes in single quotes."
    ]
    assert wrong(guarded("google", check_google(settings, None, shop="default"))) == [
        f"There is no key file credentials.json. {HOW}, save it there, or name its path in GOOGLE_CREDENTIALS."
    ]


def test_an_env_file_that_is_no_text(folder: Path) -> None:
    (folder / ".env").write_bytes(b"\xff\xfe\x00")

    assert wrong(run_checks()) == ["Line 1 of .env is not text in UTF-8. Save the file as UTF-8."]


# The database


def test_a_database_that_can_be_written(place: Place) -> None:
    sentences = right(storage.check_storage(place.database, place.settings))

    assert sentences[0] == "The database can be opened and written."
    assert sentences[1].startswith("The disk has room: ")


def test_a_database_that_can_not_be_opened(place: Place) -> None:
    place.set(database_url="sqlite:////proc/connector.db", google_credentials="nowhere.json")

    assert wrong(check_with(place.settings, shop="default"))[0] == (
        "The database /proc/connector.db can't be opened: No such file or directory. "
        "See that DATABASE_URL is right and that the service may write there."
    )


@contextmanager
def somebody_elses(path: Path) -> Iterator[None]:
    """The folder may be read but not written; root is nobody in particular for the time being."""
    for part in (path, *path.iterdir()):
        part.chmod(0o555 if part.is_dir() else 0o444)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        path.chmod(0o755)


@pytest.fixture
def readable_by_all() -> Iterator[Path]:
    """A database that was in use before. Pytest's own folders can't be entered by others."""
    folder = Path(tempfile.mkdtemp(prefix="connector-test-"))
    Database(sqlite_url(folder)).close()
    yield folder
    shutil.rmtree(folder)


def test_a_database_that_can_not_be_written(place: Place, readable_by_all: Path) -> None:
    url = f"sqlite:///{readable_by_all}/connector.db"
    place.set(database_url=url, google_credentials="nowhere.json")

    with somebody_elses(readable_by_all):
        sentences = wrong(check_with(place.settings, shop="default"))

    assert sentences[0] == (
        f"The database {url.removeprefix('sqlite:///')} can't be opened: attempt to write a readonly "
        "database. See that DATABASE_URL is right and that the service may write there."
    )


def test_a_postgresql_that_takes_no_changes(place: Place, postgres_url: str) -> None:
    Database(postgres_url).close()
    separator = "&" if "?" in postgres_url else "?"
    place.set(
        database_url=f"{postgres_url}{separator}options=-c%20default_transaction_read_only%3Don",
        google_credentials="nowhere.json",
    )

    sentence = wrong(check_with(place.settings, shop="default"))[0]

    database = make_url(postgres_url)
    assert sentence.startswith(f"The database {database.database} at {database.host or database.query['host']}")
    assert sentence.endswith(
        " can be read but not written: cannot execute UPDATE in a read-only transaction. "
        "See that the service may write the file and its folder, or to the tables."
    )


def test_a_database_whose_folder_is_gone(tmp_path: Path) -> None:
    assert wrong(guarded("database", storage.check_disk(tmp_path / "gone" / "connector.db"))) == [
        f"The folder that holds {tmp_path}/gone/connector.db can't be looked at (No such file or directory). "
        "See that it is still there."
    ]


def test_a_database_that_stops_answering(place: Place) -> None:
    place.database.write(lambda connection: connection.exec_driver_sql("DROP TABLE pauses"))

    assert wrong(check_with(place.settings, shop="default")) == [
        f"The database {place.database.path} can be read but not written: no such table: pauses. "
        "See that the service may write the file and its folder, or to the tables."
    ]


def test_a_disk_that_is_nearly_full(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    free = shutil.disk_usage(place.folder).free
    monkeypatch.setattr(storage, "LEAST_FREE", 2 * free)

    found = wrong(guarded("database", storage.check_disk(place.database.path)))

    # How much is free changes while the test runs.
    assert [re.sub(r"\d+ MiB", "N MiB", sentence) for sentence in found] == [
        f"The disk that holds {place.folder}/connector.db has only N MiB left. Make room on it: once it is full, no "
        "order can be stored."
    ]
