"""Makes the tab `Summary`: by itself once, after the tabs of a spreadsheet were made; and when it is asked for."""

from connector.log import get_logger
from connector.sheets import tags
from connector.sheets.client import SheetsApi
from connector.sheets.columns import COLUMNS, Tab
from connector.sheets.create import new_sheet_id
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.layout import Layout
from connector.sheets.overview import Overview, read_overview
from connector.sheets.references import TabColumns
from connector.sheets.summary.request import add_summary
from connector.sheets.tabs import free_title

log = get_logger(__name__)

TITLE = "Summary"
NEEDED = {
    Tab.ORDERS: ("order_id", "received", "customer", "total", "currency", "status"),
    Tab.ITEMS: ("order_id", "received", "product", "quantity", "currency", "line_total"),
}
"""The columns that the formulas refer to."""


def make_wanted_summary(api: SheetsApi, spreadsheet_id: str, layout: Layout) -> None:
    """Makes the summary if the spreadsheet still waits for it. One read and one write. Raises SheetsError.

    May be repeated after an unclear answer: the new tab's id is the tag's, and Google takes the id of a tab only once.
    Where the merchant has a tab of that name, or has deleted columns that are needed, there will be none.
    """
    if layout.summary is None or not layout.summary.is_wanted:
        return
    overview = read_overview(api, spreadsheet_id)
    requests = [tags.settle_summary(layout.summary.id)]
    if overview.titled(TITLE) is None and not _missing(layout):
        requests += add_summary(layout.summary.id, TITLE, _columns(layout, overview))
    api.batch_update(spreadsheet_id, requests)
    log.info("summary.made" if len(requests) > 1 else "summary.left_out", spreadsheet_id=spreadsheet_id)


def make_summary_anew(api: SheetsApi, spreadsheet_id: str, layout: Layout) -> str:
    """Makes the summary whatever was before, in place of the one that the connector made; returns the tab's title.

    A tab of the merchant's own with that name stays. One read and one write. Raises SheetsError.
    """
    if missing := _missing(layout):
        raise SheetsError(
            f"The summary needs columns that were deleted: {', '.join(missing)}. Restore them from the spreadsheet's "
            "version history (File, Version history).",
            kind=Kind.REFUSED,
        )
    overview = read_overview(api, spreadsheet_id)
    old = [sheet for sheet in overview.tabs if sheet.sheet_id in layout.summary_sheets]
    title = free_title(TITLE, {sheet.title.casefold() for sheet in overview.tabs})
    sheet_id = new_sheet_id()
    requests = list(add_summary(sheet_id, title, _columns(layout, overview)))
    requests += ({"deleteSheet": {"sheetId": sheet.sheet_id}} for sheet in old)
    if old and old[0].title != title:
        title = old[0].title
        properties = {"sheetId": sheet_id, "title": title}
        requests.append({"updateSheetProperties": {"properties": properties, "fields": "title"}})
    if layout.summary is None:
        requests.append(tags.create_summary_tag(tags.SETTLED))
    elif layout.summary.is_wanted:
        requests.append(tags.settle_summary(layout.summary.id))
    api.batch_update(spreadsheet_id, requests)
    return title


def _missing(layout: Layout) -> list[str]:
    """The titles of columns that the formulas need and that are not there any more."""
    return [
        f"{column.title} (tab of the {tab})"
        for tab in Tab
        for column in COLUMNS[tab]
        if column.key in NEEDED[tab] and column.key not in layout.tabs[tab].columns
    ]


def _columns(layout: Layout, overview: Overview) -> dict[Tab, TabColumns]:
    titles = {sheet.sheet_id: sheet.title for sheet in overview.tabs}
    if any(layout.tabs[tab].sheet_id not in titles for tab in Tab):
        raise SheetsError("The tabs were changed meanwhile. Try again.", kind=Kind.STALE)
    return {tab: TabColumns.of(titles[layout.tabs[tab].sheet_id], layout.tabs[tab]) for tab in Tab}
