"""Tags: developer metadata that marks the connector's tabs, columns, and where its rows end.

A tag moves along with what it marks and can't be seen in the browser. Its value names the tab's own sheet id,
because a duplicated tab may carry copies of the tags: a copy's value names another sheet than the one it is on.

Two tags mark where the rows end: `LAST` on the last of them, `END` on the row below it. New rows come in between. As
sorting takes the tag of a row along with what the row holds, the two stand apart after it, and that tells that the end
must be looked for.
"""

from typing import Any, Literal

from connector.sheets import owner
from connector.sheets.columns import Tab

Json = dict[str, Any]
Dimension = Literal["ROWS", "COLUMNS"]

TAB = "wcsync.tab"
COLUMN = "wcsync.column"
HEADER = "wcsync.header"
LAST = "wcsync.last"
END = "wcsync.end"
SUMMARY = "wcsync.summary"
"""On the tab with the summary; and on the spreadsheet itself, saying whether there is still one to be made."""
WANTED = "wanted"
SETTLED = "settled"

LOOKUPS = [{"metadataKey": key} for key in (TAB, COLUMN, HEADER, LAST, END, SUMMARY, *owner.KEYS)]
"""Finds all tags of a spreadsheet, its owner and the last batch, in one read."""


def tab_value(tab: Tab, sheet_id: int) -> str:
    return f"{tab}:{sheet_id}"


def column_value(tab: Tab, sheet_id: int, column: str) -> str:
    return f"{tab}:{sheet_id}:{column}"


def create_tab_tag(tab: Tab, sheet_id: int) -> Json:
    return _create(TAB, tab_value(tab, sheet_id), {"sheetId": sheet_id})


def create_column_tag(tab: Tab, sheet_id: int, column: str, index: int) -> Json:
    return _create(COLUMN, column_value(tab, sheet_id, column), _one("COLUMNS", sheet_id, index))


def create_row_tag(key: str, tab: Tab, sheet_id: int, index: int) -> Json:
    return _create(key, tab_value(tab, sheet_id), _one("ROWS", sheet_id, index))


def summary_value(sheet_id: int) -> str:
    return f"summary:{sheet_id}"


def create_summary_tag(state: str) -> Json:
    """Says on the spreadsheet whether the summary is still to be made. It outlives every tab."""
    return _create(SUMMARY, state, {"spreadsheet": True})


def create_summary_tab_tag(sheet_id: int) -> Json:
    return _create(SUMMARY, summary_value(sheet_id), {"sheetId": sheet_id})


def settle_summary(tag_id: int) -> Json:
    """The summary is made, or will not be made."""
    return {
        "updateDeveloperMetadata": {
            "dataFilters": [_lookup(tag_id, None)],
            "developerMetadata": {"metadataValue": SETTLED},
            "fields": "metadataValue",
        }
    }


def move_row_tag(tag_id: int, sheet_id: int, index: int, *, from_: int | None) -> Json:
    """Moves a row's tag. With `from_`, only if it is still on that row: see `check_place`."""
    return {
        "updateDeveloperMetadata": {
            "dataFilters": [_lookup(tag_id, None if from_ is None else _one("ROWS", sheet_id, from_))],
            "developerMetadata": {"location": _one("ROWS", sheet_id, index)},
            "fields": "location",
        }
    }


def check_place(dimension: Dimension, tag_id: int, sheet_id: int, index: int) -> Json:
    """Changes nothing, and is refused, with the batch around it, if the tag is not on that row or column any more.

    That Google refuses a change that matches no tag is not documented. If it doesn't, nothing is gained by this
    request, and nothing is lost.
    """
    return {
        "updateDeveloperMetadata": {
            "dataFilters": [_lookup(tag_id, _one(dimension, sheet_id, index))],
            "developerMetadata": {"visibility": "DOCUMENT"},
            "fields": "visibility",
        }
    }


def delete_tag(tag_id: int) -> Json:
    return {"deleteDeveloperMetadata": {"dataFilter": _lookup(tag_id, None)}}


def _lookup(tag_id: int, location: Json | None) -> Json:
    lookup: Json = {"metadataId": tag_id}
    if location is not None:
        lookup |= {"metadataLocation": location, "locationMatchingStrategy": "EXACT_LOCATION"}
    return {"developerMetadataLookup": lookup}


def _create(key: str, value: str, location: Json) -> Json:
    return {
        "createDeveloperMetadata": {
            "developerMetadata": {
                "metadataKey": key,
                "metadataValue": value,
                "visibility": "DOCUMENT",
                "location": location,
            }
        }
    }


def _one(dimension: Dimension, sheet_id: int, index: int) -> Json:
    return {
        "dimensionRange": {
            "sheetId": sheet_id,
            "dimension": dimension,
            "startIndex": index,
            "endIndex": index + 1,
        }
    }
