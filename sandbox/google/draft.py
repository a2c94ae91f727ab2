"""A change in the making: a copy of a spreadsheet's content on which a batch works and which is kept or
thrown away.

Only the tabs that a batch touches are copied, and of those only the list of rows, so that a batch on a tab
with a million rows costs milliseconds.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any

from sandbox.google.a1 import letters, quoted
from sandbox.google.display import shown
from sandbox.google.errors import PROTECTED, Refused
from sandbox.google.grid import CELLS_PER_SPREADSHEET, OBJECT, Cell, Content, Formula, Sheet
from sandbox.google.metadata import Metadata
from sandbox.google.ranges import Area
from sandbox.google.unknowns import Unknowns


@dataclass
class Draft:
    """`actor` is the account whose rights count; None is the spreadsheet's owner, who may do everything."""

    content: Content
    actor: str | None = None
    unknowns: Unknowns = field(default_factory=Unknowns)
    _own: set[int] = field(default_factory=set)
    _index: dict[tuple[int, int], dict[str, list[int]]] = field(default_factory=dict)
    """By tab and column: in which rows a text stood when the column was read for `rows_with`."""

    @classmethod
    def of(cls, content: Content, actor: str | None, unknowns: Unknowns) -> "Draft":
        return cls(content.copy(), actor, unknowns)

    def sheet(self, sheet_id: int, *, asked_for_cells: bool = True) -> Sheet:
        """A tab to read from. Google words a missing one differently for cells and for tabs. To whoever asks for
        cells, a chart's own tab is like a missing one; Google's words for that are not known."""
        sheet = self.content.sheets.get(sheet_id)
        if sheet is None or (asked_for_cells and sheet.kind == OBJECT):
            raise Refused(f"No {'grid' if asked_for_cells else 'sheet'} with id: {sheet_id}")
        return sheet

    def edit(self, sheet_id: int, *, asked_for_cells: bool = True) -> Sheet:
        """A tab to write to."""
        sheet = self.sheet(sheet_id, asked_for_cells=asked_for_cells)
        if sheet_id not in self._own:
            sheet = sheet.copy()
            self.content.sheets[sheet_id] = sheet
            self._own.add(sheet_id)
        return sheet

    def rows_with(self, sheet: Sheet, column: int, text: str) -> list[int]:
        """The rows whose cell in a column holds exactly this text; may name rows that no longer do. The
        column is read once and again only after `forget_rows`."""
        index = self._index.get((sheet.sheet_id, column))
        if index is None:
            index = self._index[sheet.sheet_id, column] = {}
            for number, cells in enumerate(sheet.rows):
                if cells is not None and (cell := cells.get(column)) is not None:
                    value = cell.value.text if isinstance(cell.value, Formula) else shown(cell)
                    index.setdefault(value, []).append(number)
        return index.get(text, [])

    def remember_row(self, sheet: Sheet, column: int, row: int, cell: Cell) -> None:
        """Keeps the index true when a findReplace has changed a cell."""
        index = self._index.get((sheet.sheet_id, column))
        if index is not None:
            value = cell.value.text if isinstance(cell.value, Formula) else shown(cell)
            index.setdefault(value, []).append(row)

    def forget_rows(self) -> None:
        """To be called after each request that isn't a findReplace: cells may have changed or moved."""
        self._index.clear()

    def add_sheet(self, sheet: Sheet) -> None:
        self.content.sheets[sheet.sheet_id] = sheet
        self._own.add(sheet.sheet_id)

    def guard(self, area: Area) -> None:
        """Refuses to touch cells that are protected from the actor."""
        for protection in self.sheet(area.sheet_id).protections.values():
            if not self.locked(protection.body):
                continue
            left = list(protection.areas)
            for free in protection.body.get("unprotectedRanges", []):
                hole = Area.from_json(free)
                left = [piece for whole in left for piece in whole.without(hole)]
            if any(piece.intersects(area) for piece in left):
                raise Refused(PROTECTED)

    def locked(self, protection: dict[str, Any]) -> bool:
        """Whether a protection keeps the actor out. One that only warns doesn't bind the API."""
        if self.actor is None or protection.get("warningOnly"):
            return False
        return self.actor not in protection.get("editors", {}).get("users", [])

    def check_room(self, more: int) -> None:
        """Refuses cells that the spreadsheet has no room for; the sentence is Google's (docs/google-sheets.md,
        1.3)."""
        if self.content.cell_count() + more > CELLS_PER_SPREADSHEET:
            raise Refused(
                "This action would increase the number of cells in the workbook "
                f"above the limit of {CELLS_PER_SPREADSHEET} cells."
            )

    def bounded(self, area: Area) -> Area:
        """The rectangle with all four sides, refused where it reaches beyond the grid."""
        sheet = self.sheet(area.sheet_id)
        full = Area(
            area.sheet_id,
            area.row or 0,
            sheet.row_count if area.end_row is None else area.end_row,
            area.column or 0,
            sheet.column_count if area.end_column is None else area.end_column,
        )
        assert full.row is not None
        assert full.end_row is not None
        assert full.column is not None
        assert full.end_column is not None
        if (
            full.end_row > sheet.row_count
            or full.end_column > sheet.column_count
            or full.row >= full.end_row
            or full.column >= full.end_column
        ):
            raise Refused(beyond_grid(sheet, full))
        return full

    def cut(self, area: Area) -> Area:
        """The rectangle with all four sides, cut off at the grid's end; refused only where it begins beyond it."""
        sheet = self.sheet(area.sheet_id)
        for start, size, what in (
            (area.row, sheet.row_count, "Row"),
            (area.column, sheet.column_count, "Column"),
        ):
            if (start or 0) >= size:
                raise Refused(f"range.start{what}Index is larger than current grid size ({size})")
        rows, columns = area.rows_within(sheet.row_count), area.columns_within(sheet.column_count)
        return Area(area.sheet_id, rows.start, rows.stop, columns.start, columns.stop)

    def new_id(self, taken: Any) -> int:
        """A random id, as Google picks them."""
        while (number := secrets.randbelow(2**31 - 2) + 1) in taken:
            pass
        return number

    def add_metadata(self, entry: Metadata) -> None:
        self.content.metadata[max(self.content.metadata, default=0) + 1] = entry


def beyond_grid(sheet: Sheet, area: Area) -> str:
    where = f"{letters(area.column or 0)}{(area.row or 0) + 1}"
    if area.end_row is not None and area.end_column is not None:
        where += f":{letters(area.end_column - 1)}{area.end_row}"
    return (
        f"Range ({quoted(sheet.title)}!{where}) exceeds grid limits. "
        f"Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
    )
