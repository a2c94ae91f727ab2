"""batchUpdate: all requests of a batch, in their order, or none of them (docs/google-sheets.md, 2.5)."""

from collections.abc import Callable
from typing import Any, TypeAlias

from sandbox.google import (
    cell_requests,
    chart_requests,
    copy_requests,
    dimension_requests,
    find_requests,
    metadata_requests,
    object_requests,
    sheet_requests,
    table_requests,
)
from sandbox.google.draft import Draft
from sandbox.google.errors import ApiError, NotPlayed, Refused

REQUESTS_PER_BATCH = 100_000

Handler: TypeAlias = Callable[[Draft, dict[str, Any]], dict[str, Any]]

HANDLERS: dict[str, Handler] = {
    "addBanding": object_requests.add_banding,
    "addChart": chart_requests.add_chart,
    "addConditionalFormatRule": object_requests.add_conditional_format_rule,
    "addNamedRange": object_requests.add_named_range,
    "addProtectedRange": object_requests.add_protected_range,
    "addSheet": sheet_requests.add_sheet,
    "addTable": table_requests.add_table,
    "appendCells": cell_requests.append_cells,
    "appendDimension": dimension_requests.append_dimension,
    "autoResizeDimensions": dimension_requests.auto_resize_dimensions,
    "clearBasicFilter": object_requests.clear_basic_filter,
    "copyPaste": copy_requests.copy_paste,
    "createDeveloperMetadata": metadata_requests.create,
    "deleteBanding": object_requests.delete_banding,
    "deleteConditionalFormatRule": object_requests.delete_conditional_format_rule,
    "deleteDeveloperMetadata": metadata_requests.delete,
    "deleteDimension": dimension_requests.delete_dimension,
    "deleteEmbeddedObject": chart_requests.delete_embedded_object,
    "deleteNamedRange": object_requests.delete_named_range,
    "deleteProtectedRange": object_requests.delete_protected_range,
    "deleteSheet": sheet_requests.delete_sheet,
    "deleteTable": table_requests.delete_table,
    "duplicateSheet": sheet_requests.duplicate_sheet,
    "findReplace": find_requests.find_replace,
    "insertDimension": dimension_requests.insert_dimension,
    "mergeCells": cell_requests.merge_cells,
    "moveDimension": dimension_requests.move_dimension,
    "repeatCell": cell_requests.repeat_cell,
    "setBasicFilter": object_requests.set_basic_filter,
    "setDataValidation": cell_requests.set_data_validation,
    "sortRange": find_requests.sort_range,
    "unmergeCells": cell_requests.unmerge_cells,
    "updateBorders": cell_requests.update_borders,
    "updateCells": cell_requests.update_cells,
    "updateDeveloperMetadata": metadata_requests.update,
    "updateDimensionProperties": dimension_requests.update_dimension_properties,
    "updateNamedRange": object_requests.update_named_range,
    "updateSheetProperties": sheet_requests.update_sheet_properties,
    "updateSpreadsheetProperties": sheet_requests.update_spreadsheet_properties,
    "updateTable": table_requests.update_table,
}
"""The kinds that are played. The others of the description are answered with 501."""


def apply(draft: Draft, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Applies the requests to the draft and gives the replies, which mirror the requests.

    An error leaves the draft half done: the caller throws it away, which is what makes the batch atomic.
    """
    if not requests:
        raise ApiError(400, "Must specify at least one request.")
    if len(requests) > REQUESTS_PER_BATCH:
        raise ApiError(400, f"Cannot exceed {REQUESTS_PER_BATCH} requests in a single batch.")
    replies: list[dict[str, Any]] = []
    for index, request in enumerate(requests):
        if not request:
            raise ApiError(400, f"Invalid requests[{index}]: No request set.")
        kind, body = next(iter(request.items()))
        handler = HANDLERS.get(kind)
        if handler is None:
            raise ApiError(501, f"The sandbox does not play the request {kind} yet.")
        try:
            reply = handler(draft, body)
        except Refused as refused:
            raise ApiError(400, f"Invalid requests[{index}].{kind}: {refused}") from None
        except NotPlayed as missing:
            raise ApiError(501, f"The sandbox does not play {missing} yet.") from None
        if kind != "findReplace":
            draft.forget_rows()
        replies.append({kind: reply} if reply or kind in _REPLIES_EVEN_EMPTY else {})
    return replies


_REPLIES_EVEN_EMPTY = frozenset({"findReplace"})
