"""Requests that make, change and delete an entry of developer metadata."""

from typing import Any

Json = dict[str, Any]

ON_SPREADSHEET: Json = {"spreadsheet": True}


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
