"""What a spreadsheet holds: cells, tabs, and the whole document.

A cell and a row are never changed in place: a row that changes is replaced. So a copy of a tab's list of rows
is a snapshot of the tab; rows can be shared by snapshots and by each other, and an empty row costs nothing
but its place.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from sandbox.google.metadata import Metadata
from sandbox.google.ranges import Area, Placed
from sandbox.google.table import Table

CELLS_PER_SPREADSHEET = 10_000_000
CHARACTERS_PER_CELL = 50_000
COLUMNS_PER_TAB = 18_278
DEFAULT_ROWS, DEFAULT_COLUMNS = 1000, 26
GRID, OBJECT = "GRID", "OBJECT"


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as it was entered, with its equals sign.
    The stand-in stores formulas; only its page calculates some (`calculate`)."""

    text: str


Value: TypeAlias = str | float | bool | Formula | None


class Cell(NamedTuple):
    value: Value = None
    format: dict[str, Any] | None = None
    """`userEnteredFormat`: only what was set."""
    note: str | None = None


EMPTY = Cell()

Row: TypeAlias = Mapping[int, Cell]
"""Column index to cell; only cells that hold something."""


@dataclass
class Sheet:
    """A tab. `rows` has one entry for each row of the grid, None for an empty row."""

    sheet_id: int
    title: str
    rows: list[Row | None] = field(default_factory=lambda: [None] * DEFAULT_ROWS)
    column_count: int = DEFAULT_COLUMNS
    properties: dict[str, Any] = field(default_factory=dict)
    """hidden, tabColorStyle, rightToLeft: what SheetProperties has beside title, index and grid."""
    grid: dict[str, Any] = field(default_factory=dict)
    """frozenRowCount, frozenColumnCount, hideGridlines: what GridProperties has beside the counts."""
    row_properties: dict[int, dict[str, Any]] = field(default_factory=dict)
    """hiddenByUser and pixelSize of the rows that have them."""
    column_properties: dict[int, dict[str, Any]] = field(default_factory=dict)
    filter: Placed | None = None
    protections: dict[int, Placed] = field(default_factory=dict)
    validations: tuple[Placed, ...] = ()
    """Never overlapping, so that each cell has at most one rule."""
    merges: tuple[Area, ...] = ()
    conditional_formats: tuple[Placed, ...] = ()
    bandings: dict[int, Placed] = field(default_factory=dict)
    charts: dict[int, dict[str, Any]] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    kind: str = GRID
    """`GRID`, or `OBJECT` for a tab that holds a chart and has no cells."""
    has_formulas: bool = False
    """Whether a formula was ever written into a cell here; where none was, no row need be looked at for them."""

    def copy(self) -> "Sheet":
        """A tab of its own that shares the rows."""
        twin = copy(self)
        for name in ("rows", "properties", "grid", "row_properties", "column_properties"):
            setattr(twin, name, getattr(self, name).copy())
        for name in ("protections", "bandings", "charts", "tables"):
            setattr(twin, name, getattr(self, name).copy())
        return twin

    @property
    def row_count(self) -> int:
        return len(self.rows)

    @property
    def hidden(self) -> bool:
        return bool(self.properties.get("hidden"))

    def cell(self, row: int, column: int) -> Cell:
        cells = self.rows[row] if row < len(self.rows) else None
        return EMPTY if cells is None else cells.get(column, EMPTY)

    def put(self, row: int, column: int, cell: Cell) -> None:
        """Replaces one cell; several in a row are cheaper with `put_row`."""
        self.put_row(row, {column: cell})

    def put_row(self, row: int, cells: Mapping[int, Cell]) -> None:
        old = self.rows[row]
        new = {**old, **cells} if old else dict(cells)
        self.has_formulas |= any(isinstance(cell.value, Formula) for cell in cells.values())
        for column, cell in cells.items():
            if cell == EMPTY:
                del new[column]
        self.rows[row] = new or None

    def last_row_with_data(self) -> int:
        """Index of the last row with a value in any column; -1 when there is none (docs/google-sheets.md, 2.2)."""
        for index in range(len(self.rows) - 1, -1, -1):
            cells = self.rows[index]
            if cells is not None and any(cell.value is not None for cell in cells.values()):
                return index
        return -1

    def dimension_properties(self, dimension: str) -> dict[int, dict[str, Any]]:
        return self.row_properties if dimension == "ROWS" else self.column_properties


class NamedRange(NamedTuple):
    name: str
    area: Area


@dataclass
class Content:
    """Everything in a spreadsheet at one moment. Tabs stand in the order in which they are shown."""

    title: str
    time_zone: str = "Etc/GMT"
    locale: str = "en_US"
    sheets: dict[int, Sheet] = field(default_factory=dict)
    metadata: dict[int, Metadata] = field(default_factory=dict)
    """By a number of the stand-in's own: with `accept_second_marker` two entries can have the same id."""
    named_ranges: dict[str, NamedRange] = field(default_factory=dict)

    def copy(self) -> "Content":
        """The same tabs in a document of its own; a tab must be copied before it is changed (see
        batch.Draft)."""
        twin = copy(self)
        twin.sheets = self.sheets.copy()
        twin.metadata = self.metadata.copy()
        twin.named_ranges = self.named_ranges.copy()
        return twin

    def cell_count(self) -> int:
        return sum(sheet.row_count * sheet.column_count for sheet in self.sheets.values())

    def sheet_titled(self, title: str) -> Sheet | None:
        """Titles are compared regardless of letter case, as Google does for references."""
        folded = title.casefold()
        return next((s for s in self.sheets.values() if s.title.casefold() == folded), None)
