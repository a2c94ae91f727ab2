"""Nothing of a secret is ever printed, however wrongly it was put into its setting, and whatever comes of that."""

import base64
import json
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from connector.cli import main
from connector.cli.crash import redacted_traceback
from tests.as_it_was import logging_as_it_was
from tests.attack.wrong_shapes import CORE, SIGNING_SECRET, Shape, key, shapes, write_file
from tests.made_once import sqlite_url

RUN = 8
"""So many characters of a secret in a row count as a part of it."""
COMMANDS = {
    "GOOGLE_CREDENTIALS": ("serve", "check", "setup --yes"),
    "WHAPI_TOKEN": ("serve", "check", "setup --yes"),
    "DATABASE_URL": ("serve", "check", "orders"),
}
"""Which use the setting; all others use it no otherwise than `serve` and `check`."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working directory; what the commands do to the logging of this process is undone."""
    monkeypatch.chdir(tmp_path)
    with logging_as_it_was():
        yield tmp_path


def everything_printed(command: list[str], environment: dict[str, str]) -> str:
    """What a command prints, with the traceback of what it didn't catch: as it is, not as `crash.py` shows it."""
    result = CliRunner().invoke(main, command, env=environment)
    error = result.exception
    crash = "" if error is None or isinstance(error, SystemExit) else "".join(traceback.format_exception(error))
    return result.output + crash


def seen(material: str, text: str) -> set[str]:
    """The parts of secrets that stand in a text."""
    parts = {word[at : at + RUN] for word in material.split() for at in range(len(word) - RUN + 1)}
    return {text[at : at + RUN] for at in range(len(text) - RUN + 1)} & parts


@pytest.mark.parametrize("shape", shapes(), ids=str)
def test_no_command_prints_a_part_of_a_secret(folder: Path, shape: Shape) -> None:
    environment = {
        "WHAPI_TOKEN": "channel-token",
        "WEBHOOK_SECRET": "sixteen-letters!",
        "SPREADSHEET_ID": "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
        "GOOGLE_CREDENTIALS": json.dumps(key()),
        "DATABASE_URL": sqlite_url(folder),
        "EVENTS_URL": "https://127.0.0.1:1/hook",
        "EVENTS_SECRET": f"whsec_{base64.b64encode(b'-' * 24).decode()}",
        "WHAPI_BASE_URL": "http://127.0.0.1:1",
        "SHEETS_BASE_URL": "http://127.0.0.1:1",
        "HOST": "203.0.113.1",  # not ours, so that `serve` ends by itself once all is built
        "LOG_LEVEL": "DEBUG",
        shape.setting: write_file(shape, folder),
    }

    commands = ("serve",) if shape.is_right else COMMANDS.get(shape.setting, ("serve", "check"))
    printed = {command: everything_printed(command.split(), environment) for command in commands}

    assert {command: seen(shape.material, text) for command, text in printed.items()} == {
        command: set() for command in printed
    }
    assert {command: "Traceback" in text for command, text in printed.items()} == dict.fromkeys(printed, False)


def fits(shape: Shape, place: str) -> bool:
    """Whether the place can hold the value as it is, and the service would read it from there."""
    if place == "environment":
        return True
    if place == "file of its own":
        return not any("\ud800" <= letter <= "\udfff" for letter in shape.value)
    return shape.value.isprintable() and "'" not in shape.value and "${" not in shape.value


@pytest.mark.parametrize(
    ("shape", "place"),
    [
        pytest.param(shape, place, id=f"{shape} in the {place}")
        for shape in shapes()
        for place in ("environment", "file", "file of its own")
        if shape.file is None and fits(shape, place)
    ],
)
def test_a_crash_shows_nothing_of_a_secret_though_its_error_quotes_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, shape: Shape, place: str
) -> None:
    if place == "environment":
        monkeypatch.setenv(shape.setting, shape.value)
    elif place == "file of its own":
        (folder / "secret").write_text(shape.value, encoding="utf-8")
        monkeypatch.setenv(f"{shape.setting}_FILE", "secret")
        monkeypatch.delenv(shape.setting, raising=False)
    else:
        (folder / ".env").write_text(f"{shape.setting}='{shape.value}'\n", encoding="utf-8")
        monkeypatch.delenv(shape.setting, raising=False)

    printed = redacted_traceback(OSError(36, "File name too long", shape.value))
    printed += redacted_traceback(ValueError(f"cannot use {shape.value} as it is"))

    assert seen(shape.material, printed) == set()
    assert "File name too long" in printed


def test_the_search_finds_a_part_of_a_secret() -> None:
    assert seen(CORE, f"before {CORE[5:13]} after") == {CORE[5:13]}
    assert seen(CORE, f"before {CORE[5:12]} after") == set()
    assert seen(f"x {SIGNING_SECRET}", SIGNING_SECRET) != set()
