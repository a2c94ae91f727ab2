"""What recorded calls of public test suites showed, where it isn't said elsewhere (docs/google-sheets.md, 2.10)."""

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.google import colours
from sandbox.google.merchant import Merchant
from tests.sandbox_google.conftest import Shop, cell, refusal
from tests.sandbox_google.test_dimensions import lines, tag, tagged

NAMES = [["Name"], ["d"], ["c"], ["b"], ["a"]]


def sort(start: int, end: int | None = None, order: str = "ASCENDING") -> dict[str, Any]:
    area = {"startRowIndex": start} | ({"endRowIndex": end} if end else {})
    return {"sortRange": {"range": area, "sortSpecs": [{"sortOrder": order}]}}


@pytest.fixture
def names(shop: Shop) -> Shop:
    shop.put(*NAMES)
    return shop


def test_a_sort_leaves_hidden_rows_where_they_are_and_sorts_the_others_around_them(names: Shop) -> None:
    Merchant(names.google, names.id).hide_rows("Sheet1", 2)

    names.batch(sort(1))

    assert names.values() == [["Name"], ["a"], ["c"], ["b"], ["d"]]


def test_a_sort_leaves_rows_that_a_filter_hides_and_their_tags_where_they_are(names: Shop) -> None:
    names.batch(tag("b", "ROWS", 3), tag("d", "ROWS", 1))
    Merchant(names.google, names.id).set_filter("Sheet1", "A", ["b"])

    names.batch(sort(1))

    assert names.values() == [["Name"], ["a"], ["c"], ["b"], ["d"]]
    assert (tagged(names, "b"), tagged(names, "d")) == (3, 4)


def test_a_range_with_a_vertical_merge_is_not_sorted(names: Shop) -> None:
    merge = {"startRowIndex": 2, "endRowIndex": 4, "startColumnIndex": 1, "endColumnIndex": 2}
    names.batch({"mergeCells": {"range": merge, "mergeType": "MERGE_ALL"}})

    sentence = "You can't sort a range containing vertical merges. There is a vertical merge at B3:B4"
    assert names.refusal(sort(1)) == (400, f"Invalid requests[0].sortRange: {sentence}")
    assert names.batch(sort(4)) == [{}]


def test_a_row_that_is_part_of_a_vertical_merge_is_not_moved(names: Shop) -> None:
    merge = {"startRowIndex": 2, "endRowIndex": 4, "startColumnIndex": 1, "endColumnIndex": 2}
    names.batch({"mergeCells": {"range": merge, "mergeType": "MERGE_ALL"}})

    def move(start: int, end: int, to: int) -> dict[str, Any]:
        return {"moveDimension": {"source": lines("ROWS", start, end), "destinationIndex": to}}

    sentence = (
        "Invalid requests[0].moveDimension: Sorry, it is not possible to move a row to a position that crosses a "
        "merged cell. Please unmerge and try again."
    )
    assert names.refusal(move(2, 3, 0)) == (400, sentence)
    assert names.refusal(move(1, 2, 3)) == (400, sentence)
    assert names.batch(move(2, 4, 1)) == [{}]


def test_sorting_and_repeating_stop_at_the_grids_end_and_only_a_start_beyond_it_is_refused(names: Shop) -> None:
    def repeat(start: int) -> dict[str, Any]:
        area = {"startRowIndex": start, "endRowIndex": 5000, "startColumnIndex": 1, "endColumnIndex": 2}
        return {"repeatCell": {"range": area, "cell": cell("x"), "fields": "userEnteredValue"}}

    names.batch(sort(1, 5000), repeat(998))

    assert names.values()[:5] == [["Name"], ["a"], ["b"], ["c"], ["d"]]
    assert names.values()[998:] == [[None, "x"], [None, "x"]]
    sentence = "range.startRowIndex is larger than current grid size (1000)"
    assert names.refusal(sort(1000, 5000)) == (400, f"Invalid requests[0].sortRange: {sentence}")
    assert names.refusal(repeat(1000)) == (400, f"Invalid requests[0].repeatCell: {sentence}")


def update(shop: Shop, range_: str, *rows: list[Any]) -> dict[str, Any]:
    params = {"valueInputOption": "RAW"}
    answer: dict[str, Any] = shop.request("put", f"/values/{range_}", params=params, json={"values": list(rows)})
    del answer["spreadsheetId"]
    return answer


def test_counts_and_range_of_an_update_are_those_of_the_cells_that_are_not_null(shop: Shop) -> None:
    answer = update(shop, "A1:D4", [None, None, None], [None, "x", None, None], [None, None, "", "y"])

    assert answer == {"updatedRange": "Sheet1!B2:D3", "updatedRows": 2, "updatedColumns": 3, "updatedCells": 3}


def test_an_update_with_nothing_but_nulls_has_a_range_and_no_counts(shop: Shop) -> None:
    assert update(shop, "B2:C2", [None, None]) == {"updatedRange": "Sheet1!B2"}


def test_a_refused_update_of_several_ranges_says_which_it_means(shop: Shop) -> None:
    data = [{"range": "Sheet1!A1", "values": [["x"]]}, {"range": "Elsewhere!A1", "values": [["x"]]}]
    body = {"valueInputOption": "RAW", "data": data}

    answer = refusal(lambda: shop.request("post", "/values:batchUpdate", json=body))

    assert answer == (400, "Invalid data[1]: Unable to parse range: Elsewhere!A1")
    assert shop.values() == []


@pytest.mark.parametrize(("title", "written"), [("v1.2", "v1.2"), ("two words", "'two words'"), ("CO2", "'CO2'")])
def test_a_title_needs_quotes_unless_it_is_a_word_that_is_no_cell(shop: Shop, title: str, written: str) -> None:
    Merchant(shop.google, shop.id).rename_tab("Sheet1", title)

    assert update(shop, f"{written}!A1", ["x"])["updatedRange"] == f"{written}!A1"


def test_a_named_range_is_found_behind_its_tabs_title_and_not_behind_another(shop: Shop) -> None:
    shop.put(["x"], ["y"])
    area = {"startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 1}
    named = {"name": "Mine", "range": area}
    shop.batch({"addNamedRange": {"namedRange": named}}, {"addSheet": {"properties": {"title": "Other"}}})

    assert shop.request("get", "/values/'Sheet1'!Mine")["values"] == [["y"]]
    answer = refusal(lambda: shop.request("get", "/values/Other!Mine"))
    assert answer == (400, "Unable to parse range: Other!Mine")


def test_ids_that_are_taken_or_unknown_and_empty_titles_are_refused_in_googles_words(shop: Shop) -> None:
    again = {"addSheet": {"properties": {"sheetId": 0, "title": "Other"}}}
    unnamed = {"updateSheetProperties": {"properties": {"title": ""}, "fields": "title"}}

    assert shop.refusal(again)[1] == "Invalid requests[0].addSheet: Sheet with id 0 already exists."
    assert shop.refusal(unnamed)[1] == "Invalid requests[0].updateSheetProperties: The sheet name cannot be empty."
    missing = refusal(lambda: shop.request("get", "/developerMetadata/77"))
    assert missing == (404, "No developer metadata with ID 77")


def test_a_protection_that_only_warns_says_so_and_one_that_doesnt_says_nothing(shop: Shop) -> None:
    area = {"startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 1}

    for warns in (True, False):
        shop.batch({"addProtectedRange": {"protectedRange": {"range": area, "warningOnly": warns}}})

    found = shop.request("get", "")["sheets"][0]["protectedRanges"]
    assert [one.get("warningOnly") for one in found] == [True, None]


def test_colours_come_back_twice_and_with_parts_of_32_bits(shop: Shop) -> None:
    red, blue = {"red": 0.1 + 0.2}, {"blue": 1 / 3, "green": 0}
    look = {"backgroundColor": red, "textFormat": {"foregroundColorStyle": {"rgbColor": blue}}}
    shop.batch(
        {
            "repeatCell": {
                "range": {"endRowIndex": 1, "endColumnIndex": 1},
                "cell": {"userEnteredFormat": look},
                "fields": "userEnteredFormat",
            }
        },
        {"updateSheetProperties": {"properties": {"tabColor": red}, "fields": "tabColor"}},
    )

    sheet = shop.request("get", "", params={"includeGridData": "true", "ranges": "A1"})["sheets"][0]

    shown = sheet["data"][0]["rowData"][0]["values"][0]["userEnteredFormat"]
    assert shown["backgroundColor"] == {"red": 0.3}
    assert shown["backgroundColorStyle"] == {"rgbColor": {"red": 0.3}}
    assert shown["textFormat"] == {
        "foregroundColor": {"blue": 0.33333334},
        "foregroundColorStyle": {"rgbColor": {"blue": 0.33333334}},
    }
    assert sheet["properties"]["tabColorStyle"] == {"rgbColor": {"red": 0.3}}


@given(st.floats(0, 1, width=32))
def test_a_colour_that_is_read_and_written_back_stays_what_it_is(part: float) -> None:
    once = colours.answered("CellFormat", {"backgroundColor": {"red": part}})

    assert colours.answered("CellFormat", once) == once
    assert struct.pack("f", once["backgroundColor"].get("red", 0)) == struct.pack("f", part)
