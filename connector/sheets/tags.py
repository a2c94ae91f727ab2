"""Tags: developer metadata that marks the connector's tabs, columns and last rows.

A tag moves along with what it marks and can't be seen in the browser. Its value names the tab's own sheet id,
because a duplicated tab may carry copies of the tags: a copy's value names another sheet than the one it is on.
"""

from typing import Any

from connector.sheets.columns import Tab

Json = dict[str, Any]

TAB = "wcsync.tab"
COLUMN = "wcsync.column"
HEADER = "wcsync.header"
LAST = "wcsync.last"

LOOKUPS = [{"metadataKey": key} for key in (TAB, COLUMN, HEADER, LAST)]
"""Finds all tags of a spreadsheet in one read."""


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


def move_row_tag(tag_id: int, sheet_id: int, index: int) -> Json:
    return {
        "updateDeveloperMetadata": {
            "dataFilters": [{"developerMetadataLookup": {"metadataId": tag_id}}],
            "developerMetadata": {"location": _one("ROWS", sheet_id, index)},
            "fields": "location",
        }
    }


def delete_tag(tag_id: int) -> Json:
    return {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataId": tag_id}}}}


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


def _one(dimension: str, sheet_id: int, index: int) -> Json:
    return {
        "dimensionRange": {
            "sheetId": sheet_id,
            "dimension": dimension,
            "startIndex": index,
            "endIndex": index + 1,
        }
    }
