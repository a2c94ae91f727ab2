"""The summary's three charts, side by side between its figures and its lists."""

from collections.abc import Iterator
from typing import Any

from connector.language import gettext as _
from connector.sheets.formatting import rgb
from connector.sheets.request_parts import grid_range
from connector.sheets.summary.layout import BEST, BEST_PRODUCTS, CHARTS, DAYS, FIRST, NAME, PER_DAY, SECOND, WIDTHS

Json = dict[str, Any]

WIDTH, HEIGHT, GAP = 525, 280, 15
_BLUE, _GREEN, _VIOLET = "#4a86e8", "#34a06b", "#8e6bd1"


def charts(sheet_id: int) -> Iterator[Json]:
    yield _chart(
        sheet_id, 0, _("Orders per day, last {days} days").format(days=DAYS), "COLUMN", (PER_DAY, DAYS, FIRST), _BLUE
    )
    yield _chart(
        sheet_id,
        1,
        _("Turnover per day, last {days} days").format(days=DAYS),
        "COLUMN",
        (PER_DAY, DAYS, SECOND),
        _GREEN,
        legend="TOP_LEGEND",
    )
    yield _chart(sheet_id, 2, _("Best products, by orders"), "BAR", (BEST_PRODUCTS, BEST, FIRST), _VIOLET)


def _chart(
    sheet_id: int,
    place: int,
    title: str,
    kind: str,
    table: tuple[int, int, int],
    colour: str,
    *,
    legend: str = "NO_LEGEND",
) -> Json:
    """`table`: the row of the header, how many lines follow it, and the column of the values."""
    header, lines, values = table

    def source(column: int) -> Json:
        area = grid_range(sheet_id, rows=(header, header + 1 + lines), columns=(column, column + 1))
        return {"sourceRange": {"sources": [area]}}

    lies = kind == "BAR"
    series = {
        "series": source(values),
        "targetAxis": "BOTTOM_AXIS" if lies else "LEFT_AXIS",
        "colorStyle": rgb(colour),
    }
    basic = {
        "chartType": kind,
        "legendPosition": legend,
        "headerCount": 1,
        "domains": [{"domain": source(NAME)}],
        "series": [series],
    }
    return {
        "addChart": {"chart": {"spec": {"title": title, "basicChart": basic}, "position": _position(sheet_id, place)}}
    }


def _position(sheet_id: int, place: int) -> Json:
    """Charts are tied to a cell: the one in whose column the chart's left side lies."""
    left, column = place * (WIDTH + GAP), 0
    while left >= WIDTHS[column]:
        left -= WIDTHS[column]
        column += 1
    anchor = {"sheetId": sheet_id, "rowIndex": CHARTS, "columnIndex": column}
    return {
        "overlayPosition": {"anchorCell": anchor, "offsetXPixels": left, "widthPixels": WIDTH, "heightPixels": HEIGHT}
    }
