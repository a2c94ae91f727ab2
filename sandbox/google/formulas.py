"""Every formula of a spreadsheet, wherever it stands, when rows, columns or tabs change."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from sandbox.google import references
from sandbox.google.draft import Draft
from sandbox.google.grid import Formula, Row, Sheet
from sandbox.google.ranges import Area, Change, Placed, changed

Rewrite: TypeAlias = Callable[[str], str]


def shift(draft: Draft, sheet: Sheet, dimension: str, change: Change) -> None:
    """After rows or columns of a tab came, went or moved. The sources of charts move as well."""
    for other in list(draft.content.sheets.values()):
        here = other.sheet_id == sheet.sheet_id

        def rewrite(text: str, here: bool = here) -> str:
            return references.shifted(text, here, sheet.title, dimension, change)

        _rewrite(draft, other, rewrite)
        if other.charts:
            charts = {key: _chart(chart, sheet.sheet_id, dimension, change) for key, chart in other.charts.items()}
            if charts != other.charts:
                draft.edit(other.sheet_id, asked_for_cells=False).charts = charts


def rename(draft: Draft, old: str, new: str | None) -> None:
    """After a tab got another title, or (None) was deleted."""
    for other in list(draft.content.sheets.values()):
        _rewrite(draft, other, lambda text: references.renamed(text, old, new))


def _rewrite(draft: Draft, sheet: Sheet, rewrite: Rewrite) -> None:
    if sheet.has_formulas:
        rows = {index: after for index, cells in enumerate(sheet.rows) if (after := _row(cells, rewrite)) is not None}
        if rows:
            sheet = draft.edit(sheet.sheet_id)
            for index, row in rows.items():
                sheet.rows[index] = row
    for name in ("conditional_formats", "validations"):
        placed: tuple[Placed, ...] = getattr(sheet, name)
        rewritten = tuple(replace(rule, body=_condition(rule.body, rewrite)) for rule in placed)
        if rewritten != placed:
            sheet = draft.edit(sheet.sheet_id)
            setattr(sheet, name, rewritten)


def _row(cells: Row | None, rewrite: Rewrite) -> Row | None:
    """The row with its formulas rewritten; None when nothing changes."""
    if cells is None:
        return None
    changes = {
        column: cell._replace(value=Formula(text))
        for column, cell in cells.items()
        if isinstance(cell.value, Formula) and (text := rewrite(cell.value.text)) != cell.value.text
    }
    return {**cells, **changes} if changes else None


def _condition(body: dict[str, Any], rewrite: Rewrite) -> dict[str, Any]:
    """A rule whose condition is a formula or refers to a range."""
    if "booleanRule" in body:
        return {**body, "booleanRule": _condition(body["booleanRule"], rewrite)}
    values = body.get("condition", {}).get("values", [])
    if not any(value.get("userEnteredValue", "").startswith("=") for value in values):
        return body
    after = [
        {**value, "userEnteredValue": rewrite(value["userEnteredValue"])}
        if value.get("userEnteredValue", "").startswith("=")
        else value
        for value in values
    ]
    return {**body, "condition": {**body["condition"], "values": after}}


def _chart(part: Any, sheet_id: int, dimension: str, change: Change) -> Any:
    """A chart, or a part of one, with the ranges that it reads where they are now; one that is gone is left out."""
    if isinstance(part, list):
        return [_chart(one, sheet_id, dimension, change) for one in part]
    if not isinstance(part, dict):
        return part
    after = {name: _chart(value, sheet_id, dimension, change) for name, value in part.items()}
    if "sources" in part:
        places = [changed(Area.from_json(source), sheet_id, dimension, change) for source in part["sources"]]
        after["sources"] = [place.to_json() for place in places if place is not None]
    return after
