"""Tags: developer metadata that marks the connector's tabs, columns, and where its rows end.

A tag moves along with what it marks and can't be seen in the browser. Its value names the tab's own sheet id,
because a duplicated tab may carry copies of the tags: a copy's value names another sheet than the one it is on.

Two tags mark where the rows end: `LAST` on the last of them, `END` on the row below it. New rows come in between. As
sorting takes the tag of a row along with what the row holds, the two stand apart after it, and that tells that the end
must be looked for.
"""

from typing import Any

from connector.sheets import owner
from connector.sheets.columns import Tab
from connector.sheets.request_parts import (
    ON_SPREADSHEET,
    Dimension,
    create_metadata,
    dimension_range,
    update_metadata,
)
from connector.sheets.words import Words, read_words

Json = dict[str, Any]

TAB = "wcsync.tab"
COLUMN = "wcsync.column"
HEADER = "wcsync.header"
LAST = "wcsync.last"
END = "wcsync.end"
SUMMARY = "wcsync.summary"
"""On the tab with the summary; and on the spreadsheet itself, saying whether there is still one to be made."""
WANTED = "wanted"
SETTLED = "settled"

WORDS = "wcsync.words"
"""On a tab of orders: the words that it was made with. None for those in English."""

LOOKUPS = [{"metadataKey": key} for key in (TAB, COLUMN, HEADER, LAST, END, SUMMARY, WORDS, *owner.KEYS)]
"""Finds all tags of a spreadsheet, its owner and the last batch, in one read."""


def tab_value(tab: Tab, sheet_id: int) -> str:
    return f"{tab}:{sheet_id}"


def column_value(tab: Tab, sheet_id: int, column: str) -> str:
    return f"{tab}:{sheet_id}:{column}"


def create_tab_tag(tab: Tab, sheet_id: int) -> Json:
    return create_metadata(TAB, tab_value(tab, sheet_id), {"sheetId": sheet_id})


def create_column_tag(tab: Tab, sheet_id: int, column: str, index: int, *, entry_id: int | None = None) -> Json:
    """`entry_id`: an id of one's own choice, which Google takes once."""
    place = _one("COLUMNS", sheet_id, index)
    return create_metadata(COLUMN, column_value(tab, sheet_id, column), place, entry_id=entry_id)


def create_words_tag(sheet_id: int, words: Words) -> Json:
    return create_metadata(WORDS, f"{tab_value(Tab.ORDERS, sheet_id)}:{words.as_text()}", {"sheetId": sheet_id})


def words_in_tag(value: str, sheet_id: int) -> Words | None:
    """None for a copy of the tag on a duplicated tab, as for any other tab's."""
    mine = f"{tab_value(Tab.ORDERS, sheet_id)}:"
    return read_words(value.removeprefix(mine)) if value.startswith(mine) else None


def create_row_tag(key: str, tab: Tab, sheet_id: int, index: int) -> Json:
    return create_metadata(key, tab_value(tab, sheet_id), _one("ROWS", sheet_id, index))


def summary_value(sheet_id: int) -> str:
    return f"summary:{sheet_id}"


def create_summary_tag(state: str) -> Json:
    """Says on the spreadsheet whether the summary is still to be made. It outlives every tab."""
    return create_metadata(SUMMARY, state, ON_SPREADSHEET)


def create_summary_tab_tag(sheet_id: int) -> Json:
    return create_metadata(SUMMARY, summary_value(sheet_id), {"sheetId": sheet_id})


def summary_words_value(sheet_id: int) -> str:
    return f"{summary_value(sheet_id)}:words"


def create_summary_words_tag(sheet_id: int, index: int) -> Json:
    """On the column of a summary in which the list of the statuses stands, whose words the merchant may change."""
    return create_metadata(COLUMN, summary_words_value(sheet_id), _one("COLUMNS", sheet_id, index))


def settle_summary(tag_id: int) -> Json:
    """The summary is made, or will not be made."""
    return update_metadata(tag_id, {"metadataValue": SETTLED})


def move_row_tag(tag_id: int, sheet_id: int, index: int, *, from_: int | None) -> Json:
    """Moves a row's tag. With `from_`, only if it is still on that row: see `check_place`."""
    here = None if from_ is None else _one("ROWS", sheet_id, from_)
    return update_metadata(tag_id, {"location": _one("ROWS", sheet_id, index)}, at=here)


def check_place(dimension: Dimension, tag_id: int, sheet_id: int, index: int) -> Json:
    """Changes nothing, and is refused, with the batch around it, if the tag is not on that row or column any more.

    That Google refuses a change that matches no tag is not documented. If it doesn't, nothing is gained by this
    request, and nothing is lost.
    """
    return update_metadata(tag_id, {"visibility": "DOCUMENT"}, at=_one(dimension, sheet_id, index))


def _one(dimension: Dimension, sheet_id: int, index: int) -> Json:
    return {"dimensionRange": dimension_range(sheet_id, dimension, index, index + 1)}
