"""Makes the tab `Summary`, in one batch: by itself once, after the tabs were made, and when it is asked for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connector.language import gettext as _
from connector.language import marked
from connector.log import get_logger
from connector.sheets import tags
from connector.sheets.areas import TabColumns
from connector.sheets.cells import TIME_FORMAT
from connector.sheets.client import SheetsApi
from connector.sheets.column_stream import Column
from connector.sheets.columns import COLUMNS, Tab
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.formatting import (
    GREY,
    beginning,
    column_width,
    direction,
    ending,
    rgb,
    row_height,
    status_colours,
)
from connector.sheets.layout import Layout
from connector.sheets.overview import Overview, TabOverview, read_overview
from connector.sheets.request_parts import (
    dimension_range,
    grid_range,
    new_id,
    update_cells,
    update_dimension,
    update_tab,
)
from connector.sheets.summary import lists, tables
from connector.sheets.summary.charts import charts
from connector.sheets.summary.layout import (
    COLUMN_COUNT,
    FIGURES,
    HIDDEN,
    LISTS,
    NAME,
    OPEN,
    ROW_COUNT,
    STATES,
    STATUS,
    WIDTHS,
    Content,
)
from connector.sheets.summary.listed import listed_statuses
from connector.sheets.tabs import free_title
from connector.sheets.words import ENGLISH_WORDS, Words

log = get_logger(__name__)


TITLE = marked("Summary")
NEEDED = {
    Tab.ORDERS: ("order_id", "received", "customer", "total", "currency", "status"),
    Tab.ITEMS: ("order_id", "received", "product", "quantity", "currency", "line_total"),
}
"""The columns that the formulas refer to."""
_OF_TAB = {
    Tab.ORDERS: marked("{title} (tab of the orders)"),
    Tab.ITEMS: marked("{title} (tab of the items)"),
}
Json = dict[str, Any]
_FIGURES_HEIGHT = 34
_QUIET = {"foregroundColorStyle": rgb("#5f656b")}
_COUNT = {"numberFormat": {"type": "NUMBER", "pattern": "#,##0"}}
_MONEY = {"numberFormat": {"type": "NUMBER", "pattern": "#,##0.00"}}
_MONEY_OR_DASH = {"numberFormat": {"type": "NUMBER", "pattern": '#,##0.00;-#,##0.00;"-"'}}
_COUNT_OR_DASH = {"numberFormat": {"type": "NUMBER", "pattern": '#,##0;-#,##0;"-"'}}
_RIGHT = {"horizontalAlignment": "RIGHT"}
_HEADER = {"backgroundColorStyle": rgb(GREY), "textFormat": {"bold": True}}
_BIG = {"horizontalAlignment": "LEFT", "textFormat": {"fontSize": 18, "bold": True}}
_LOOKS: Mapping[str, Json] = {
    "plain": {},
    "title": {"textFormat": {"fontSize": 16, "bold": True}},
    "hint": {"textFormat": _QUIET | {"italic": True}},
    "label": {"textFormat": _QUIET},
    "figure": _BIG | _COUNT,
    "figure_money": _BIG | _MONEY,
    "section": {"textFormat": {"fontSize": 12, "bold": True}},
    "header": _HEADER,
    "header_right": _HEADER | _RIGHT,
    "text": {"wrapStrategy": "CLIP"},
    "count": _COUNT_OR_DASH | _RIGHT,
    "pieces": _RIGHT,  # As many decimals as there are, which no pattern gives without a stray point.
    "money": _MONEY_OR_DASH | _RIGHT,
    "time": {"numberFormat": TIME_FORMAT, "horizontalAlignment": "LEFT"},
    "day": {"numberFormat": {"type": "DATE", "pattern": "ddd d mmm"}, "horizontalAlignment": "LEFT"},
}


def make_wanted_summary(api: SheetsApi, spreadsheet_id: str, layout: Layout, *, newest_first: bool) -> None:
    """Makes the summary if the spreadsheet still waits for it. One read and one write. Raises SheetsError.

    `newest_first`: at which end of their tab the newest orders stand.

    May be repeated after an unclear answer: the new tab's id is the tag's, and Google takes the id of a tab only once.
    Where the merchant has a tab of that name, or has deleted columns that are needed, there will be none.
    """
    if layout.summary is None or not layout.summary.is_wanted:
        return
    overview = read_overview(api, spreadsheet_id)
    requests = [tags.settle_summary(layout.summary.id)]
    title = _(TITLE)
    if overview.titled(title) is None and not _missing(layout):
        requests += add_summary(
            layout.summary.id, title, _columns(layout, overview), layout.words, newest_first=newest_first
        )
    api.batch_update(spreadsheet_id, requests)
    log.info("summary.made" if len(requests) > 1 else "summary.left_out", spreadsheet_id=spreadsheet_id)


def make_summary_anew(api: SheetsApi, spreadsheet_id: str, layout: Layout, *, newest_first: bool) -> str:
    """Makes the summary whatever was before, in place of the one that the connector made; returns the tab's title.

    The words that the merchant has written into the old one's list of statuses are taken over. A tab of the merchant's
    own with that name stays. Up to two reads, and one write. Raises SheetsError.
    """
    if missing := _missing(layout):
        raise SheetsError(
            _(
                "The summary needs columns that were deleted: {columns}. Restore them from the spreadsheet's version "
                "history (File, Version history)."
            ).format(columns=", ".join(missing)),
            kind=Kind.REFUSED,
        )
    overview = read_overview(api, spreadsheet_id)
    old = [sheet for sheet in overview.tabs if sheet.sheet_id in layout.summary_sheets]
    title = free_title(_(TITLE), {sheet.title.casefold() for sheet in overview.tabs})
    sheet_id = new_id()
    words = _words_for(api, spreadsheet_id, layout, old)
    requests = list(add_summary(sheet_id, title, _columns(layout, overview), words, newest_first=newest_first))
    requests += ({"deleteSheet": {"sheetId": sheet.sheet_id}} for sheet in old)
    if old and old[0].title != title:
        title = old[0].title
        requests.append(update_tab(sheet_id, {"title": title}, "title"))
    if layout.summary is None:
        requests.append(tags.create_summary_tag(tags.SETTLED))
    elif layout.summary.is_wanted:
        requests.append(tags.settle_summary(layout.summary.id))
    api.batch_update(spreadsheet_id, requests)
    return title


def _words_for(api: SheetsApi, spreadsheet_id: str, layout: Layout, old: Sequence[TabOverview]) -> Words:
    """The words of the tab of orders, with the statuses as the merchant names them in the old summary."""
    if not old:
        return layout.words
    # Those of earlier versions have no tag on the column, and stand where they were made.
    here = layout.summary_words or Column(old[0].sheet_id, NAME)
    cells = grid_range(here.sheet_id, columns=(here.index, here.index + 2))
    names, counts = [*api.grid_values(spreadsheet_id, cells, major="COLUMNS"), [], []][:2]
    statuses = listed_statuses(names, layout.words, counts)
    return layout.words if statuses is None else replace(layout.words, statuses=statuses)


def _missing(layout: Layout) -> list[str]:
    """The titles of columns that the formulas need and that are not there any more."""
    return [
        _(_OF_TAB[tab]).format(title=_(column.title))
        for tab in Tab
        for column in COLUMNS[tab]
        if column.key in NEEDED[tab] and column.key not in layout.tabs[tab].columns
    ]


def _columns(layout: Layout, overview: Overview) -> dict[Tab, TabColumns]:
    titles = {sheet.sheet_id: sheet.title for sheet in overview.tabs}
    if any(layout.tabs[tab].sheet_id not in titles for tab in Tab):
        raise SheetsError(_("The tabs were changed meanwhile. Try again."), kind=Kind.STALE)
    return {tab: TabColumns(titles[layout.tabs[tab].sheet_id], layout.tabs[tab].columns) for tab in Tab}


def contents(
    orders: TabColumns, items: TabColumns, words: Words = ENGLISH_WORDS, *, newest_first: bool = False
) -> list[Content]:
    """All cells of the tab."""
    return [
        *tables.figures(orders),
        *lists.bounds(orders, items),
        *lists.prepare_list(items),
        *lists.open_orders(orders, items, newest_first=newest_first),
        *tables.states(orders, words),
        *lists.currencies(orders),
        *tables.turnover(orders),
        *lists.best_products(items),
        *tables.per_day(orders),
    ]


def add_summary(
    sheet_id: int,
    title: str,
    columns: Mapping[Tab, TabColumns],
    words: Words = ENGLISH_WORDS,
    *,
    newest_first: bool = False,
) -> Iterator[Json]:
    """A new tab with everything in it, in the language that is spoken. `words`: those of the tab of
    orders."""
    grid = {"rowCount": ROW_COUNT, "columnCount": COLUMN_COUNT, "hideGridlines": True}
    properties: Json = {"sheetId": sheet_id, "title": title, "gridProperties": grid, **direction()}
    yield {"addSheet": {"properties": properties}}
    yield tags.create_summary_tab_tag(sheet_id)
    yield tags.create_summary_words_tag(sheet_id, NAME)
    rows = _rows(contents(columns[Tab.ORDERS], columns[Tab.ITEMS], words, newest_first=newest_first))
    yield update_cells(sheet_id, 0, 0, rows, "userEnteredValue,userEnteredFormat")
    for column, width in enumerate(WIDTHS):
        yield column_width(sheet_id, column, width)
    yield row_height(sheet_id, FIGURES, _FIGURES_HEIGHT)
    yield update_dimension(dimension_range(sheet_id, "COLUMNS", HIDDEN, COLUMN_COUNT), {"hiddenByUser": True})
    for column, first, last in ((STATUS, LISTS, LISTS + OPEN), (NAME, STATES, STATES + 8)):
        area = grid_range(sheet_id, rows=(first, last + 1), columns=(column, column + 1))
        yield from status_colours(area, words)
    yield from charts(sheet_id)


def _rows(cells: Iterable[Content]) -> list[list[Json]]:
    rows: list[dict[int, Json]] = [{} for _ in range(ROW_COUNT)]
    for cell in cells:
        rows[cell.row][cell.column] = _cell(cell)
    return [[row.get(column, {}) for column in range(max(row, default=-1) + 1)] for row in rows]


def _cell(cell: Content) -> Json:
    if isinstance(cell.content, int):
        value: Json = {"numberValue": cell.content}
    else:
        value = {"formulaValue" if cell.content.startswith("=") else "stringValue": cell.content}
    look = _LOOKS[cell.look]
    if "horizontalAlignment" in look:
        aligned = beginning() if look["horizontalAlignment"] == "LEFT" else ending()
        look = {**look, "horizontalAlignment": aligned}
    return {"userEnteredValue": value} | ({"userEnteredFormat": look} if look else {})
