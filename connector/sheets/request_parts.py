"""Parts of requests as Google takes them: ranges, and entries of developer metadata."""

from typing import Any, Literal

Json = dict[str, Any]
ON_SPREADSHEET: Json = {"spreadsheet": True}
Dimension = Literal["ROWS", "COLUMNS"]


def create_metadata(key: str, value: str, location: Json, *, entry_id: int | None = None) -> Json:
    """`entry_id`: an id of one's own choice, which Google takes once; else Google chooses."""
    entry = {"metadataKey": key, "metadataValue": value, "visibility": "DOCUMENT", "location": location}
    chosen = {} if entry_id is None else {"metadataId": entry_id}
    return {"createDeveloperMetadata": {"developerMetadata": chosen | entry}}


def update_metadata(entry_id: int, change: Json, *, at: Json | None = None) -> Json:
    """With `at`, only an entry that is exactly there."""
    fields = ",".join(change)
    return {
        "updateDeveloperMetadata": {
            "dataFilters": [_lookup(entry_id, at)],
            "developerMetadata": change,
            "fields": fields,
        }
    }


def delete_metadata(entry_id: int) -> Json:
    return {"deleteDeveloperMetadata": {"dataFilter": _lookup(entry_id, None)}}


def _lookup(entry_id: int, location: Json | None) -> Json:
    lookup: Json = {"metadataId": entry_id}
    if location is not None:
        lookup |= {"metadataLocation": location, "locationMatchingStrategy": "EXACT_LOCATION"}
    return {"developerMetadataLookup": lookup}


def grid_range(sheet_id: int, *, rows: tuple[int, int] | None = None, columns: tuple[int, int] | None = None) -> Json:
    """Cells of a tab. Each of the two is the first and the one behind the last, counted from 0; None: all."""
    found: Json = {"sheetId": sheet_id}
    if rows is not None:
        found |= {"startRowIndex": rows[0], "endRowIndex": rows[1]}
    if columns is not None:
        found |= {"startColumnIndex": columns[0], "endColumnIndex": columns[1]}
    return found


def dimension_range(sheet_id: int, dimension: Dimension, start: int, end: int) -> Json:
    """Whole rows, or whole columns."""
    return {"sheetId": sheet_id, "dimension": dimension, "startIndex": start, "endIndex": end}
