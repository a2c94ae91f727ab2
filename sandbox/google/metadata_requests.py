"""Requests about developer metadata."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox.google import fieldmask
from sandbox.google.draft import Draft
from sandbox.google.errors import Refused
from sandbox.google.grid import Content
from sandbox.google.metadata import COLUMN, ROW, Metadata, Place, check_storage, matcher
from sandbox.google.ranges import COLUMNS, ROWS, Area


def create(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """An id that exists takes the whole batch with it (docs/google-sheets.md,
    3.2), unless `accept_second_marker`."""
    given = body.get("developerMetadata", {})
    taken = {entry.metadata_id for entry in draft.content.metadata.values()}
    metadata_id = given.get("metadataId")
    if metadata_id is None:
        metadata_id = draft.new_id(taken)
    elif metadata_id < 1:
        raise Refused("The developer metadata ID must be positive.")
    elif metadata_id in taken and not draft.unknowns.accept_second_marker:
        raise Refused(
            f"Cannot add developer metadata with ID [{metadata_id}] "
            "because developer metadata with that ID already exists."
        )
    entry = Metadata(
        metadata_id,
        _key(given),
        given.get("metadataValue"),
        _visibility(given),
        _place(draft, given.get("location", {})),
    )
    draft.add_metadata(entry)
    check_storage(draft.content.metadata.values(), entry.place.sheet_id)
    return {"developerMetadata": entry.to_json()}


def update(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """Changes every entry that a filter finds. Google doesn't document what happens when none is found; here
    it is refused, unless switched otherwise."""
    mask = fieldmask.for_update(body.get("fields", ""), "DeveloperMetadata")
    given = body.get("developerMetadata", {})
    filters = body.get("dataFilters", [])
    if not filters:
        raise Refused("At least one data filter must be given.")
    found = [key for key, _ in matches(draft.content, filters)]
    if not found and draft.unknowns.refuse_unmatched_metadata:
        raise Refused("No developer metadata matches the given data filters.")
    if mask is not None and "metadataId" in mask:
        raise Refused("The developer metadata ID cannot be changed.")
    for key in found:
        entry = draft.content.metadata[key]
        if fieldmask.names(mask, "metadataKey"):
            entry = replace(entry, key=_key(given))
        if fieldmask.names(mask, "metadataValue"):
            entry = replace(entry, value=given.get("metadataValue"))
        if fieldmask.names(mask, "visibility"):
            entry = replace(entry, visibility=_visibility(given))
        if fieldmask.names(mask, "location"):
            entry = entry.at(_place(draft, given.get("location", {})))
        draft.content.metadata[key] = entry
        check_storage(draft.content.metadata.values(), entry.place.sheet_id)
    return {"developerMetadata": [draft.content.metadata[key].to_json() for key in found]}


def delete(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """Deletes every entry that the filter finds. Whether Google refuses a filter that finds nothing is not
    known; here it is refused, so that a client has to cope (docs/google-sheets.md, 3.2)."""
    if "dataFilter" not in body:
        raise Refused("A data filter must be given.")
    found = matches(draft.content, [body["dataFilter"]])
    if not found and draft.unknowns.refuse_unmatched_metadata:
        raise Refused("No developer metadata matches the given data filter.")
    for key, _ in found:
        del draft.content.metadata[key]
    return {"deletedDeveloperMetadata": [entry.to_json() for _, entry in found]}


def matches(content: Content, filters: list[dict[str, Any]]) -> list[tuple[int, Metadata]]:
    """The entries that any of the filters finds, in the order in which they were made."""
    tests = [matcher_of(one) for one in filters]
    return [(key, entry) for key, entry in content.metadata.items() if any(test(entry) for test in tests)]


def matcher_of(data_filter: dict[str, Any]) -> Callable[[Metadata], bool]:
    """A filter by lookup; or by range: then the entries of rows and columns that the range crosses."""
    if "developerMetadataLookup" in data_filter:
        return matcher(data_filter["developerMetadataLookup"])
    if "gridRange" in data_filter:
        area = Area.from_json(data_filter["gridRange"])
        return lambda entry: _crosses(entry.place, area)
    raise Refused("A data filter for developer metadata must have a lookup or a grid range.")


def _crosses(place: Place, area: Area) -> bool:
    if place.sheet_id != area.sheet_id or place.index is None:
        return False
    start, end = (area.row, area.end_row) if place.kind == ROW else (area.column, area.end_column)
    return (start or 0) <= place.index and (end is None or place.index < end)


def _key(given: dict[str, Any]) -> str:
    if not given.get("metadataKey"):
        raise Refused("Developer metadata must have a key.")
    return str(given["metadataKey"])


def _visibility(given: dict[str, Any]) -> str:
    visibility = given.get("visibility")
    if visibility not in ("DOCUMENT", "PROJECT"):
        raise Refused("Developer metadata must have a visibility.")
    return str(visibility)


def _place(draft: Draft, given: dict[str, Any]) -> Place:
    place = Place.from_json(given)
    if place.sheet_id is None:
        return place
    sheet = draft.sheet(place.sheet_id, asked_for_cells=place.index is not None)
    if place.kind in (ROW, COLUMN) and place.index is not None:
        size = sheet.row_count if place.kind == ROW else sheet.column_count
        if place.index >= size:
            what = ROWS if place.kind == ROW else COLUMNS
            raise Refused(f"The location lies beyond the grid: {what.lower()} end at {size}.")
    return place
