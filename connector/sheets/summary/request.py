"""The requests that make the tab `Summary`, all in one batch."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from connector.sheets import tags
from connector.sheets.cells import TIME_FORMAT
from connector.sheets.columns import Tab
from connector.sheets.formatting import GREY, column_width, rgb, row_height, status_colours
from connector.sheets.ranges import dimension_range, grid_range
from connector.sheets.references import TabColumns
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


def contents(orders: TabColumns, items: TabColumns) -> list[Content]:
    """All cells of the tab."""
    return [
        *tables.figures(orders),
        *lists.bounds(orders, items),
        *lists.prepare_list(items),
        *lists.open_orders(orders, items),
        *tables.states(orders),
        *lists.currencies(orders),
        *tables.turnover(orders),
        *lists.best_products(items),
        *tables.per_day(orders),
    ]


def add_summary(
    sheet_id: int, title: str, columns: Mapping[Tab, TabColumns], index: int | None = None
) -> Iterator[Json]:
    """A new tab with everything in it; at the end of the tabs, or where `index` says."""
    grid = {"rowCount": ROW_COUNT, "columnCount": COLUMN_COUNT, "hideGridlines": True}
    properties: Json = {"sheetId": sheet_id, "title": title, "gridProperties": grid}
    yield {"addSheet": {"properties": properties if index is None else properties | {"index": index}}}
    yield tags.create_summary_tab_tag(sheet_id)
    yield {
        "updateCells": {
            "start": {"sheetId": sheet_id, "rowIndex": 0, "columnIndex": 0},
            "rows": _rows(contents(columns[Tab.ORDERS], columns[Tab.ITEMS])),
            "fields": "userEnteredValue,userEnteredFormat",
        }
    }
    for column, width in enumerate(WIDTHS):
        yield column_width(sheet_id, column, width)
    yield row_height(sheet_id, FIGURES, _FIGURES_HEIGHT)
    yield {
        "updateDimensionProperties": {
            "range": dimension_range(sheet_id, "COLUMNS", HIDDEN, COLUMN_COUNT),
            "properties": {"hiddenByUser": True},
            "fields": "hiddenByUser",
        }
    }
    for column, first, last in ((STATUS, LISTS, LISTS + OPEN), (NAME, STATES, STATES + 8)):
        yield from status_colours(grid_range(sheet_id, rows=(first, last + 1), columns=(column, column + 1)))
    yield from charts(sheet_id)


def _rows(cells: Iterable[Content]) -> list[Json]:
    rows: list[dict[int, Json]] = [{} for _ in range(ROW_COUNT)]
    for cell in cells:
        rows[cell.row][cell.column] = _cell(cell)
    return [{"values": [row.get(column, {}) for column in range(max(row, default=-1) + 1)]} for row in rows]


def _cell(cell: Content) -> Json:
    if isinstance(cell.content, int):
        value: Json = {"numberValue": cell.content}
    else:
        value = {"formulaValue" if cell.content.startswith("=") else "stringValue": cell.content}
    look = _LOOKS[cell.look]
    return {"userEnteredValue": value} | ({"userEnteredFormat": look} if look else {})
