"""addTable, updateTable and deleteTable (docs/google-sheets.md, 2.9)."""

import secrets
from dataclasses import replace
from typing import Any

from sandbox.google import fieldmask, validation
from sandbox.google.display import shown
from sandbox.google.draft import Draft
from sandbox.google.errors import Refused
from sandbox.google.grid import Cell, Sheet
from sandbox.google.ranges import Area
from sandbox.google.table import UNTYPED, Column, Table


def add_table(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """A table over cells that are there; its first row is the header. Titles that are given are written there, and
    where there is none a name is made up. An id, a name or a place that is taken is refused."""
    given = body.get("table", {})
    key = given.get("tableId") or secrets.token_hex(6)
    if key in _known(draft):
        raise Refused(f"A table with ID {key} already exists. Please enter another ID.")
    if "range" not in given:
        raise Refused("A table must have a range.")
    area = draft.bounded(Area.from_json(given["range"]))
    draft.guard(area)
    sheet = draft.edit(area.sheet_id)
    _check_place(sheet, area, None)
    name = _name(draft, given.get("name") or _free_name(draft), None)
    table = Table(name, area, _columns(sheet, area, given.get("columnProperties", [])), given.get("rowsProperties", {}))
    sheet.tables[key] = table
    _write_header(sheet, table)
    return {"table": table_json(key, table)}


def update_table(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    given = body.get("table", {})
    mask = fieldmask.for_update(body.get("fields", ""), "Table")
    key = given.get("tableId", "")
    sheet_id, table = _existing(draft, key)
    if fieldmask.names(mask, "name"):
        table = replace(table, name=_name(draft, given.get("name", ""), key))
    if fieldmask.names(mask, "rowsProperties"):
        table = replace(table, colours=given.get("rowsProperties", {}))
    sheet = draft.edit(sheet_id)
    if fieldmask.names(mask, "range"):
        area = draft.bounded(Area.from_json(given.get("range", {})))
        if area.sheet_id != sheet_id:
            raise Refused("A table cannot be moved to another sheet.")
        draft.guard(area)
        _check_place(sheet, area, key)
        known = dict(enumerate(table.columns, table.left))
        fresh = _columns(sheet, area, [])
        columns = tuple(known.get(index, made) for index, made in enumerate(fresh, area.column or 0))
        table = replace(table, area=area, columns=columns)
    if fieldmask.names(mask, "columnProperties"):
        draft.guard(table.area)
        table = replace(table, columns=_columns(sheet, table.area, given.get("columnProperties", [])))
    sheet.tables[key] = table
    _write_header(sheet, table)
    return {}


def delete_table(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """Takes the table's cells along: values, formats, notes and rules, the header's too."""
    key = body.get("tableId", "")
    sheet_id, table = _existing(draft, key)
    draft.guard(table.area)
    sheet = draft.edit(sheet_id)
    del sheet.tables[key]
    validation.set_rule(sheet, table.area, None)
    columns = table.area.columns_within(sheet.column_count)
    for row in table.area.rows_within(sheet.row_count):
        cells = sheet.rows[row]
        if cells is not None:
            sheet.rows[row] = {column: cell for column, cell in cells.items() if column not in columns} or None
    return {}


def table_json(key: str, table: Table) -> dict[str, Any]:
    answer = {
        "tableId": key,
        "name": table.name,
        "range": table.area.to_json(),
        "rowsProperties": table.colours,
        "columnProperties": [_column_json(index, column) for index, column in enumerate(table.columns)],
    }
    return {name: value for name, value in answer.items() if value}


def copies(draft: Draft, source: Sheet, sheet_id: int) -> dict[str, Table]:
    """The tables of a duplicated tab: with ids and names of their own."""
    made: dict[str, Table] = {}
    for table in source.tables.values():
        name = _free_name(draft, f"{table.name}_", {one.name.casefold() for one in made.values()})
        made[secrets.token_hex(6)] = replace(table, name=name, area=table.area._replace(sheet_id=sheet_id))
    return made


def _column_json(index: int, column: Column) -> dict[str, Any]:
    answer: dict[str, Any] = {"columnIndex": index} if index else {}
    answer |= {"columnName": column.name}
    answer |= {"columnType": column.type} if column.typed else {}
    return answer | ({"dataValidationRule": column.choices} if column.choices else {})


def _columns(sheet: Sheet, area: Area, given: list[dict[str, Any]]) -> tuple[Column, ...]:
    """A column for each of the rectangle's: as given, else untyped and named by its header cell."""
    indexes = area.columns_within(sheet.column_count)
    properties: dict[int, dict[str, Any]] = {}
    for one in given:
        index = one.get("columnIndex", 0)
        if not 0 <= index < len(indexes):
            raise Refused(f"The column index {index} lies beyond the table, which has {len(indexes)} columns.")
        properties[index] = one
    return tuple(
        _column(properties.get(place, {}), shown(sheet.cell(area.row or 0, index)) or f"Column {place + 1}")
        for place, index in enumerate(indexes)
    )


def _column(given: dict[str, Any], title: str) -> Column:
    kind, rule = given.get("columnType", UNTYPED), given.get("dataValidationRule")
    if (rule is not None) != (kind == "DROPDOWN"):
        raise Refused("A column of the type DROPDOWN must have a data validation rule, and no other column may.")
    if rule is not None and rule.get("condition", {}).get("type") != "ONE_OF_LIST":
        raise Refused("The data validation rule of a column must have a condition of the type ONE_OF_LIST.")
    return Column(given.get("columnName") or title, kind, rule)


def _write_header(sheet: Sheet, table: Table) -> None:
    row = table.area.row or 0
    for index, column in enumerate(table.columns, table.left):
        old = sheet.cell(row, index)
        if shown(old) != column.name:
            sheet.put(row, index, Cell(column.name, old.format, old.note))


def _known(draft: Draft) -> dict[str, Table]:
    return {key: table for sheet in draft.content.sheets.values() for key, table in sheet.tables.items()}


def _existing(draft: Draft, key: str) -> tuple[int, Table]:
    table = _known(draft).get(key)
    if table is None:
        raise Refused(f"No table with id: {key}")
    return table.area.sheet_id, table


def _check_place(sheet: Sheet, area: Area, key: str | None) -> None:
    """Tables don't overlap, and Google refuses a filter over one; so a table over a filter is refused here as well.
    Over alternating colours too, because a table brings its own."""
    if any(other != key and table.area.intersects(area) for other, table in sheet.tables.items()):
        raise Refused("A table cannot overlap another table.")
    if sheet.filter is not None and sheet.filter.areas[0].intersects(area):
        raise Refused("A table cannot intersect a filter.")
    if any(old.intersects(area) for banding in sheet.bandings.values() for old in banding.areas):
        raise Refused("You cannot add alternating background colors to a range that already has them.")


def _name(draft: Draft, name: str, key: str | None) -> str:
    if not name.strip():
        raise Refused("A table must have a name.")
    if any(other != key and table.name.casefold() == name.casefold() for other, table in _known(draft).items()):
        raise Refused(f'A table with the name "{name}" already exists. Please enter another name.')
    return name


def _free_name(draft: Draft, stem: str = "Table", also_taken: frozenset[str] | set[str] = frozenset()) -> str:
    taken = {table.name.casefold() for table in _known(draft).values()} | also_taken
    number = 1
    while f"{stem}{number}".casefold() in taken:
        number += 1
    return f"{stem}{number}"
