"""The tables of the pages say what the code says."""

import ast
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from typing import Any

import click
import pytest

from connector.cli import main
from connector.settings import Settings
from connector.sheets.columns import COLUMNS, Tab
from tests.docs.pages import ROOT, in_code, rows, text
from tests.openapi.described import operations

# --- docs/settings.md, .env.example


def default_of(setting: "Field[Any]") -> str | None:
    """As a page writes it; None where there is none."""
    if setting.default is MISSING or setting.default in {None, ""}:
        return None
    return str(setting.default).lower() if isinstance(setting.default, bool) else f"{setting.default}"


DEFAULTS = {setting.name.upper(): default_of(setting) for setting in fields(Settings)}


def test_the_page_of_settings_names_each_with_its_default() -> None:
    told: dict[str, str | None] = {}
    for names, default, _ in rows("docs/settings.md"):
        defaults: list[str] | list[None] = in_code(default) or [None] * len(in_code(names))
        told |= dict(zip(in_code(names), defaults, strict=True))

    assert told == DEFAULTS


def test_the_settings_that_are_needed_are_marked_as_such() -> None:
    needed = {name for names, default, _ in rows("docs/settings.md") if default == "needed" for name in in_code(names)}

    assert needed == {setting.name.upper() for setting in fields(Settings) if setting.default is MISSING}


def test_the_example_of_an_env_file_has_no_other_settings_and_their_defaults() -> None:
    lines = re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    told = {name: value for name, value in lines if DEFAULTS.get(name, "") is not None}

    assert {name for name, _ in lines} - DEFAULTS.keys() == set()
    assert told == {name: DEFAULTS[name] for name in told}


# --- docs/commands.md


def commands() -> dict[str, click.Command]:
    """Each command by its name, and those of a group by both names."""
    context = click.Context(main)
    found = {name: command for name in main.list_commands(context) if (command := main.get_command(context, name))}
    groups = {name: command for name, command in found.items() if isinstance(command, click.Group)}
    parts = {f"{name} {part}": command for name, group in groups.items() for part, command in group.commands.items()}
    return {name: command for name, command in found.items() if name not in groups} | parts


def test_the_page_of_commands_names_each_with_all_its_options() -> None:
    told = {
        name_of(in_code(command)[0]): set(re.findall(r"--[a-z-]+", f"{command} {does}"))
        for command, does in rows("docs/commands.md")
    }
    known = {
        name: {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        for name, command in commands().items()
    }

    assert told == known


def name_of(command: str) -> str:
    """`shops add NAME` as `shops add`."""
    first, *rest = command.split()
    return " ".join([first, *rest[:1]]) if first == "shops" else first


@pytest.mark.parametrize("name", commands())
def test_every_command_says_in_its_help_what_it_does(name: str) -> None:
    command = commands()[name]

    assert command.help
    assert [option.opts for option in command.params if isinstance(option, click.Option) and not option.help] == []


# --- docs/http.md


def told_routes() -> Iterator[tuple[str, str]]:
    for cells in rows("docs/http.md"):
        methods = [word for word in in_code(cells[0]) if word.isalpha() and word.isupper()]
        for address in in_code(cells[0])[len(methods) :]:
            yield from ((method, address.partition("?")[0]) for method in methods)


def test_the_page_of_http_names_every_route() -> None:
    names = {"{order_id}": "ORDER_ID", "{entry_id}": "ID", "{event}": ""}
    known = {(method, re.sub(r"{\w+}", lambda found: names[found[0]], address)) for method, address, _ in operations()}

    assert set(told_routes()) == known | {("GET", "/")}


def test_the_page_of_http_names_every_status_of_an_answer() -> None:
    told = {code for cells in rows("docs/http.md") for code in in_code(cells[0]) if code.isdigit()}
    known = {status for _, _, operation in operations() for status in operation["responses"]}

    assert told | {"200"} == known | {"405"}


# --- docs/merchants.md


def test_the_page_of_the_sheet_names_the_columns_in_their_order() -> None:
    told = {in_code(tab)[0].lower(): columns.split(", ") for tab, columns in rows("docs/merchants.md")}

    assert {tab: told[tab] for tab in Tab} == {tab: [column.title for column in COLUMNS[tab]] for tab in Tab}


# --- docs/errors.md


def sentences_of_the_code() -> str:
    """All texts in the package, one on each line, with `…` for what is put in."""
    found = []
    for module in (ROOT / "connector").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else "…" for part in node.values]
                found.append("".join(map(str, parts)))
    return "\n".join(" ".join(words.split()) for words in found)


def test_the_page_of_errors_quotes_sentences_that_the_code_says() -> None:
    said = sentences_of_the_code()
    quoted = [cells[0] for cells in rows("docs/errors.md")]
    pieces = [piece.strip(" :;,") for sentence in quoted for piece in re.split(r"…|; ", sentence)]

    assert [piece for piece in pieces if piece and piece not in said] == []


# --- README.md


def test_the_readme_says_near_its_top_that_it_was_never_run_against_the_live_services() -> None:
    assert "**Never run against the live services.**" in text(ROOT / "README.md")[:2000]
