"""Nothing of a secret is ever printed, however wrongly it was put into its setting, and whatever comes of that."""

import base64
import json
import traceback
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
SETTINGS = sorted({shape.setting for shape in shapes()})


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


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_command_prints_a_part_of_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    wrong: list[tuple[str, str, set[str]]] = []
    for number, shape in enumerate(shape for shape in shapes() if shape.setting == setting):
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.chdir(folder)
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
        for command in ("serve",) if shape.is_right else COMMANDS.get(shape.setting, ("serve", "check")):
            with logging_as_it_was():
                printed = everything_printed(command.split(), environment)
            if seen(shape.material, printed) or "Traceback" in printed:
                wrong.append((shape.name, command, seen(shape.material, printed)))

    assert wrong == []


def fits(shape: Shape, place: str) -> bool:
    """Whether the place can hold the value as it is, and the service would read it from there."""
    if place == "environment":
        return True
    if place == "file of its own":
        return not any("\ud800" <= letter <= "\udfff" for letter in shape.value)
    return shape.value.isprintable() and "'" not in shape.value and "${" not in shape.value


def put(shape: Shape, place: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Sets what the shape says, in that place alone."""
    if place == "environment":
        patch.setenv(shape.setting, shape.value)
        return
    patch.delenv(shape.setting, raising=False)
    if place == "file of its own":
        (folder / "secret").write_text(shape.value, encoding="utf-8")
        patch.setenv(f"{shape.setting}_FILE", "secret")
    else:
        (folder / ".env").write_text(f"{shape.setting}='{shape.value}'\n", encoding="utf-8")


@pytest.mark.parametrize("place", ["environment", "file", "file of its own"])
def test_a_crash_shows_nothing_of_a_secret_though_its_error_quotes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    fitting = [shape for shape in shapes() if shape.file is None and fits(shape, place)]
    wrong: list[tuple[str, set[str]]] = []
    for number, shape in enumerate(fitting):
        folder = tmp_path / str(number)
        folder.mkdir()
        with monkeypatch.context() as patch:
            patch.chdir(folder)
            put(shape, place, folder, patch)

            printed = redacted_traceback(OSError(36, "File name too long", shape.value))
            printed += redacted_traceback(ValueError(f"cannot use {shape.value} as it is"))

        if seen(shape.material, printed) or "File name too long" not in printed:
            wrong.append((str(shape), seen(shape.material, printed)))

    assert len(fitting) > 80
    assert wrong == []


def test_the_search_finds_a_part_of_a_secret() -> None:
    assert seen(CORE, f"before {CORE[5:13]} after") == {CORE[5:13]}
    assert seen(CORE, f"before {CORE[5:12]} after") == set()
    assert seen(f"x {SIGNING_SECRET}", SIGNING_SECRET) != set()
