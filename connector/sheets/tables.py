"""Tables that the merchant has made of the connector's tabs (*Convert to table*), and how they grow with the rows.

Rows that are inserted right below a table's last row are outside it as ranges go, and nobody has published what Google
makes of them. So the request that inserts them also names the table's range as it is to be then: they belong to it
either way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.sheets.areas import Area
from connector.sheets.client import SheetsApi
from connector.sheets.layout import TabLayout
from connector.sheets.request_parts import grid_range

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table in a tab."""

    table_id: str
    sheet_id: int
    area: Area


Tables = Mapping[int, Sequence[Table]]
"""By the ids of their tabs."""


def read_tables(api: SheetsApi, spreadsheet_id: str) -> dict[int, tuple[Table, ...]]:
    """The tables of all tabs that have any. One read. Raises SheetsError."""
    answer = api.get(spreadsheet_id, "sheets(properties(sheetId),tables(tableId,range))")
    found = {}
    for sheet in answer.get("sheets", []):
        sheet_id = sheet.get("properties", {}).get("sheetId", 0)
        tables = tuple(
            Table(entry["tableId"], sheet_id, Area.of(entry.get("range", {})))
            for entry in sheet.get("tables", [])
            if isinstance(entry.get("tableId"), str)
        )
        if tables:
            found[sheet_id] = tables
    return found


def grow_tables(tables: Sequence[Table], tab_layout: TabLayout, *, insert_at: int, end: int) -> Iterator[Json]:
    """Has each table that holds the connector's rows reach down to the new ones, which come in at `insert_at` and end
    before `end`. One into which they come grows by itself.

    A table holds them if it begins at their header or above it and has one of their columns, or ends where they end.
    """
    for table in tables:
        area = table.area
        holds_columns = any(area.first_column <= index < area.end_column for index in tab_layout.columns.values())
        from_header = tab_layout.header_row is not None and area.first_row <= tab_layout.header_row
        if not holds_columns or not (from_header or area.end_row == insert_at) or area.end_row > insert_at:
            continue
        range_ = grid_range(table.sheet_id, rows=(area.first_row, end), columns=(area.first_column, area.end_column))
        yield {"updateTable": {"table": {"tableId": table.table_id, "range": range_}, "fields": "range"}}
