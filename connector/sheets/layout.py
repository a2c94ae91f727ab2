"""Where the connector's columns and last rows are, as their tags tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.sheets import tags
from connector.sheets.columns import COLUMNS, Tab


@dataclass(frozen=True, slots=True)
class TabLayout:
    """One of the connector's tabs, as it is in the spreadsheet now."""

    sheet_id: int
    columns: Mapping[str, int]
    """The index of each column that still has its tag, by the column's key. A deleted column is missing."""
    header_row: int | None = None
    last_row: int | None = None
    """The index of the last of the connector's rows, or of the header where there are none yet."""
    last_tag: int | None = None
    """The id of the tag on that row."""
    row_count: int = 0
    """How many rows the tab has. Only needed, and only known, where `is_empty`."""

    @property
    def is_empty(self) -> bool:
        """Whether there is no row of the connector's below the header."""
        return self.last_row is not None and self.last_row == self.header_row


@dataclass(frozen=True, slots=True)
class Layout:
    """The spreadsheet's tabs of the connector's; one that is missing must be made or found by its title."""

    tabs: Mapping[Tab, TabLayout] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether rows can be written with it."""
        return all(tab in self.tabs and self.tabs[tab].last_row is not None for tab in Tab)


def read_layout(found: Iterable[Mapping[str, Any]]) -> Layout:
    """The layout from the tags that one search found."""
    entries = [entry for entry in found if isinstance(entry.get("location"), dict)]
    tabs = {}
    for tab in Tab:
        sheet_ids = [
            sheet_id
            for entry in entries
            if entry.get("metadataKey") == tags.TAB
            and (sheet_id := entry["location"].get("sheetId", 0)) is not None
            and entry.get("metadataValue") == tags.tab_value(tab, sheet_id)
        ]
        if sheet_ids:
            tabs[tab] = _read_tab(tab, min(sheet_ids), entries)
    return Layout(tabs)


def _read_tab(tab: Tab, sheet_id: int, entries: list[Mapping[str, Any]]) -> TabLayout:
    columns: dict[str, int] = {}
    rows: dict[str, tuple[int, int]] = {}
    for entry in entries:
        place = entry["location"].get("dimensionRange")
        if not isinstance(place, dict) or place.get("sheetId", 0) != sheet_id:
            continue
        index = place.get("startIndex", 0)
        value, key = entry.get("metadataValue"), entry.get("metadataKey")
        if key == tags.COLUMN:
            for column in COLUMNS[tab]:
                if value == tags.column_value(tab, sheet_id, column.key):
                    columns.setdefault(column.key, index)
        elif key in (tags.HEADER, tags.LAST) and value == tags.tab_value(tab, sheet_id):
            # Two tags can only come from a repair that happened twice; the lower row is the safe one to go below.
            rows[key] = max(rows.get(key, (-1, 0)), (index, entry["metadataId"]))
    header, last = rows.get(tags.HEADER), rows.get(tags.LAST)
    return TabLayout(
        sheet_id,
        columns,
        header_row=header[0] if header else None,
        last_row=last[0] if last else None,
        last_tag=last[1] if last else None,
    )
