"""Finds out for certain whether the sheet has a batch whose outcome is unclear."""

from connector.sheets import marker
from connector.sheets.api import SheetsApi
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.marker import Found


def was_applied(api: SheetsApi, spreadsheet_id: str, batch_id: str, marker_id: int) -> bool:
    """True: the sheet has the batch. False: it does not, and never will. Raises SheetsError where that stays open.

    The batch may still be on its way (a request that timed out can be applied minutes later). So a batch that
    isn't found is *fenced*: a request creates its marker and nothing else. Google takes each marker id once.
    Either the fence is refused, then the batch came first; or it stands, then the batch will be refused.
    """
    if _look(api, spreadsheet_id, batch_id, marker_id) is Found.BATCH:
        return True
    try:
        api.batch_update(spreadsheet_id, [marker.create_fence(batch_id, marker_id)])
    except SheetsError as error:
        if error.kind is not Kind.TAKEN:
            raise
    else:
        return False
    found = _look(api, spreadsheet_id, batch_id, marker_id)
    if found is Found.NOTHING:
        # Refused because the id exists, and yet not found: the search lags behind.
        raise SheetsError("Google does not show yet what the spreadsheet holds.", kind=Kind.UNCLEAR)
    # Found.OTHER: the id was another batch's before, so Google refused this batch as it refused the fence.
    return found is Found.BATCH


def _look(api: SheetsApi, spreadsheet_id: str, batch_id: str, marker_id: int) -> Found:
    found = api.find_metadata(spreadsheet_id, [marker.marker_lookup(marker_id)])
    return marker.read_marker(found, batch_id, marker_id)
