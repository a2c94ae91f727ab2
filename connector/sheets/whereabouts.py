"""Where the row of one order stands now."""

from connector.language import gettext as _
from connector.models import Place
from connector.sheets import tags
from connector.sheets.client import SheetsApi
from connector.sheets.columns import KEY, Tab
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.values import as_text
from connector.sheets.workbook import Workbook

READS_WHERE_TAGS_ARE_LOST = 2
"""What `row_anywhere` needs where the order's tab is not found by its tags, at the least."""


def row_in_its_tab(api: SheetsApi, place: Place, order_id: str) -> tuple[bool, int | None]:
    """Whether the tab that the row was written into has its key column, and in which row of it the order stands.

    One read, wherever the merchant has moved tab and column.
    """
    values = api.tagged_column(
        place.spreadsheet_id,
        key=tags.COLUMN,
        value=tags.column_value(Tab.ORDERS, place.sheet_id, KEY),
        sheet_id=place.sheet_id,
    )
    rows = (row for row, value in enumerate(values) if as_text(value) == order_id)
    return bool(values), next(rows, None)


def row_anywhere(workbook: Workbook, order_id: str) -> Place | None:
    """The row in the tab that the connector writes into now. Two reads; more where a tab has lost its tags."""
    layout = workbook.look_for_rows()
    place = layout.tabs.get(Tab.ORDERS)
    if place is None:
        return None
    if KEY not in place.columns:
        raise SheetsError(_("The tab of orders has lost its column Order ID."), kind=Kind.BLOCKED)
    row = workbook.find_orders(layout, [order_id]).at.get(order_id)
    return None if row is None else Place(workbook.spreadsheet_id, place.sheet_id, row)
