"""Adds one of the optional columns to a tab `Orders` that was made without it, because somebody asks for it.

It comes in among the connector's columns, as in new tabs, and not to the right of them all: there it would be outside
the filter, and a merchant who sorts by the filter would sort every row away from its cell in it.
"""

from collections.abc import Iterator
from typing import Any

from connector.language import gettext, speaking
from connector.language import gettext as _
from connector.log import get_logger
from connector.sheets import tags
from connector.sheets.client import SheetsApi
from connector.sheets.columns import COLUMNS, Column, Tab
from connector.sheets.create import column_format
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.formatting import column_width
from connector.sheets.idempotency.guard import marker_id
from connector.sheets.layout import Layout, TabLayout
from connector.sheets.refusal import explained
from connector.sheets.request_parts import dimension_range, update_cells

log = get_logger(__name__)

Json = dict[str, Any]


def add_column(api: SheetsApi, spreadsheet_id: str, layout: Layout, key: str) -> str:
    """One write, or none where the column is there; returns a sentence that says what was done. Raises SheetsError. Its
    title is in the language of the tab.

    May be repeated after an unclear answer: the id of the column's tag is always the same, and Google takes it once.
    """
    place = layout.tabs[Tab.ORDERS]
    column = next(column for column in COLUMNS[Tab.ORDERS] if column.key == key)
    with speaking(place.words.spoken):
        title = gettext(column.title)
        requests = [] if key in place.columns else list(_requests(place, column, title))
    if not requests:
        return _("The column {title} is in the tab of the orders already; nothing was changed.").format(title=title)
    try:
        api.batch_update(spreadsheet_id, requests)
    except SheetsError as error:
        if error.kind is Kind.TAKEN:  # By a request whose answer was lost, and that has arrived meanwhile.
            raise SheetsError(_("The column was just being added. Run the command again."), kind=Kind.STALE) from error
        raise explained(error, api, spreadsheet_id, requests, layout) from error
    log.info("sheet.column_added", column=key, spreadsheet_id=spreadsheet_id)
    return _(
        "The column {title} was added to the tab of the orders. Orders that come from now on are filled in; rows that "
        "are there stay as they are."
    ).format(title=title)


def _requests(place: TabLayout, column: Column, title: str) -> Iterator[Json]:
    index = _index(place, column)
    for other, at in place.columns.items():
        yield tags.check_place("COLUMNS", place.column_tags[other], place.sheet_id, at)
    yield {
        "insertDimension": {
            "range": dimension_range(place.sheet_id, "COLUMNS", index, index + 1),
            # So the header looks like its neighbours, in whatever way the merchant has changed them.
            "inheritFromBefore": index > 0,
        }
    }
    tag_id = marker_id(tags.column_value(Tab.ORDERS, place.sheet_id, column.key))
    yield tags.create_column_tag(Tab.ORDERS, place.sheet_id, column.key, index, entry_id=tag_id)
    yield column_width(place.sheet_id, index, column.width)
    yield column_format(place.sheet_id, index, column, first_row=(place.header_row or 0) + 1)
    if place.header_row is not None:
        cell = {"userEnteredValue": {"stringValue": title}}
        yield update_cells(place.sheet_id, place.header_row, index, [[cell]], "userEnteredValue")


def _index(place: TabLayout, column: Column) -> int:
    """Right of the column that it follows in new tabs, or of the nearest one before that is still there; but left of
    the last of the connector's columns, so that a filter or table over them takes it in."""
    if not place.columns:
        return 0
    order = [other.key for other in COLUMNS[Tab.ORDERS]]
    before = [key for key in order[: order.index(column.key)] if key in place.columns]
    index = place.columns[before[-1]] + 1 if before else 0
    return min(index, max(place.columns.values()))
