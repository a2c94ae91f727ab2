"""Data validation rules as rectangles that never overlap: each cell has at most one rule. And their conditions."""

from typing import Any

from sandbox.google.errors import Refused
from sandbox.google.grid import Sheet
from sandbox.google.ranges import Area, Placed


def set_rule(sheet: Sheet, area: Area, rule: dict[str, Any] | None) -> None:
    """Puts a rule on a rectangle in place of those there; None takes them away."""
    kept = []
    for placed in sheet.validations:
        pieces = tuple(piece for whole in placed.areas for piece in whole.without(area))
        if pieces:
            kept.append(Placed(pieces, placed.body))
    if rule is not None:
        kept.append(Placed((area,), rule))
    sheet.validations = tuple(kept)


def rule_at(sheet: Sheet, row: int, column: int) -> dict[str, Any] | None:
    for placed in sheet.validations:
        if any(area.holds(row, column) for area in placed.areas):
            return placed.body
    return None


_ARGUMENTS = {"BLANK": 0, "NOT_BLANK": 0, "TEXT_IS_EMAIL": 0, "TEXT_IS_URL": 0, "DATE_IS_VALID": 0}


def check_condition(condition: dict[str, Any]) -> None:
    """As many values as the condition takes; a list takes one or more."""
    kind = condition.get("type", "CONDITION_TYPE_UNSPECIFIED")
    given = len(condition.get("values", []))
    if kind == "CONDITION_TYPE_UNSPECIFIED":
        raise Refused("A condition must have a type.")
    if kind == "ONE_OF_LIST" and given == 0:
        raise Refused("A condition of the type ONE_OF_LIST must have at least one value.")
    if kind in _ARGUMENTS and given:
        raise Refused(f"A condition of the type {kind} takes no values.")
    if kind in ("ONE_OF_RANGE", "CUSTOM_FORMULA") and given != 1:
        raise Refused(f"A condition of the type {kind} takes exactly one value.")
