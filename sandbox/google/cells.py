"""CellData in and out: how a cell is written through a field mask, and how it is answered."""

from collections.abc import Callable
from typing import Any, TypeAlias

from sandbox.google import fieldmask
from sandbox.google.errors import NotPlayed, Refused
from sandbox.google.grid import CHARACTERS_PER_CELL, EMPTY, Cell, Formula, Value

Writer: TypeAlias = Callable[[Cell, dict[str, Any]], Cell]

_NOT_PLAYED = ("textFormatRuns", "chipRuns", "pivotTable", "dataSourceTable", "dataSourceFormula")


def value_of(extended: dict[str, Any] | None) -> Value:
    """The value of an ExtendedValue. A text is never parsed (docs/google-sheets.md, 2.2);
    an empty one empties the cell."""
    if not extended:
        return None
    kind, value = next(iter(extended.items()))
    if kind == "stringValue":
        check_length(value)
        return value or None
    if kind == "formulaValue":
        check_length(value)
        if not value.startswith("="):
            raise Refused("A formula must begin with an equals sign.")
        return Formula(value)
    if kind == "errorValue":
        raise Refused("Cell values of the type error cannot be written.")
    number: float | bool = value
    return number


def check_length(text: str) -> None:
    """Whether Google counts characters or UTF-16 units is not recorded; the larger figure counts here."""
    if len(text) > CHARACTERS_PER_CELL // 2 and len(text.encode("utf-16-le")) // 2 > CHARACTERS_PER_CELL:
        raise Refused(
            f"Your input contains more than the maximum of {CHARACTERS_PER_CELL} characters in a single cell."
        )


def extended(value: Value) -> dict[str, Any] | None:
    """The ExtendedValue of a value; None for an empty cell."""
    if value is None:
        return None
    if isinstance(value, Formula):
        return {"formulaValue": value.text}
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, bool):
        return {"boolValue": value}
    return {"numberValue": json_number(value)}


def json_number(value: float) -> float:
    """Whole numbers are answered without a decimal point, as Google does."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value  # noqa: PLR2004 - below, every whole number is exact


def writer(mask_text: str) -> Writer:
    """A function that applies one CellData to one cell, for the field mask of a request."""
    mask = fieldmask.for_update(mask_text, "CellData")
    writes_value = fieldmask.names(mask, "userEnteredValue")
    writes_format = fieldmask.names(mask, "userEnteredFormat")
    writes_note = fieldmask.names(mask, "note")
    format_mask = fieldmask.below(mask, "userEnteredFormat") if writes_format else None
    exotic = tuple(name for name in _NOT_PLAYED if fieldmask.names(mask, name))

    def write(old: Cell, given: dict[str, Any]) -> Cell:
        value, look, note = old
        if writes_value:
            value = value_of(given.get("userEnteredValue"))
        if writes_format:
            new = given.get("userEnteredFormat")
            _check_format(new)
            look = new if format_mask is None else fieldmask.merged(format_mask, look, new)
        if writes_note:
            note = given.get("note") or None
        if exotic:
            _check_exotic(exotic, given)
        return Cell(value, look or None, note)

    return write


def _check_format(given: dict[str, Any] | None) -> None:
    if given is not None and "numberFormat" in given and "type" not in given["numberFormat"]:
        raise Refused("A number format must have a type.")


def _check_exotic(names: tuple[str, ...], given: dict[str, Any]) -> None:
    for name in names:
        if name in given:
            raise NotPlayed(f"the field {name} of a cell")


def written_row(old_row: Any, write: Writer, values: list[dict[str, Any]], column: int) -> dict[int, Cell] | None:
    """A row after CellData were written from a column on; the old row stays as it was."""
    row: dict[int, Cell] = dict(old_row) if old_row else {}
    for index, given in enumerate(values, column):
        cell = write(row.get(index, EMPTY), given)
        if cell == EMPTY:
            row.pop(index, None)
        else:
            row[index] = cell
    return row or None
