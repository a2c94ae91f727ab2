"""What one read tells about the spreadsheet as a whole: its zone, its tabs, how full it is, and what is protected."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connector.language import gettext as _
from connector.sheets import tags
from connector.sheets.areas import Area
from connector.sheets.client import SheetsApi
from connector.sheets.columns import Tab

_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_LARGEST = timedelta(hours=24)
MOST_CELLS = 10_000_000
"""Google's limit for a spreadsheet, blank cells included."""
GRID = "GRID"
"""The kind of a tab that has cells. A chart may have a tab of its own, without any."""
Json = Mapping[str, Any]
_FIELDS = (
    "properties(timeZone,locale),"
    "sheets(properties(sheetId,title,sheetType,gridProperties(rowCount,columnCount)),"
    "developerMetadata(metadataKey,metadataValue),"
    "protectedRanges(range,warningOnly,requestingUserCanEdit,unprotectedRanges))"
)


def read_zone(name: str) -> tzinfo | None:
    """The zone of a spreadsheet, such as `Europe/Berlin` or `GMT-07:00`; None for what can't be understood."""
    if found := _OFFSET.fullmatch(name.strip()):
        sign, hours, minutes = found.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(-offset if sign == "-" else offset) if offset < _LARGEST else None
    try:
        return ZoneInfo(name.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder, such as `Europe`
        return None


@dataclass(frozen=True, slots=True)
class Lock:
    """A protection that keeps the connector out."""

    area: Area
    free: tuple[Area, ...]
    """What is not protected within it."""

    def covers(self, area: Area) -> bool:
        """Whether cells of an area are protected by it."""
        return self.area.overlaps(area) and not any(free.contains(area) for free in self.free)


@dataclass(frozen=True, slots=True)
class TabOverview:
    """A tab of the spreadsheet."""

    sheet_id: int
    title: str
    row_count: int
    column_count: int
    tab: Tab | None
    """Which of the connector's it is, by its tag; None: the merchant's own."""
    locks: tuple[Lock, ...]
    is_grid: bool = True
    """Whether it has cells."""

    @property
    def cells(self) -> int:
        return self.row_count * self.column_count

    def locks_at(self, row: int) -> Iterator[Lock]:
        """The protections that let no row in there. Whichever columns they are for: a row is inserted as a whole."""
        return (lock for lock in self.locks if lock.area.is_parted_at(row))

    @property
    def lasting_locks(self) -> Iterator[Lock]:
        """The protections that let no new row in wherever the connector's rows end."""
        return (lock for lock in self.locks if lock.area.first_row == 0 and lock.area.end_row >= self.row_count)

    def sentence(self, lock: Lock, account: str) -> str:
        """Says that the protection is in the way, and what to do."""
        name = lock.area.name(rows=self.row_count, columns=self.column_count)
        where = (
            _("The range {name} of the tab {title}").format(name=name, title=self.title)
            if name
            else _("The tab {title}").format(title=self.title)
        )
        return _(
            "{where} is protected, so that rows can't be written there. Open Data, Protected "
            "sheets and ranges, and allow {account} to edit it, or remove the protection."
        ).format(where=where, account=account)


@dataclass(frozen=True, slots=True)
class Overview:
    """The spreadsheet as a whole."""

    time_zone: str
    tabs: tuple[TabOverview, ...]
    locale: str | None = None
    """Such as `pt_BR`."""

    @property
    def cells(self) -> int:
        return sum(tab.cells for tab in self.tabs)

    def find(self, tab: Tab) -> TabOverview | None:
        """The connector's tab, if it is there."""
        return next((found for found in self.tabs if found.tab is tab), None)

    def titled(self, title: str) -> TabOverview | None:
        """Google tells titles apart regardless of letter case."""
        return next((found for found in self.tabs if found.title.casefold() == title.casefold()), None)

    def with_id(self, sheet_id: int) -> TabOverview | None:
        return next((found for found in self.tabs if found.sheet_id == sheet_id), None)


def read_overview(api: SheetsApi, spreadsheet_id: str) -> Overview:
    """Looks at the spreadsheet. One read. Raises SheetsError."""
    answer = api.get(spreadsheet_id, _FIELDS)
    properties = answer.get("properties", {})
    return Overview(
        properties.get("timeZone", "Etc/UTC"),
        tuple(_tab(sheet) for sheet in answer.get("sheets", [])),
        properties.get("locale"),
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
        tuple(locks(sheet)),
        properties.get("sheetType", GRID) == GRID,
    )


def locks(sheet: Json) -> Iterator[Lock]:
    """The protections of a tab, as Google answers it, that keep the connector out."""
    for entry in sheet.get("protectedRanges", []):
        if not entry.get("warningOnly") and not entry.get("requestingUserCanEdit"):
            yield Lock(
                Area.of(entry.get("range", {})), tuple(Area.of(free) for free in entry.get("unprotectedRanges", []))
            )
