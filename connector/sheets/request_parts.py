"""Parts of requests as Google takes them: ranges, cells, properties, and entries of developer metadata."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any, Literal

Json = dict[str, Any]
ON_SPREADSHEET: Json = {"spreadsheet": True}
Dimension = Literal["ROWS", "COLUMNS"]


def new_id() -> int:
    """An id of one's own choice for a tab, or for an entry of developer metadata: positive, 31 bits, drawn."""
    return 1 + secrets.randbelow(2**31 - 2)


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


def row_range(sheet_id: int, row: int) -> Json:
    """One whole row."""
    return dimension_range(sheet_id, "ROWS", row, row + 1)


def update_cells(sheet_id: int, row: int, column: int, rows: Iterable[Sequence[Json]], fields: str) -> Json:
    """Writes what `fields` names into cells, from the one in this row and column on to the right and down."""
    start = {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "rows": [{"values": cells} for cells in rows], "fields": fields}}


def update_dimension(range_: Json, change: Json) -> Json:
    """Changes properties of whole rows or columns."""
    return {"updateDimensionProperties": {"range": range_, "properties": change, "fields": ",".join(change)}}


def update_tab(sheet_id: int, change: Json, fields: str) -> Json:
    """Changes properties of a tab."""
    return {"updateSheetProperties": {"properties": {"sheetId": sheet_id, **change}, "fields": fields}}


def wanted_values(data_filters: Sequence[Json], major: str) -> Json:
    """The body that asks for unformatted values; `major` is ROWS or COLUMNS."""
    return {
        "dataFilters": list(data_filters),
        "majorDimension": major,
        "valueRenderOption": "UNFORMATTED_VALUE",
    }
