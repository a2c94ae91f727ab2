"""What one read tells about the spreadsheet as a whole: its zone, its tabs, how full it is, and what is protected."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from connector.sheets import tags
from connector.sheets.api import SheetsApi
from connector.sheets.columns import Tab

MOST_CELLS = 10_000_000
"""Google's limit for a spreadsheet, blank cells included."""

Json = Mapping[str, Any]

_FIELDS = (
    "properties(timeZone),"
    "sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),developerMetadata(metadataKey,metadataValue),"
    "protectedRanges(range,warningOnly,requestingUserCanEdit,unprotectedRanges))"
)


@dataclass(frozen=True, slots=True)
class TabOverview:
    """A tab of the spreadsheet."""

    sheet_id: int
    title: str
    row_count: int
    column_count: int
    tab: Tab | None
    """Which of the connector's it is, by its tag; None: the merchant's own."""
    locks: tuple[Json, ...]
    """The protections that keep the connector out."""

    @property
    def cells(self) -> int:
        return self.row_count * self.column_count

    def locks_new_rows(self, columns: Collection[int], *, last_row: int) -> bool:
        """Whether rows can't come in below the last one because one of these columns is protected there."""
        return any(
            _reaches_below(lock, last_row) and any(_covers(lock, column) for column in columns) for lock in self.locks
        )

    @property
    def is_locked(self) -> bool:
        """Whether the tab is protected as a whole, wherever its columns and rows are."""
        bounds = {"endRowIndex", "startColumnIndex", "endColumnIndex"}
        return any(not bounds & set(lock.get("range", {})) and not lock.get("unprotectedRanges") for lock in self.locks)


@dataclass(frozen=True, slots=True)
class Overview:
    """The spreadsheet as a whole."""

    time_zone: str
    tabs: tuple[TabOverview, ...]

    @property
    def cells(self) -> int:
        return sum(tab.cells for tab in self.tabs)

    def find(self, tab: Tab) -> TabOverview | None:
        """The connector's tab, if it is there."""
        return next((found for found in self.tabs if found.tab is tab), None)

    def titled(self, title: str) -> TabOverview | None:
        """Google tells titles apart regardless of letter case."""
        return next((found for found in self.tabs if found.title.casefold() == title.casefold()), None)


def read_overview(api: SheetsApi, spreadsheet_id: str) -> Overview:
    """Looks at the spreadsheet. One read. Raises SheetsError."""
    answer = api.get(spreadsheet_id, _FIELDS)
    return Overview(
        answer.get("properties", {}).get("timeZone", "Etc/UTC"),
        tuple(_tab(sheet) for sheet in answer.get("sheets", [])),
    )


def _tab(sheet: Json) -> TabOverview:
    properties = sheet.get("properties", {})
    sheet_id = properties.get("sheetId", 0)
    grid = properties.get("gridProperties", {})
    marks = {
        entry.get("metadataValue")
        for entry in sheet.get("developerMetadata", [])
        if entry.get("metadataKey") == tags.TAB
    }
    return TabOverview(
        sheet_id,
        properties.get("title", ""),
        grid.get("rowCount", 0),
        grid.get("columnCount", 0),
        next((tab for tab in Tab if tags.tab_value(tab, sheet_id) in marks), None),
        tuple(
            lock
            for lock in sheet.get("protectedRanges", [])
            if not lock.get("warningOnly") and not lock.get("requestingUserCanEdit")
        ),
    )


def _reaches_below(lock: Json, last_row: int) -> bool:
    """A protection that ends with the last row, or begins below it, makes way for new ones."""
    area = lock.get("range", {})
    end = area.get("endRowIndex")
    return area.get("startRowIndex", 0) <= last_row and (end is None or end > last_row + 1)


def _covers(lock: Json, column: int) -> bool:
    free = [_span(hole) for hole in lock.get("unprotectedRanges", []) if "endRowIndex" not in hole]
    return column in _span(lock.get("range", {})) and not any(column in hole for hole in free)


def _span(area: Json) -> range:
    return range(area.get("startColumnIndex", 0), area.get("endColumnIndex", 18_278))
