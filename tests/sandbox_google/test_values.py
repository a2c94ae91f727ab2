"""The values methods as naive programs use them, with the pitfalls that Google's have."""

from typing import Any

import gspread
import pytest

from sandbox.google.merchant import Merchant
from tests.sandbox_google.conftest import SHOP, Shop, refusal


def sheet(shop: Shop) -> gspread.Worksheet:
    return shop.client.open_by_key(SHOP).sheet1


def append(shop: Shop, range_: str, *rows: list[Any], **params: str) -> dict[str, Any]:
    params = {"valueInputOption": "RAW", **params}
    answer: dict[str, Any] = shop.request(
        "post", f"/values/{range_}:append", params=params, json={"values": list(rows)}
    )
    return answer


def test_gspread_appends_rows_one_below_the_other(shop: Shop) -> None:
    worksheet = sheet(shop)

    worksheet.append_row(["a", 1, True])
    worksheet.append_rows([["b", 2.5], ["=1+1", ""]])

    assert shop.values() == [["a", 1, True], ["b", 2.5], ["=1+1"]]


def test_a_blank_cell_in_the_first_row_shifts_the_next_to_the_right(shop: Shop) -> None:
    """As recorded at Google."""
    shop.put(["x", None, "z"])

    answer = append(shop, "Sheet1", ["x", "", "z"])

    assert answer["tableRange"] == "Sheet1!C1"
    assert answer["updates"]["updatedRange"] == "Sheet1!C2:E2"
    assert append(shop, "A1", ["y"])["updates"]["updatedRange"] == "Sheet1!A2"


@pytest.mark.parametrize(
    ("range_", "lands"),
    [
        ("Sheet1", "B7"),
        ("B4", "B7"),
        ("C5:D5", "B7"),
        ("B2:D4", "B7"),
        ("A3:G10", "B7"),
        ("A1", "A3"),
        ("E4", "E4"),
        ("A4", "A4"),
    ],
)
def test_a_range_only_serves_to_find_a_table(shop: Shop, range_: str, lands: str) -> None:
    """The example of Google's guide: tables at A1:C2 and B4:D6."""
    shop.put(*[["a", "b", "c"]] * 2)
    shop.put(*[["d", "e", "f"]] * 3, row=3, column=1)

    assert append(shop, range_, ["new"])["updates"]["updatedRange"] == f"Sheet1!{lands}"


def test_appending_overwrites_what_stands_below_unless_rows_are_inserted(shop: Shop) -> None:
    shop.put(["a"], [None], ["note"])

    append(shop, "A1", ["b"], ["c"])
    assert shop.values() == [["a"], ["b"], ["c"]]

    shop.put(["d"], row=4)
    append(shop, "A1", ["x"], ["y"], insertDataOption="INSERT_ROWS")
    assert shop.values() == [["a"], ["b"], ["c"], ["x"], ["y"], [], ["d"]]


def test_a_check_box_column_sends_rows_to_line_1001(shop: Shop) -> None:
    shop.put(["Name", "Done"])
    Merchant(shop.google, SHOP).checkbox_column("Sheet1", "B")

    assert append(shop, "Sheet1", ["late"])["updates"]["updatedRange"] == "Sheet1!A1001"


def test_a_filter_that_hides_the_last_rows_lets_them_be_overwritten(shop: Shop) -> None:
    shop.put(["Name"], ["Anna"], ["Bert"])
    Merchant(shop.google, SHOP).set_filter("Sheet1", "A", ["Bert"])

    append(shop, "Sheet1", ["Carla"])

    assert shop.values() == [["Name"], ["Anna"], ["Carla"]]


def test_an_append_of_nothing_answers_without_counts(shop: Shop) -> None:
    assert append(shop, "Sheet1", [])["updates"] == {"spreadsheetId": SHOP, "updatedRange": "Sheet1!A1"}


def test_what_is_entered_as_by_a_user_is_parsed(shop: Shop) -> None:
    row = ["007", "+4912345", "2026-11-23 09:40", "50%", "text", "true"]

    append(shop, "Sheet1", row, valueInputOption="USER_ENTERED")

    assert shop.values() == [[7, "+4912345", pytest.approx(46349.4027777), 0.5, "text", True]]


def test_values_are_read_formatted_plain_or_as_formulas(shop: Shop) -> None:
    append(shop, "Sheet1", ["1,234.50", "=A1*2", "TRUE", "", "x"], valueInputOption="USER_ENTERED")

    def read(**params: str) -> Any:
        return shop.request("get", "/values/Sheet1!A1:Z1", params=params)["values"]

    assert read() == [["1,234.50", "=A1*2", "TRUE", "", "x"]]
    assert read(valueRenderOption="UNFORMATTED_VALUE") == [[1234.5, "=A1*2", True, "", "x"]]
    assert read(valueRenderOption="FORMULA", majorDimension="COLUMNS") == [[1234.5], ["=A1*2"], [True], [], ["x"]]


def test_empty_cells_at_the_end_are_left_out(shop: Shop) -> None:
    shop.put(["a", None, None], [None], ["b", "c"])

    assert shop.request("get", "/values/Sheet1") == {
        "range": "Sheet1!A1:Z1000",
        "majorDimension": "ROWS",
        "values": [["a"], [], ["b", "c"]],
    }
    assert shop.request("get", "/values/D5:E6") == {"range": "Sheet1!D5:E6", "majorDimension": "ROWS"}


@pytest.mark.parametrize("range_", ["NOPE!A5:F15", "Orders!A0", "'Open", "Sheet1!", "nothing"])
def test_a_range_that_cannot_be_understood_is_named(shop: Shop, range_: str) -> None:
    assert refusal(lambda: shop.request("get", f"/values/{range_}")) == (400, f"Unable to parse range: {range_}")


def test_a_tab_that_looks_like_a_cell_is_only_found_in_quotes(shop: Shop) -> None:
    shop.batch({"addSheet": {"properties": {"title": "CO2"}}})
    shop.put(["here"], title="CO2")

    assert refusal(lambda: shop.request("get", "/values/CO2"))[0] == 400
    assert shop.request("get", "/values/'CO2'")["values"] == [["here"]]


def test_an_update_stays_within_its_range(shop: Shop) -> None:
    worksheet = sheet(shop)

    worksheet.update([["a", "b"], ["c", "d"]], "B2")

    assert shop.values() == [[], [None, "a", "b"], [None, "c", "d"]]
    with pytest.raises(gspread.exceptions.APIError, match=r"tried writing to column \[B\]"):
        worksheet.update([["a", "b"]], "A1:A2")
    with pytest.raises(gspread.exceptions.APIError, match=r"exceeds grid limits\. Max rows: 1000, max columns: 26"):
        worksheet.update([["a"]], "A1001")


def test_a_write_says_how_the_values_are_meant(shop: Shop) -> None:
    assert refusal(lambda: shop.request("put", "/values/A1", json={"values": [["x"]]})) == (
        400,
        "'valueInputOption' is required but not specified",
    )


def test_several_ranges_are_written_and_cleared_at_once(shop: Shop) -> None:
    worksheet = sheet(shop)

    worksheet.batch_update([{"range": "A1", "values": [["a"]]}, {"range": "C3:D3", "values": [["c", "d"]]}])
    assert shop.values() == [["a"], [], [None, None, "c", "d"]]

    worksheet.batch_clear(["A1", "C3"])
    assert shop.values() == [[], [], [None, None, None, "d"]]
    worksheet.clear()
    assert shop.values() == []


def test_columns_are_read_by_their_tags_wherever_they_are(shop: Shop) -> None:
    shop.put(["ID", "Name"], ["1", "Anna"])
    lines = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}
    entry = {"metadataKey": "name", "visibility": "DOCUMENT", "location": {"dimensionRange": lines}}
    shop.batch({"createDeveloperMetadata": {"developerMetadata": entry}})
    Merchant(shop.google, SHOP).insert_column("Sheet1", 0, "Mine")
    by_tag = {"developerMetadataLookup": {"metadataKey": "name"}}
    by_range = {"gridRange": {"sheetId": 0, "endRowIndex": 1}}

    answer = shop.request(
        "post",
        "/values:batchGetByDataFilter",
        json={"dataFilters": [by_tag, by_range], "majorDimension": "COLUMNS"},
    )

    found = [(one["dataFilters"], one["valueRange"].get("values")) for one in answer["valueRanges"]]
    assert found == [([by_range], [["Mine"], ["ID"], ["Name"]]), ([by_tag], [["Name", "Anna"]])]


def test_gspread_finds_its_way_around(shop: Shop) -> None:
    spreadsheet = shop.client.open_by_key(SHOP)
    worksheet = spreadsheet.add_worksheet("Orders", 10, 5)

    worksheet.update([["ID", "Name"], [1, "Anna"]], "A1:B2")
    worksheet.format("A1:B1", {"textFormat": {"bold": True}})
    worksheet.freeze(rows=1)

    assert worksheet.get_all_records() == [{"ID": 1, "Name": "Anna"}]
    assert spreadsheet.worksheet("Orders").frozen_row_count == 1
    assert [w.title for w in spreadsheet.worksheets()] == ["Sheet1", "Orders"]
    spreadsheet.del_worksheet(worksheet)
    assert shop.google.titles(SHOP) == ["Sheet1"]
