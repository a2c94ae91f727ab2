"""findReplace and sortRange: requests that look at what the cells hold."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sandbox.google.a1 import cells_name
from sandbox.google.cells import check_length
from sandbox.google.display import shown
from sandbox.google.draft import Draft
from sandbox.google.errors import Refused
from sandbox.google.grid import Cell, Formula, Row, Sheet, Value
from sandbox.google.metadata import ROW
from sandbox.google.ranges import Area
from sandbox.google.reads import hidden_rows
from sandbox.google.value_ranges import retyped


class _Search:
    """Compiled once per request. `replaced` gives the new text and the number of hits, or None."""

    def __init__(self, body: dict[str, Any]) -> None:
        find = body.get("find", "")
        if not find:
            raise Refused("The text to find must not be empty.")
        self.replacement: str = body.get("replacement", "")
        self.formulas: bool = body.get("includeFormulas", False)
        pattern = find if body.get("searchByRegex") else re.escape(find)
        if body.get("matchEntireCell"):
            pattern = rf"\A(?:{pattern})\Z"
        flags = re.NOFLAG if body.get("matchCase") else re.IGNORECASE
        try:
            self._pattern = re.compile(pattern, flags)
        except re.error:
            raise Refused("The regular expression is invalid.") from None
        self._regex: bool = body.get("searchByRegex", False)
        self.literal = find if body.get("matchCase") and body.get("matchEntireCell") and not self._regex else None

    def replaced(self, text: str) -> tuple[str, int] | None:
        if self._regex:
            template = re.sub(r"\$(\d)", r"\\\1", self.replacement.replace("\\", "\\\\"))
            new, hits = self._pattern.subn(template, text)
        else:
            new, hits = self._pattern.subn(lambda _: self.replacement, text)
        return (new, hits) if hits else None


def find_replace(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """The reply counts as Google's does, and leaves out what is zero.

    A text that comes out is taken as if it had been typed, so that it can turn into a number, a date or a
    formula; Google doesn't document this, and it is the worse case. Numbers are searched as they are shown.
    """
    search = _Search(body)
    counts = dict.fromkeys(
        ("valuesChanged", "formulasChanged", "rowsChanged", "sheetsChanged", "occurrencesChanged"), 0
    )
    for area in _scope(draft, body):
        _replace_in(draft, draft.bounded(area), search, counts)
    return {name: count for name, count in counts.items() if count}


def _scope(draft: Draft, body: dict[str, Any]) -> list[Area]:
    if "range" in body:
        return [Area.from_json(body["range"])]
    if "sheetId" in body:
        return [Area(body["sheetId"])]
    if body.get("allSheets"):
        return [Area(sheet_id) for sheet_id in draft.content.sheets]
    raise Refused("One of range, sheetId and allSheets must be set.")


def _replace_in(draft: Draft, area: Area, search: _Search, counts: dict[str, int]) -> None:
    sheet = draft.sheet(area.sheet_id)
    hits: list[tuple[int, int, str, int]] = []
    columns = area.columns_within(sheet.column_count)
    for row in _candidates(draft, sheet, area, search):
        cells = sheet.rows[row]
        if cells is None:
            continue
        for column in columns if len(columns) < len(cells) else sorted(cells):
            cell = cells.get(column)
            if cell is None or cell.value is None or column not in columns:
                continue
            found = _found(cell, search)
            if found is not None:
                hits.append((row, column, *found))
    if not hits:
        return
    for row, column, _, _ in hits:
        draft.guard(Area(area.sheet_id, row, row + 1, column, column + 1))
    sheet = draft.edit(area.sheet_id)
    for row, column, text, occurrences in hits:
        old = sheet.cell(row, column)
        check_length(text)
        new = retyped(old, text)
        sheet.put(row, column, new)
        draft.remember_row(sheet, column, row, new)
        counts["formulasChanged" if isinstance(old.value, Formula) else "valuesChanged"] += 1
        counts["occurrencesChanged"] += occurrences
    counts["rowsChanged"] += len({row for row, _, _, _ in hits})
    counts["sheetsChanged"] += 1


def _candidates(draft: Draft, sheet: Sheet, area: Area, search: _Search) -> Sequence[int]:
    """The rows to look at. A search for a whole text in one column looks its rows up in an index, so that a
    batch with hundreds of them reads the column once."""
    columns = area.columns_within(sheet.column_count)
    rows = area.rows_within(sheet.row_count)
    if search.literal is None or len(columns) != 1:
        return rows
    return [row for row in draft.rows_with(sheet, columns[0], search.literal) if row in rows]


def _found(cell: Cell, search: _Search) -> tuple[str, int] | None:
    if isinstance(cell.value, Formula):
        return search.replaced(cell.value.text) if search.formulas else None
    return search.replaced(cell.value if isinstance(cell.value, str) else shown(cell))


def sort_range(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    area = draft.cut(Area.from_json(body.get("range", {})))
    specs = body.get("sortSpecs", [])
    if not specs:
        raise Refused("At least one sort specification must be given.")
    draft.guard(area)
    sort_rows(draft, area, specs)
    return {}


def sort_rows(draft: Draft, area: Area, specs: list[dict[str, Any]]) -> None:
    """Sorts what the cells hold (values, formats, notes) within the rectangle. Rows themselves stay where they are
    with their heights, and one that is hidden, by hand or by the filter, keeps its contents: the others are sorted into
    the places that are left. Tags of rows go with the contents (unless switched otherwise). All as observed at Google
    (docs/google-sheets.md, 2.10)."""
    sheet = draft.edit(area.sheet_id)
    _check_merges(sheet, area)
    hidden = hidden_rows(sheet)
    rows = [row for row in area.rows_within(sheet.row_count) if row not in hidden]
    columns = area.columns_within(sheet.column_count)
    order = list(rows)
    for spec in reversed(specs):
        column = spec.get("dimensionIndex", 0)
        if column not in columns:
            raise Refused("A sort specification must name a column of the range.")
        _stable_sort(order, sheet, column, descending=spec.get("sortOrder") == "DESCENDING")
    whole = len(columns) == sheet.column_count
    old = [sheet.rows[index] for index in order]
    for index, cells in zip(rows, old, strict=True):
        sheet.rows[index] = cells if whole else _spliced(sheet.rows[index], cells, columns)
    if draft.unknowns.sort_moves_metadata:
        new_index = {source: target for target, source in zip(rows, order, strict=True)}
        for key, entry in draft.content.metadata.items():
            place = entry.place
            if place.kind == ROW and place.sheet_id == sheet.sheet_id and place.index in new_index:
                draft.content.metadata[key] = entry.at(replace(place, index=new_index[place.index]))


def _check_merges(sheet: Sheet, area: Area) -> None:
    for merge in sheet.merges:
        if merge.intersects(area) and len(merge.rows_within(sheet.row_count)) > 1:
            where = cells_name(merge.row or 0, merge.end_row or 0, merge.column or 0, merge.end_column or 0)
            raise Refused(f"You can't sort a range containing vertical merges. There is a vertical merge at {where}")


def _spliced(own: Row | None, other: Row | None, columns: range) -> Row | None:
    kept = {column: cell for column, cell in (own or {}).items() if column not in columns}
    kept.update({column: cell for column, cell in (other or {}).items() if column in columns})
    return kept or None


def _stable_sort(order: list[int], sheet: Sheet, column: int, *, descending: bool) -> None:
    """Numbers, then texts, then truth values; descending the other way round; blanks last both times."""
    blank = [row for row in order if sheet.cell(row, column).value is None]
    filled = [row for row in order if sheet.cell(row, column).value is not None]
    filled.sort(key=lambda row: _key(sheet.cell(row, column).value), reverse=descending)
    order[:] = filled + blank


def _key(value: Value) -> tuple[int, float, str]:
    if isinstance(value, bool):
        return (2, float(value), "")
    if isinstance(value, int | float):
        return (0, float(value), "")
    text = value.text if isinstance(value, Formula) else str(value)
    return (1, 0.0, text.casefold())
