"""The requests that make a tab of the connector's, with header, widths, formats and tags."""

from collections.abc import Iterator
from typing import Any

from connector.language import gettext
from connector.sheets import tags
from connector.sheets.cells import TEXT_FORMAT, TIME_FORMAT
from connector.sheets.columns import COLUMNS, Column, Format, Tab
from connector.sheets.formatting import GREY, beginning, column_width, direction, rgb
from connector.sheets.layout import TabLayout
from connector.sheets.request_parts import grid_range, update_cells, update_tab
from connector.sheets.words import words_spoken

Json = dict[str, Any]

_BLANK_ROWS = 50


def create_tab(tab: Tab, title: str, sheet_id: int) -> Iterator[Json]:
    """A new tab, with all that belongs into it but its formatting, in the language that is spoken."""
    grid = {"rowCount": 1 + _BLANK_ROWS, "columnCount": len(COLUMNS[tab]), "frozenRowCount": 1}
    properties = {"sheetId": sheet_id, "title": title, "gridProperties": grid, **direction()}
    yield {"addSheet": {"properties": properties}}
    yield from create_in_blank_tab(tab, sheet_id, 1 + _BLANK_ROWS)


def create_in_blank_tab(tab: Tab, sheet_id: int, row_count: int) -> Iterator[Json]:
    """Header, widths and formats for an empty tab, and all tags."""
    columns = COLUMNS[tab]
    if row_count == 1:
        yield append_rows(sheet_id, _BLANK_ROWS)
    header_format = {
        "backgroundColorStyle": rgb(GREY),
        "textFormat": {"bold": True},
        # Also above numbers: the filter's buttons stand at the end.
        "horizontalAlignment": beginning(),
        "verticalAlignment": "MIDDLE",
        "wrapStrategy": "CLIP",
    }
    header = [
        {"userEnteredValue": {"stringValue": gettext(column.title)}, "userEnteredFormat": header_format}
        for column in columns
    ]
    yield update_cells(sheet_id, 0, 0, [header], "userEnteredValue,userEnteredFormat")
    yield update_tab(sheet_id, {"gridProperties": {"frozenRowCount": 1}}, "gridProperties.frozenRowCount")
    for index, column in enumerate(columns):
        yield column_width(sheet_id, index, column.width)
        yield column_format(sheet_id, index, column, first_row=1)
    indexes = {column.key: index for index, column in enumerate(columns)}
    yield from tag_columns(tab, TabLayout(sheet_id, indexes, header_row=0, words=words_spoken()))
    yield from tag_end(tab, sheet_id, 0)


def column_format(sheet_id: int, index: int, column: Column, *, first_row: int) -> Json:
    """The format of the column's cells from a row on."""
    return {
        "repeatCell": {
            "range": grid_range(sheet_id, columns=(index, index + 1)) | {"startRowIndex": first_row},
            "cell": {
                "userEnteredFormat": {
                    "numberFormat": _NUMBER_FORMATS[column.format],
                    "wrapStrategy": "WRAP" if column.wrap else "CLIP",
                    "verticalAlignment": "TOP",
                    **({"horizontalAlignment": beginning()} if column.format is Format.TIME else {}),
                }
            },
            "fields": "userEnteredFormat(numberFormat,wrapStrategy,verticalAlignment,horizontalAlignment)",
        }
    }


_NUMBER_FORMATS = {
    Format.TEXT: TEXT_FORMAT,
    Format.AMOUNT: {"type": "NUMBER", "pattern": "#,##0.00"},
    Format.COUNT: {"type": "NUMBER", "pattern": "0"},
    Format.TIME: TIME_FORMAT,
}


def tag_columns(tab: Tab, tab_layout: TabLayout) -> Iterator[Json]:
    """Tags for a tab, its columns and its header."""
    yield tags.create_tab_tag(tab, tab_layout.sheet_id)
    if tab is Tab.ORDERS and not tab_layout.words.is_english:
        yield tags.create_words_tag(tab_layout.sheet_id, tab_layout.words)
    for key, index in tab_layout.columns.items():
        yield tags.create_column_tag(tab, tab_layout.sheet_id, key, index)
    if tab_layout.header_row is not None:
        yield tags.create_row_tag(tags.HEADER, tab, tab_layout.sheet_id, tab_layout.header_row)


def tag_end(tab: Tab, sheet_id: int, last_row: int) -> Iterator[Json]:
    """Tags for the last of the connector's rows and for the row below it, which must be there."""
    yield tags.create_row_tag(tags.LAST, tab, sheet_id, last_row)
    yield tags.create_row_tag(tags.END, tab, sheet_id, last_row + 1)


def append_rows(sheet_id: int, count: int) -> Json:
    return {"appendDimension": {"sheetId": sheet_id, "dimension": "ROWS", "length": count}}
