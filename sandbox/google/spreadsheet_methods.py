"""The methods about a spreadsheet as a whole and its developer metadata."""

from sandbox.google import batch, fieldmask, metadata_requests, resolve
from sandbox.google.calls import Json, Work
from sandbox.google.draft import Draft
from sandbox.google.errors import ApiError
from sandbox.google.reads import spreadsheet_json


def batch_update(work: Work) -> Json:
    body, sheet_id = work.body, work.spreadsheet.spreadsheet_id

    def change(draft: Draft) -> Json:
        replies = batch.apply(draft, body.get("requests", []))
        answer: Json = {"spreadsheetId": sheet_id, "replies": replies}
        if body.get("includeSpreadsheetInResponse"):
            areas = resolve.areas_of(draft, body["responseRanges"]) if body.get("responseRanges") else None
            answer["updatedSpreadsheet"] = spreadsheet_json(
                draft, sheet_id, None, areas, grid_data=body.get("responseIncludeGridData", False)
            )
        return answer

    return work.spreadsheet.commit(work.actor, work.unknowns, change)


def get(work: Work) -> Json:
    draft = work.reading()
    text = work.call.one("fields")
    mask = fieldmask.for_answer(text, "Spreadsheet") if text else None
    ranges = work.call.query.get("ranges")
    areas = resolve.areas_of(draft, ranges) if ranges else None
    grid_data = work.call.flag("includeGridData")
    return spreadsheet_json(draft, work.spreadsheet.spreadsheet_id, mask, areas, grid_data=grid_data)


def get_by_data_filter(work: Work) -> Json:
    draft = work.reading()
    text = work.call.one("fields")
    mask = fieldmask.for_answer(text, "Spreadsheet") if text else None
    filters = work.body.get("dataFilters", [])
    areas = [area for one in filters for area in resolve.areas_of_filter(draft, one)] if filters else None
    grid_data = work.body.get("includeGridData", False)
    return spreadsheet_json(draft, work.spreadsheet.spreadsheet_id, mask, areas, grid_data=grid_data)


def metadata_get(work: Work) -> Json:
    for entry in work.spreadsheet.content.metadata.values():
        if str(entry.metadata_id) == work.argument:
            return entry.to_json()
    raise ApiError(404, f"No developer metadata with ID {work.argument}")


def metadata_search(work: Work) -> Json:
    """An empty object when nothing is found, as far as is known (docs/google-sheets.md, 3.1)."""
    filters = work.body.get("dataFilters", [])
    if not filters:
        raise ApiError(400, "Must specify at least one data filter.")
    tests = [(one, metadata_requests.matcher_of(one)) for one in filters]
    found = []
    for entry in work.spreadsheet.content.metadata.values():
        by = [one for one, test in tests if test(entry)]
        if by:
            found.append({"developerMetadata": entry.to_json(), "dataFilters": by})
    found = found if work.unknowns.filters_answered_as_asked else found[::-1]
    return {"matchedDeveloperMetadata": found} if found else {}
