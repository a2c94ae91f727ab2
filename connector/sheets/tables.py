"""Tables that the merchant has made of the connector's tabs (*Convert to table*), and how they grow with the rows.

Rows that are inserted right below a table's last row are outside it as ranges go, and nobody has published what Google
makes of them. So the request that inserts them also names the table's range as it is to be then: they belong to it
either way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.sheets.client import SheetsApi
from connector.sheets.layout import TabLayout

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table in a tab."""

    table_id: str
    sheet_id: int
    first_row: int
    end_row: int
    first_column: int
    end_column: int


Tables = Mapping[int, Sequence[Table]]
"""By the ids of their tabs."""


def read_tables(api: SheetsApi, spreadsheet_id: str) -> dict[int, tuple[Table, ...]]:
    """The tables of all tabs that have any. One read. Raises SheetsError."""
    answer = api.get(spreadsheet_id, "sheets(properties(sheetId),tables(tableId,range))")
    found = {}
    for sheet in answer.get("sheets", []):
        sheet_id = sheet.get("properties", {}).get("sheetId", 0)
        tables = tuple(
            _table(entry["tableId"], sheet_id, entry.get("range", {}))
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
        holds_columns = any(table.first_column <= index < table.end_column for index in tab_layout.columns.values())
        from_header = tab_layout.header_row is not None and table.first_row <= tab_layout.header_row
        if not holds_columns or not (from_header or table.end_row == insert_at) or table.end_row > insert_at:
            continue
        yield {
            "updateTable": {
                "table": {
                    "tableId": table.table_id,
                    "range": {
                        "sheetId": table.sheet_id,
                        "startRowIndex": table.first_row,
                        "endRowIndex": end,
                        "startColumnIndex": table.first_column,
                        "endColumnIndex": table.end_column,
                    },
                },
                "fields": "range",
            }
        }


def _table(table_id: str, sheet_id: int, area: Json) -> Table:
    return Table(
        table_id,
        sheet_id,
        area.get("startRowIndex", 0),
        area.get("endRowIndex", 0),
        area.get("startColumnIndex", 0),
        area.get("endColumnIndex", 0),
    )
