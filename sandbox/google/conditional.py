"""What conditional formats make of a cell. Played are conditions about texts and about blank cells."""

from collections.abc import Callable
from typing import Any, TypeAlias

from sandbox.google.display import shown
from sandbox.google.grid import Cell, Sheet

Json: TypeAlias = dict[str, Any]

_TESTS: dict[str, Callable[[str, str], bool]] = {
    "TEXT_EQ": lambda text, wanted: text == wanted,
    "TEXT_NOT_EQ": lambda text, wanted: text != wanted,
    "TEXT_CONTAINS": lambda text, wanted: wanted in text,
    "TEXT_NOT_CONTAINS": lambda text, wanted: wanted not in text,
    "TEXT_STARTS_WITH": lambda text, wanted: text.startswith(wanted),
    "TEXT_ENDS_WITH": lambda text, wanted: text.endswith(wanted),
    "BLANK": lambda text, _: not text,
    "NOT_BLANK": lambda text, _: bool(text),
}


def effective_format(sheet: Sheet, row: int, column: int, cell: Cell) -> Json:
    """The cell's own format under those of the rules that hold; the first rule wins where two say something."""
    look: Json = dict(cell.format or {})
    for rule in reversed(sheet.conditional_formats):
        if any(area.holds(row, column) for area in rule.areas) and _holds(rule.body, shown(cell)):
            given = rule.body["booleanRule"].get("format", {})
            look |= {name: part for name, part in given.items() if name != "textFormat"}
            look["textFormat"] = {**look.get("textFormat", {}), **given.get("textFormat", {})}
    return look


def _holds(rule: Json, text: str) -> bool:
    """Letter case makes no difference, as in the browser's own search."""
    condition = rule.get("booleanRule", {}).get("condition", {})
    test = _TESTS.get(condition.get("type", ""))
    values = condition.get("values", [])
    wanted = values[0].get("userEnteredValue", "") if values else ""
    return test is not None and test(text.casefold(), wanted.casefold())
