"""Makes the connector's tabs where they are missing, and finds its way again where tags are."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.sheets import tags
from connector.sheets.api import SheetsApi
from connector.sheets.columns import COLUMNS, KEY, Tab
from connector.sheets.furnish import add_tab, furnish, tag_columns
from connector.sheets.layout import Layout, TabLayout

Json = dict[str, Any]
IsOurs = Callable[[list[str]], Collection[str]]
"""Tells which of some order ids are known to the store."""

_HEADER_SEARCH = 20
"""Rows from the top in which a header is looked for."""
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Sheet:
    """A tab of the spreadsheet, ours or not."""

    sheet_id: int
    title: str
    row_count: int
    column_count: int


@dataclass(frozen=True, slots=True)
class Book:
    """What is known of the spreadsheet as a whole."""

    time_zone: str
    sheets: tuple[Sheet, ...]

    def row_count(self, sheet_id: int) -> int | None:
        return next((sheet.row_count for sheet in self.sheets if sheet.sheet_id == sheet_id), None)


def read_book(api: SheetsApi, spreadsheet_id: str) -> Book:
    """The spreadsheet's time zone and tabs. One read. Raises SheetsError."""
    fields = "properties(timeZone),sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)))"
    answer = api.get(spreadsheet_id, fields)
    sheets = []
    for entry in answer.get("sheets", []):
        properties = entry.get("properties", {})
        grid = properties.get("gridProperties", {})
        # Google leaves zeroes out of its answers: the first tab of a new spreadsheet has the id 0.
        sheets.append(
            Sheet(
                properties.get("sheetId", 0),
                properties.get("title", ""),
                grid.get("rowCount", 0),
                grid.get("columnCount", 0),
            )
        )
    return Book(answer.get("properties", {}).get("timeZone", "Etc/UTC"), tuple(sheets))


def prepare(
    api: SheetsApi, spreadsheet_id: str, layout: Layout, titles: Mapping[Tab, str], book: Book, is_ours: IsOurs
) -> None:
    """Makes or marks what is missing in the layout, in one atomic write. The layout must be read again after it.

    May be repeated after an unclear answer: two tabs can't have the same title, and two tags of the same kind
    do no harm. Raises SheetsError.
    """
    requests: list[Json] = []
    taken = {sheet.title for sheet in book.sheets}
    for tab in Tab:
        known = layout.tabs.get(tab)
        if known is not None:
            if known.last_row is None:
                requests += _tag_last_row(api, spreadsheet_id, tab, known, is_ours)
            continue
        same_title = next((sheet for sheet in book.sheets if sheet.title == titles[tab]), None)
        top = _top_rows(api, spreadsheet_id, same_title) if same_title else []
        header = _find_header(tab, top)
        if same_title and header is not None:
            found = TabLayout(same_title.sheet_id, _by_title(tab, top[header]), header_row=header)
            requests += tag_columns(tab, found)
            requests += _tag_last_row(api, spreadsheet_id, tab, found, is_ours)
        elif same_title and not any(any(row) for row in top) and same_title.column_count >= len(COLUMNS[tab]):
            requests += furnish(tab, same_title.sheet_id, same_title.row_count)
        else:
            title = _free_title(titles[tab], taken)
            taken.add(title)
            requests += add_tab(tab, title)
    if requests:
        api.batch_update(spreadsheet_id, requests)


def find_rows(api: SheetsApi, spreadsheet_id: str, place: TabLayout, order_ids: Collection[str]) -> dict[str, int]:
    """The row in which each of the orders stands now, by the key column. One read. Raises SheetsError."""
    column = place.columns.get(KEY)
    if column is None:
        return {}
    rows: dict[str, int] = {}
    for index, value in enumerate(_column_values(api, spreadsheet_id, place.sheet_id, column, from_row=0)):
        if (text := _as_text(value)) in order_ids:
            rows.setdefault(text, index)
    return rows


def _tag_last_row(api: SheetsApi, spreadsheet_id: str, tab: Tab, place: TabLayout, is_ours: IsOurs) -> Iterator[Json]:
    """A new tag for the last of the connector's rows, after the row with the old one was deleted."""
    header = -1 if place.header_row is None else place.header_row
    column = place.columns.get(KEY, min(place.columns.values(), default=0))
    values = _column_values(api, spreadsheet_id, place.sheet_id, column, from_row=header + 1)
    texts = [_as_text(value) for value in values]
    last = header + 1 + _last_of_ours(texts, is_ours)
    yield tags.create_row_tag(tags.LAST, tab, place.sheet_id, max(last, 0))


def _last_of_ours(texts: Sequence[str], is_ours: IsOurs) -> int:
    """The index of the last text that is one of our order ids; -1 if there is none.

    Where the store knows none of them (it is a new one beside an old spreadsheet), the rows down to the first gap
    count as ours.
    """
    for end in range(len(texts), 0, -_CHUNK):
        start = max(end - _CHUNK, 0)
        ours = is_ours([text for text in texts[start:end] if text])
        for index in range(end - 1, start - 1, -1):
            if texts[index] in ours:
                return index
    return next((index for index, text in enumerate(texts) if not text), len(texts)) - 1


def _column_values(api: SheetsApi, spreadsheet_id: str, sheet_id: int, column: int, *, from_row: int) -> list[Any]:
    grid_range = {
        "sheetId": sheet_id,
        "startRowIndex": from_row,
        "startColumnIndex": column,
        "endColumnIndex": column + 1,
    }
    (found,) = api.grid_values(spreadsheet_id, [grid_range], major="COLUMNS") or [[]]
    return found[0] if found else []


def _top_rows(api: SheetsApi, spreadsheet_id: str, sheet: Sheet) -> list[list[Any]]:
    grid_range = {"sheetId": sheet.sheet_id, "startRowIndex": 0, "endRowIndex": min(_HEADER_SEARCH, sheet.row_count)}
    (rows,) = api.grid_values(spreadsheet_id, [grid_range], major="ROWS") or [[]]
    return rows


def _find_header(tab: Tab, rows: Sequence[Sequence[Any]]) -> int | None:
    """The row that holds the key column's title and at least two more of ours."""
    for index, row in enumerate(rows):
        found = _by_title(tab, row)
        if KEY in found and len(found) >= 3:  # noqa: PLR2004 - as the docstring says
            return index
    return None


def _by_title(tab: Tab, row: Sequence[Any]) -> dict[str, int]:
    titles = [_as_text(value).casefold() for value in row]
    return {
        column.key: titles.index(column.title.casefold())
        for column in COLUMNS[tab]
        if column.title.casefold() in titles
    }


def _free_title(title: str, taken: Collection[str]) -> str:
    """The title, with a number behind it where a tab of the merchant's own has it already."""
    if title not in taken:
        return title
    return next(f"{title} {number}" for number in range(2, len(taken) + 3) if f"{title} {number}" not in taken)


def _as_text(value: Any) -> str:
    """A cell's value as text; an id that became a number when the merchant edited it is read as its digits."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()
