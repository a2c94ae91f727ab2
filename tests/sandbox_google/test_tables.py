"""Tables: what they cover, what their typed columns refuse, and what becomes of them when rows and columns come."""

from typing import Any

import gspread
import pytest

from sandbox.faults import Fault
from sandbox.google.merchant import Merchant
from tests.sandbox_google.conftest import Shop, cell
from tests.sandbox_google.test_dimensions import delete, insert, lines

RANGE = {"startRowIndex": 0, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 3}
DATE = {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"}}
NO_FORMAT = "You can't set the number format of cells in a typed column."
NO_RULE = "This operation is not allowed on cells in typed columns."
LIST = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "New"}]}}
TYPES = [
    {"columnIndex": 0, "columnType": "TEXT"},
    {"columnIndex": 1, "columnType": "DROPDOWN", "dataValidationRule": LIST},
]


def add(**table: Any) -> dict[str, Any]:
    return {
        "addTable": {"table": {"tableId": "t", "name": "Sales", "range": RANGE, "columnProperties": TYPES, **table}}
    }


@pytest.fixture
def table(shop: Shop) -> Shop:
    """Three columns, of which the last has no type, and two rows below the header."""
    shop.put(["Order", "Status", "Mine"], ["one", "New", 1], ["two", "New", 2])
    shop.batch(add())
    return shop


def tables(shop: Shop) -> list[dict[str, Any]]:
    sheet = shop.request("get", "", params={"fields": "sheets.tables"})["sheets"][0]
    found: list[dict[str, Any]] = sheet.get("tables", [])
    return found


def rows_of(shop: Shop) -> tuple[int, int]:
    area = tables(shop)[0]["range"]
    return area["startRowIndex"], area["endRowIndex"]


def updated(row: int, column: int, value: dict[str, Any], fields: str) -> dict[str, Any]:
    start = {"rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "rows": [{"values": [value]}], "fields": fields}}


def test_a_table_is_answered_with_a_column_for_each_of_its_columns(table: Shop) -> None:
    assert tables(table) == [
        {
            "tableId": "t",
            "name": "Sales",
            "range": RANGE,
            "columnProperties": [
                {"columnName": "Order", "columnType": "TEXT"},
                {"columnIndex": 1, "columnName": "Status", "columnType": "DROPDOWN", "dataValidationRule": LIST},
                {"columnIndex": 2, "columnName": "Mine"},
            ],
        }
    ]


def test_a_table_writes_the_titles_that_it_is_given_and_those_that_are_missing(shop: Shop) -> None:
    shop.batch(add(columnProperties=[{"columnIndex": 1, "columnName": "Status"}]))

    assert shop.values() == [["Column 1", "Status", "Column 3"]]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "Other"}, "A table with ID t already exists. Please enter another ID."),
        ({"tableId": "u", "name": "Other"}, "A table cannot overlap another table."),
        (
            {"tableId": "u", "name": "sales", "range": {"startRowIndex": 5, "endRowIndex": 7}},
            'A table with the name "sales" already exists. Please enter another name.',
        ),
    ],
)
def test_what_is_taken_by_another_table_is_refused(table: Shop, wrong: dict[str, Any], sentence: str) -> None:
    assert table.refusal(add(**wrong)) == (400, f"Invalid requests[0].addTable: {sentence}")


def test_a_filter_over_a_table_is_refused_in_googles_words(table: Shop) -> None:
    request = {"setBasicFilter": {"filter": {"range": {"startRowIndex": 0}}}}

    sentence = "Invalid requests[0].setBasicFilter: You cannot create a filter that intersects a table."
    assert table.refusal(request) == (400, sentence)


@pytest.mark.parametrize("fields", ["*", "userEnteredFormat", "userEnteredValue,userEnteredFormat.numberFormat"])
def test_a_typed_column_refuses_a_mask_with_the_number_format_and_the_batch_with_it(table: Shop, fields: str) -> None:
    before = table.values()

    status, sentence = table.refusal(
        updated(9, 0, cell("elsewhere"), "userEnteredValue"),
        updated(2, 0, {**cell("x"), "userEnteredFormat": DATE}, fields),
    )

    assert (status, sentence) == (400, f"Invalid requests[1].updateCells: {NO_FORMAT}")
    assert table.values() == before


def test_a_typed_column_refuses_the_mask_even_where_the_cells_bring_no_format(table: Shop) -> None:
    request = updated(1, 0, cell("x"), "userEnteredValue,userEnteredFormat.numberFormat")

    assert table.refusal(request) == (400, f"Invalid requests[0].updateCells: {NO_FORMAT}")


def test_a_typed_column_refuses_formats_and_rules_of_every_kind_of_request(table: Shop) -> None:
    below = {"startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 1}
    repeat = {"repeatCell": {"range": below, "cell": {"userEnteredFormat": DATE}, "fields": "userEnteredFormat"}}
    rule = {"setDataValidation": {"range": below, "rule": {"condition": {"type": "NOT_BLANK"}}}}

    assert table.refusal(repeat) == (400, f"Invalid requests[0].repeatCell: {NO_FORMAT}")
    assert table.refusal(rule) == (400, f"Invalid requests[0].setDataValidation: {NO_RULE}")
    in_cell = updated(1, 0, {}, "dataValidation")
    assert table.refusal(in_cell) == (400, f"Invalid requests[0].updateCells: {NO_RULE}")


def test_rules_in_cells_can_be_taken_as_one_client_reports(table: Shop) -> None:
    table.google.unknowns.typed_columns_refuse_rules_in_cells = False

    assert table.batch(updated(1, 0, {}, "dataValidation")) == [{}]


def test_values_colours_untyped_columns_and_cells_around_the_table_are_free(table: Shop) -> None:
    bold = {"userEnteredFormat": {"textFormat": {"bold": True}}}

    table.batch(
        updated(1, 0, cell("other"), "userEnteredValue"),
        updated(1, 0, bold, "userEnteredFormat.textFormat"),
        updated(1, 2, {"userEnteredFormat": DATE}, "userEnteredFormat"),
        updated(3, 0, {"userEnteredFormat": DATE}, "userEnteredFormat"),
        updated(0, 0, {"userEnteredFormat": DATE}, "userEnteredFormat.numberFormat"),
    )

    assert table.values()[1] == ["other", "New", 1]


@pytest.mark.parametrize(
    ("request_", "rows"),
    [
        (insert(1, 3), (0, 5)),
        (insert(2, 3), (0, 4)),
        (insert(0, 2, before=False), (2, 5)),
        (insert(3, 5), (0, 3)),
        (insert(4, 5), (0, 3)),
        (delete(1, 2), (0, 2)),
    ],
)
def test_rows_within_a_table_make_it_longer_and_those_around_it_dont(
    table: Shop, request_: dict[str, Any], rows: tuple[int, int]
) -> None:
    table.batch(request_)

    assert rows_of(table) == rows


def test_rows_just_below_a_table_can_be_made_to_belong_to_it(table: Shop) -> None:
    table.google.unknowns.tables_take_rows_below = True

    table.batch(insert(3, 5))

    assert rows_of(table) == (0, 5)


def test_rows_below_join_a_table_by_an_update_in_the_same_batch(table: Shop) -> None:
    longer = {"updateTable": {"table": {"tableId": "t", "range": {**RANGE, "endRowIndex": 4}}, "fields": "range"}}

    table.batch(insert(3, 4), updated(3, 0, cell("three"), "userEnteredValue"), longer)

    assert rows_of(table) == (0, 4)
    assert table.refusal(updated(3, 0, {}, "userEnteredFormat"))[1].endswith(NO_FORMAT)


def test_columns_keep_their_types_when_others_come_go_and_move(table: Shop) -> None:
    move = {"moveDimension": {"source": lines("COLUMNS", 0, 1), "destinationIndex": 2}}

    table.batch(insert(1, 2, dimension="COLUMNS"), move, delete(3, 4, dimension="COLUMNS"))

    assert [c.get("columnType") for c in tables(table)[0]["columnProperties"]] == [None, "TEXT", "DROPDOWN"]


def test_deleting_a_table_takes_its_cells_along_and_reverting_it_keeps_them(table: Shop) -> None:
    table.put(["below"], row=5)
    Merchant(table.google, table.id).snapshot("with table")

    table.batch({"deleteTable": {"tableId": "t"}})

    assert (tables(table), table.values()) == ([], [[], [], [], [], [], ["below"]])

    Merchant(table.google, table.id).restore("with table")
    Merchant(table.google, table.id).revert_tables("Sheet1")
    assert (tables(table), table.values()[0]) == ([], ["Order", "Status", "Mine"])


def test_the_merchant_converts_a_tab_whose_filter_and_colours_give_way(shop: Shop) -> None:
    shop.put(["Order", "Total", "Paid"], ["one", 5, True], ["two", 6, False])
    bands = {"range": {"startRowIndex": 0}, "rowProperties": {"firstBandColor": {"red": 1}}}
    shop.batch({"setBasicFilter": {"filter": {"range": {"startRowIndex": 0}}}}, {"addBanding": {"bandedRange": bands}})

    Merchant(shop.google, shop.id).convert_to_table("Sheet1", "Sales")

    found = tables(shop)[0]
    assert (found["name"], found["range"]) == ("Sales", RANGE)
    assert [column["columnType"] for column in found["columnProperties"]] == ["TEXT", "DOUBLE", "BOOLEAN"]
    sheet = shop.google.spreadsheets[shop.id].content.sheets[0]
    assert (sheet.filter, sheet.bandings) == (None, {})


def test_the_copy_of_a_tab_has_tables_of_its_own(table: Shop) -> None:
    table.batch({"duplicateSheet": {"newSheetId": 7}})

    sheets = table.request("get", "", params={"fields": "sheets(properties.sheetId,tables)"})["sheets"]
    copy = next(sheet for sheet in sheets if sheet["properties"]["sheetId"] == 7)["tables"][0]
    assert copy["tableId"] != "t"
    assert (copy["name"], copy["range"]["sheetId"]) == ("Sales_1", 7)


def test_a_content_can_fail_with_500_every_time_and_nothing_of_its_batch_is_applied(shop: Shop) -> None:
    shop.google.faults.add(Fault("google", "status", times=None, status=500, text_contains='so "ö"'))

    for _ in range(3):
        with pytest.raises(gspread.exceptions.APIError) as caught:
            shop.put(["harmless"], ['it is so "ö"'])
        assert caught.value.response.status_code == 500
    shop.put(["harmless"])

    assert shop.values() == [["harmless"]]
