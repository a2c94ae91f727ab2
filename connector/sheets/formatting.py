"""Formatting of a fresh tab beyond what its columns need: no grid, a list to choose the status from, colours, a filter.

It is made once, with the tab. New rows take it over from the row before (see `batch.py`), so what the merchant changes
or removes stays changed or removed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from connector.language import spoken
from connector.sheets.columns import COLUMNS, ITEMS_STATE, STATUS, Tab
from connector.sheets.request_parts import dimension_range, grid_range, row_range, update_dimension, update_tab
from connector.sheets.words import STATES, Words, words_spoken

Json = dict[str, Any]

_HEADER_HEIGHT = 32
GREY = "#eef0f2"
_LINE = "#e3e6e9"
_HEADER_LINE = "#b8bec4"
_STATUS_COLOURS = {
    "new": ("#fff1c2", "#7a5200"),
    "confirmed": ("#dbe9ff", "#174ea6"),
    "packed": ("#e9defc", "#5b2b9a"),
    "sent": ("#d5f0f3", "#0b5c66"),
    "done": ("#d0efd8", "#14602f"),
    "cancelled": ("#eceef0", "#5f656b"),
}
"""Ground and text; each pair can be read (contrast 4.5 or more)."""
_WAITING, _UNAVAILABLE = "#8a5a00", "#b3261e"


def direction() -> Json:
    """Of a tab that is made now: from right to left in a language that is written so."""
    return {"rightToLeft": True} if spoken().is_right_to_left else {}


def beginning() -> str:
    """Where the lines of such a tab begin."""
    return "RIGHT" if spoken().is_right_to_left else "LEFT"


def ending() -> str:
    return "LEFT" if spoken().is_right_to_left else "RIGHT"


def format_tab(tab: Tab, sheet_id: int) -> Iterator[Json]:
    """Formats a tab that was just created, in the language that is spoken."""
    words = words_spoken()
    yield update_tab(sheet_id, {"gridProperties": {"hideGridlines": True}}, "gridProperties.hideGridlines")
    yield row_height(sheet_id, 0, _HEADER_HEIGHT)
    columns = COLUMNS[tab]
    whole = grid_range(sheet_id, columns=(0, len(columns)))
    # A thin line below each row, in place of the grid. The rows that come in later take it over.
    yield {"repeatCell": {"range": whole | {"startRowIndex": 1}, **bottom_line(_LINE)}}
    yield {"repeatCell": {"range": whole | {"endRowIndex": 1}, **bottom_line(_HEADER_LINE)}}
    indexes = {column.key: index for index, column in enumerate(columns)}
    if STATUS in indexes:
        yield _choices(sheet_id, indexes[STATUS], words)
        yield from status_colours(_column(sheet_id, indexes[STATUS]), words)
    if ITEMS_STATE in indexes:
        for text, colour in ((words.waiting, _WAITING), (words.unavailable, _UNAVAILABLE)):
            look = {"textFormat": {"foregroundColorStyle": rgb(colour)}}
            yield _rule(_column(sheet_id, indexes[ITEMS_STATE]), "TEXT_STARTS_WITH", text, look)
    # The rows come in between the header and the blank ones, within the filter, so that it grows with them.
    yield {"setBasicFilter": {"filter": {"range": whole | {"startRowIndex": 0}}}}


def status_colours(area: Json, words: Words) -> Iterator[Json]:
    """Colours for the words that the connector offers; the merchant's own words stay plain.

    `place` must take in the row above the first order: a range that begins where rows are inserted is pushed down.
    """
    for state, status in zip(STATES, words.statuses, strict=True):
        ground, ink = _STATUS_COLOURS[state]
        text_format: Json = {"foregroundColorStyle": rgb(ink)}
        if state == "cancelled":
            text_format["strikethrough"] = True
        yield _rule(area, "TEXT_EQ", status, {"backgroundColorStyle": rgb(ground), "textFormat": text_format})


def bottom_line(colour: str) -> Json:
    """Cell and fields of a request that draws a thin line below."""
    line = {"style": "SOLID", "colorStyle": rgb(colour)}
    return {"cell": {"userEnteredFormat": {"borders": {"bottom": line}}}, "fields": "userEnteredFormat.borders.bottom"}


def row_height(sheet_id: int, row: int, pixels: int) -> Json:
    return update_dimension(row_range(sheet_id, row), {"pixelSize": pixels})


def column_width(sheet_id: int, column: int, pixels: int) -> Json:
    return update_dimension(dimension_range(sheet_id, "COLUMNS", column, column + 1), {"pixelSize": pixels})


def rgb(colour: str) -> Json:
    """A colour such as `#d0efd8` as Google writes it."""
    red, green, blue = (round(int(colour[at : at + 2], 16) / 255, 4) for at in (1, 3, 5))
    return {"rgbColor": {"red": red, "green": green, "blue": blue}}


def _choices(sheet_id: int, column: int, words: Words) -> Json:
    """A list to choose from that refuses nothing else: the column is the merchant's."""
    values = [{"userEnteredValue": status} for status in words.statuses]
    rule = {"condition": {"type": "ONE_OF_LIST", "values": values}, "showCustomUi": True, "strict": False}
    return {"setDataValidation": {"range": _column(sheet_id, column) | {"startRowIndex": 1}, "rule": rule}}


def _column(sheet_id: int, column: int) -> Json:
    return grid_range(sheet_id, columns=(column, column + 1))


def _rule(area: Json, kind: str, text: str, look: Mapping[str, Any]) -> Json:
    condition = {"type": kind, "values": [{"userEnteredValue": text}]}
    rule = {"ranges": [area], "booleanRule": {"condition": condition, "format": look}}
    return {"addConditionalFormatRule": {"rule": rule, "index": 0}}
