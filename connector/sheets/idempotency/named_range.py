"""The guard for the case that Google takes two markers with the same id: a named range with a chosen id.

Google documents that a second one is refused (docs/google-sheets.md, 3.2). The merchant can see it, under Data,
Named ranges, and it is lost if its tab is deleted; so it is only used where the marker does not serve.
"""

from collections.abc import Collection
from typing import Any

from connector.language import gettext as _
from connector.sheets.client import SheetsApi
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.idempotency.guard import Found
from connector.sheets.overview import GRID
from connector.sheets.request_parts import grid_range

Json = dict[str, Any]

_BATCH = "wcsync_batch_"
_FENCE = "wcsync_void_"


class NamedRange:
    """A named range over one cell, with the batch's id in its name."""

    name = "named_range"

    def claim(self, batch_id: str, marker_id: int, sheet_id: int) -> Json:
        return _create(_BATCH + batch_id, marker_id, sheet_id)

    def release(self, marker_id: int) -> Json:
        return _delete(str(marker_id))

    def put_fence(self, api: SheetsApi, spreadsheet_id: str, batch_id: str, marker_id: int) -> None:
        book = api.get(spreadsheet_id, "sheets(properties(sheetId,sheetType))")
        tabs = [sheet.get("properties", {}) for sheet in book.get("sheets", [])]
        # A chart may have a tab of its own, without cells.
        sheet_id = next((tab.get("sheetId", 0) for tab in tabs if tab.get("sheetType", GRID) == GRID), None)
        if sheet_id is None:
            raise SheetsError(_("The spreadsheet shows no tab with cells. It will be tried again."), kind=Kind.STALE)
        api.batch_update(spreadsheet_id, [_create(_FENCE + batch_id, marker_id, sheet_id)])

    def find(self, api: SheetsApi, spreadsheet_id: str, batch_id: str, marker_id: int) -> Found:
        names = {entry.get("namedRangeId"): entry.get("name") for entry in _all(api, spreadsheet_id)}
        name = names.get(str(marker_id))
        if name is None:
            return Found.NOTHING
        if name == _BATCH + batch_id:
            return Found.BATCH
        return Found.FENCE if name == _FENCE + batch_id else Found.OTHER

    def delete(self, api: SheetsApi, spreadsheet_id: str, marker_ids: Collection[int]) -> int:
        wanted = {str(marker_id) for marker_id in marker_ids}
        there = [entry["namedRangeId"] for entry in _all(api, spreadsheet_id) if entry.get("namedRangeId") in wanted]
        if there:
            api.batch_update(spreadsheet_id, [_delete(key) for key in there])
        return len(there)


def _all(api: SheetsApi, spreadsheet_id: str) -> list[Json]:
    answer = api.get(spreadsheet_id, "namedRanges(namedRangeId,name)")
    found: list[Json] = answer.get("namedRanges", [])
    return found


def _delete(key: str) -> Json:
    return {"deleteNamedRange": {"namedRangeId": key}}


def _create(name: str, marker_id: int, sheet_id: int) -> Json:
    return {
        "addNamedRange": {
            "namedRange": {
                "namedRangeId": str(marker_id),
                "name": name,
                "range": grid_range(sheet_id, rows=(0, 1), columns=(0, 1)),
            }
        }
    }
