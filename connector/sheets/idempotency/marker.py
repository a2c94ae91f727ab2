"""The usual guard: developer metadata, which nobody sees in the browser.

That Google refuses a second one with the same id rests on public observation (docs/google-sheets.md, 3.2), so it is
proved on each spreadsheet before the first batch.
"""

from collections.abc import Collection
from typing import Any

from connector.sheets.client import SheetsApi
from connector.sheets.idempotency.guard import Found
from connector.sheets.request_parts import ON_SPREADSHEET, create_metadata, delete_metadata

Json = dict[str, Any]

KEY = "wcsync.batch"
_FENCE = "void:"


class Marker:
    """A developer metadata entry on the spreadsheet, with the batch's id as its value."""

    name = "marker"

    def claim(self, batch_id: str, marker_id: int, sheet_id: int) -> Json:  # noqa: ARG002 - other guards need the tab
        return _create(batch_id, marker_id)

    def release(self, marker_id: int) -> Json:
        return delete_metadata(marker_id)

    def put_fence(self, api: SheetsApi, spreadsheet_id: str, batch_id: str, marker_id: int) -> None:
        api.batch_update(spreadsheet_id, [_create(_FENCE + batch_id, marker_id)])

    def find(self, api: SheetsApi, spreadsheet_id: str, batch_id: str, marker_id: int) -> Found:
        found = api.find_metadata(spreadsheet_id, [{"metadataId": marker_id}])
        values = [entry.get("metadataValue") for entry in found if entry.get("metadataId") == marker_id]
        if batch_id in values:
            return Found.BATCH
        if _FENCE + batch_id in values:
            return Found.FENCE
        return Found.OTHER if values else Found.NOTHING

    def delete(self, api: SheetsApi, spreadsheet_id: str, marker_ids: Collection[int]) -> int:
        # Only those that are there: Google doesn't say what deleting a missing one does.
        found = api.find_metadata(spreadsheet_id, [{"metadataKey": KEY}])
        there = {entry["metadataId"] for entry in found if entry.get("metadataId") in marker_ids}
        if there:
            api.batch_update(spreadsheet_id, [delete_metadata(marker_id) for marker_id in sorted(there)])
        return len(there)


def _create(value: str, marker_id: int) -> Json:
    return create_metadata(KEY, value, ON_SPREADSHEET, entry_id=marker_id)
