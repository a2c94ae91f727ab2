"""What the merchant has written into `Status`, the one column of `Orders` that the connector never writes again."""

from collections.abc import Mapping

from connector.sheets.client import SheetsApi
from connector.sheets.columns import KEY, STATUS, Tab
from connector.sheets.values import as_text, two_columns
from connector.sheets.workbook import Workbook

READS = 3
"""At the most, where the tabs have their tags."""
PACKED = frozenset({"packed", "sent", "done", "cancelled"})
"""In small letters. An order that says one of these is not to be prepared any more, as `Summary` counts it."""


def read_statuses(api: SheetsApi, workbook: Workbook) -> Mapping[str, str] | None:
    """What `Status` says of each order, by its id, from the top of the sheet down; None where the tab or one of the two
    columns is gone. Raises SheetsError."""
    place = workbook.look_for_rows().tabs.get(Tab.ORDERS)
    if place is None or not {KEY, STATUS} <= place.columns.keys():
        return None
    columns = place.columns[KEY], place.columns[STATUS]
    ids, statuses = two_columns(api, workbook.spreadsheet_id, place.sheet_id, *columns)
    rows = zip(map(as_text, ids), map(as_text, statuses), strict=True)
    return {order_id: status for order_id, status in rows if order_id}
