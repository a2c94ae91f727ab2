"""Recognises a tab without tags as the connector's own: a copy, or an old version that was restored.

Titles such as `Order ID` and `Customer` stand in every shop's export. So a tab counts as the connector's only by what
nobody else writes: all of its titles in one row, or nearly all of them above rows that only it makes.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from connector.language import LANGUAGES, Language, gettext, speaking
from connector.models import Shown
from connector.sheets.client import SheetsApi
from connector.sheets.columns import COLUMNS, ITEMS_STATE, KEY, Tab
from connector.sheets.layout import TabLayout
from connector.sheets.rows import items_text
from connector.sheets.values import all_rows, as_text, column_values, top_rows
from connector.sheets.words import words_in

IsOurs = Callable[[list[str]], Collection[str]]
"""Tells which of some order ids are known to the store."""

_HEADER_SEARCH = 20
"""Rows from the top in which a header is looked for."""
_MOST_MISSING = 3
"""Titles that may be missing, because the merchant has renamed or deleted the columns."""
_CHUNK = 500


def recognise(
    api: SheetsApi, spreadsheet_id: str, tab: Tab, sheet_id: int, row_count: int, is_ours: IsOurs
) -> TabLayout | None:
    """Header and columns of a tab that the connector has made; None if it hasn't. Up to three reads.

    Raises SheetsError.
    """
    top = top_rows(api, spreadsheet_id, sheet_id, min(_HEADER_SEARCH, row_count))
    for row, cells in enumerate(top):
        # In the language that most of its titles are in. English comes first where that isn't clear.
        language = min(LANGUAGES, key=lambda language: _missing(tab, _by_title(tab, cells, language)))
        columns = _by_title(tab, cells, language)
        missing = _missing(tab, columns)
        if KEY not in columns or missing > _MOST_MISSING:
            continue
        found = TabLayout(sheet_id, columns, header_row=row, words=words_in(language))
        if not missing or _has_our_rows(api, spreadsheet_id, tab, found, is_ours):
            return found
    return None


def is_blank(api: SheetsApi, spreadsheet_id: str, sheet_id: int) -> bool:
    """Whether no cell of a tab is filled. Where the top is blank, the rest is read too. Raises SheetsError."""
    return not _holds_something(top_rows(api, spreadsheet_id, sheet_id, 1)) and not _holds_something(
        all_rows(api, spreadsheet_id, sheet_id)
    )


def _holds_something(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether any cell is filled. An empty check box holds FALSE."""
    return any(value is not None and value != "" for row in rows for value in row)


def _has_our_rows(api: SheetsApi, spreadsheet_id: str, tab: Tab, found: TabLayout, is_ours: IsOurs) -> bool:
    """In `Orders`, whether the column `Items` says what only the connector says there; in `Items`, whether the store
    knows one of the ids."""
    header = found.header_row or 0
    ids = _texts(api, spreadsheet_id, found, KEY)[header + 1 :]
    if tab is Tab.ITEMS:
        return any(is_ours([text for text in ids[at : at + _CHUNK] if text]) for at in range(0, len(ids), _CHUNK))
    if ITEMS_STATE not in found.columns:
        return False
    states = _texts(api, spreadsheet_id, found, ITEMS_STATE)[header + 1 :]
    return any(
        order_id and state in {items_text(order_id, shown, words=found.words) for shown in Shown}
        for order_id, state in zip(ids, states, strict=False)
    )


def _texts(api: SheetsApi, spreadsheet_id: str, found: TabLayout, key: str) -> list[str]:
    return [as_text(value) for value in column_values(api, spreadsheet_id, found.sheet_id, found.columns[key])]


def _missing(tab: Tab, columns: Mapping[str, int]) -> int:
    return sum(not column.is_optional and column.key not in columns for column in COLUMNS[tab])


def _by_title(tab: Tab, row: Sequence[Any], language: Language) -> dict[str, int]:
    """An optional column counts only among the connector's others, where it is made: beside them a column of that title
    is the merchant's own."""
    titles = [as_text(value).casefold() for value in row]
    columns = {column.key: column for column in COLUMNS[tab]}
    with speaking(language):
        own_titles = {key: gettext(column.title).casefold() for key, column in columns.items()}
    found = {key: titles.index(title) for key, title in own_titles.items() if title in titles}
    own = [index for key, index in found.items() if not columns[key].is_optional]
    return {
        key: index
        for key, index in found.items()
        if not columns[key].is_optional or min(own, default=index) < index < max(own)
    }
