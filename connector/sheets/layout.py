"""Where the connector's columns are and where its rows end, as the tags tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.sheets import tags
from connector.sheets.column_stream import Column
from connector.sheets.columns import COLUMNS, Tab
from connector.sheets.owner import Owner, read_last_batch, read_owner
from connector.sheets.words import ENGLISH_WORDS, Words


@dataclass(frozen=True, slots=True)
class RowTag:
    """A tag on a row."""

    id: int
    row: int


@dataclass(frozen=True, slots=True)
class TabLayout:
    """One of the connector's tabs, as it is in the spreadsheet now."""

    sheet_id: int
    columns: Mapping[str, int]
    """The index of each column that still has its tag, by the column's key. A deleted column is missing."""
    column_tags: Mapping[str, int] = field(default_factory=dict)
    """The ids of those tags."""
    header_row: int | None = None
    """None where the merchant has deleted it."""
    header_tag: int | None = None
    """The id of the tag on it."""
    last: tuple[RowTag, ...] = ()
    """The tag on the last of the connector's rows, or on the header where there are none yet."""
    end: tuple[RowTag, ...] = ()
    """The tag on the row below. There can be none of either, or several after a repair that happened twice."""
    words: Words = ENGLISH_WORDS
    """What it was made with, if it is the tab of orders."""
    is_first_free: bool = False
    """Whether the row below the header was just seen to be blank, and the first of the connector's rows may fill it."""
    newest_first: bool = False
    """Whether new rows come in below the header and not below the last one."""

    @property
    def knows_its_end(self) -> bool:
        """Whether the tags agree on where the connector's rows end. They don't after the merchant has sorted."""
        return len(self.last) == len(self.end) == 1 and self.last[0].row + 1 == self.end[0].row

    @property
    def is_empty(self) -> bool:
        """Whether there is no row of the connector's below the header."""
        return self.header_row is not None and any(tag.row == self.header_row for tag in self.last)

    @property
    def has_rows_below_header(self) -> bool:
        """Whether the last of the connector's rows stands below the header, which a merchant can move down."""
        return self.header_row is not None and all(tag.row > self.header_row for tag in self.last)

    @property
    def new_rows_at(self) -> int:
        """The row in which new rows begin. Only where the tags agree on the end."""
        if self.newest_first and self.header_row is not None:
            return self.header_row + 1
        return self.end[0].row


@dataclass(frozen=True, slots=True)
class SummaryTag:
    """What the spreadsheet remembers of the summary."""

    id: int
    is_wanted: bool
    """Whether it is still to be made. Afterwards it is the merchant's, to keep or to delete."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The spreadsheet's tabs of the connector's; one that is missing must be made or found by its title."""

    tabs: Mapping[Tab, TabLayout] = field(default_factory=dict)
    summary: SummaryTag | None = None
    """None where no connector that makes summaries has made the tabs."""
    summary_sheets: tuple[int, ...] = ()
    """The tabs that hold a summary of the connector's."""
    summary_words: Column | None = None
    """The summary's column with the list of the statuses; None where there is none, or of an earlier version."""
    owner: Owner | None = None
    """Who writes into the spreadsheet; None where nobody has said so yet."""
    last_batch: str | None = None
    """The last batch in the sheet, as it says itself; None where no batch has said so yet."""
    is_checked: bool = True
    """Whether a batch made from it is to be refused if the merchant has moved something meanwhile."""

    @property
    def words(self) -> Words:
        """Those of the tab of orders."""
        place = self.tabs.get(Tab.ORDERS)
        return ENGLISH_WORDS if place is None else place.words

    @property
    def is_empty(self) -> bool:
        """Whether none of the connector's tabs has a row below its header."""
        return all(place.is_empty for place in self.tabs.values())

    @property
    def is_complete(self) -> bool:
        """Whether rows can be written with it."""
        return all(tab in self.tabs and self.tabs[tab].knows_its_end for tab in Tab)


def read_layout(found: Iterable[Mapping[str, Any]], spreadsheet_id: str) -> Layout:
    """The layout from the tags that one search found in the spreadsheet."""
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
    owner = next((owner for entry in entries if (owner := read_owner(entry, spreadsheet_id)) is not None), None)
    batch = next((batch for entry in entries if (batch := read_last_batch(entry, spreadsheet_id)) is not None), None)
    summaries = _summary_sheets(entries)
    return Layout(tabs, _read_summary(entries), summaries, _summary_words(summaries, entries), owner, batch)


def _read_summary(entries: list[Mapping[str, Any]]) -> SummaryTag | None:
    states = {
        entry.get("metadataValue"): entry["metadataId"]
        for entry in entries
        if entry.get("metadataKey") == tags.SUMMARY and entry["location"].get("spreadsheet")
    }
    # Should there ever be two, the one that says that nothing is to be done counts.
    state = tags.SETTLED if tags.SETTLED in states else tags.WANTED
    return SummaryTag(states[state], state == tags.WANTED) if state in states else None


def _summary_sheets(entries: list[Mapping[str, Any]]) -> tuple[int, ...]:
    """A copy of the tag on a duplicated tab names another tab than its own, and does not count."""
    return tuple(
        sheet_id
        for entry in entries
        if entry.get("metadataKey") == tags.SUMMARY
        and not entry["location"].get("spreadsheet")
        and (sheet_id := entry["location"].get("sheetId", 0)) is not None
        and entry.get("metadataValue") == tags.summary_value(sheet_id)
    )


def _summary_words(summaries: Iterable[int], entries: list[Mapping[str, Any]]) -> Column | None:
    wanted = {tags.summary_words_value(sheet_id): sheet_id for sheet_id in summaries}
    return next(
        (
            Column(place.get("sheetId", 0), place.get("startIndex", 0))
            for entry in entries
            if entry.get("metadataKey") == tags.COLUMN
            and isinstance(place := entry["location"].get("dimensionRange"), dict)
            and wanted.get(str(entry.get("metadataValue"))) == place.get("sheetId", 0)
        ),
        None,
    )


def _read_words(sheet_id: int, entries: list[Mapping[str, Any]]) -> Words:
    found = (
        tags.words_in_tag(str(entry.get("metadataValue")), sheet_id)
        for entry in entries
        if entry.get("metadataKey") == tags.WORDS and entry["location"].get("sheetId", 0) == sheet_id
    )
    return next((words for words in found if words is not None), ENGLISH_WORDS)


def _read_tab(tab: Tab, sheet_id: int, entries: list[Mapping[str, Any]]) -> TabLayout:
    columns: dict[str, int] = {}
    column_tags: dict[str, int] = {}
    rows: dict[str, list[RowTag]] = {tags.HEADER: [], tags.LAST: [], tags.END: []}
    keys = {tags.column_value(tab, sheet_id, column.key): column.key for column in COLUMNS[tab]}
    for entry in entries:
        place = entry["location"].get("dimensionRange")
        if not isinstance(place, dict) or place.get("sheetId", 0) != sheet_id:
            continue
        index = place.get("startIndex", 0)
        value, key = entry.get("metadataValue"), entry.get("metadataKey")
        if key == tags.COLUMN and value in keys and keys[value] not in columns:
            columns[keys[value]] = index
            column_tags[keys[value]] = entry["metadataId"]
        elif key in rows and value == tags.tab_value(tab, sheet_id):
            rows[key].append(RowTag(entry["metadataId"], index))
    header = max(rows[tags.HEADER], key=lambda tag: tag.row, default=None)
    return TabLayout(
        sheet_id,
        columns,
        column_tags,
        words=_read_words(sheet_id, entries) if tab is Tab.ORDERS else ENGLISH_WORDS,
        header_row=None if header is None else header.row,
        header_tag=None if header is None else header.id,
        last=tuple(rows[tags.LAST]),
        end=tuple(rows[tags.END]),
    )
