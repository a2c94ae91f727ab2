"""Data validation rules as rectangles that never overlap: each cell has at most one rule."""

from typing import Any

from connector.sandbox.google.grid import Sheet
from connector.sandbox.google.ranges import Area, Placed


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
