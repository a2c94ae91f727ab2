"""Rows and columns that come, go and move, and everything that is tied to them."""

from typing import Any

import pytest

from tests.sandbox_google.conftest import Shop, cell

DATE = {"numberFormat": {"type": "DATE_TIME", "pattern": "yyyy-mm-dd"}}


def lines(dimension: str, start: int, end: int, sheet_id: int = 0) -> dict[str, Any]:
    return {"sheetId": sheet_id, "dimension": dimension, "startIndex": start, "endIndex": end}


def insert(start: int, end: int, *, before: bool = True, dimension: str = "ROWS") -> dict[str, Any]:
    return {"insertDimension": {"range": lines(dimension, start, end), "inheritFromBefore": before}}


def delete(start: int, end: int, dimension: str = "ROWS") -> dict[str, Any]:
    return {"deleteDimension": {"range": lines(dimension, start, end)}}


def tag(key: str, dimension: str, index: int) -> dict[str, Any]:
    location = {"dimensionRange": lines(dimension, index, index + 1)}
    entry = {"metadataKey": key, "visibility": "DOCUMENT", "location": location}
    return {"createDeveloperMetadata": {"developerMetadata": entry}}


def tagged(shop: Shop, key: str) -> int | None:
    found = shop.tags(metadataKey=key)
    return found[0]["location"]["dimensionRange"]["startIndex"] if found else None


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (insert(1001, 1002), "range.startIndex is larger than current grid size (1000)"),
        (
            insert(1000, 1001, before=False),
            "range.startIndex must be less than the grid size (1000) if inheritFromBefore is false.",
        ),
        (insert(0, 1), "range.startIndex must be greater than 0 if inheritFromBefore is true."),
    ],
)
def test_an_insertion_outside_the_grid_is_refused_in_googles_words(
    shop: Shop, request_: dict[str, Any], sentence: str
) -> None:
    assert shop.refusal(request_) == (400, f"Invalid requests[0].insertDimension: {sentence}")


def test_rows_can_be_inserted_after_the_last_row_of_the_grid(shop: Shop) -> None:
    shop.batch(insert(1000, 1002))

    assert shop.google.spreadsheets[shop.id].content.sheets[0].row_count == 1002


def test_inserted_rows_take_formats_from_the_row_before_and_nothing_else(shop: Shop) -> None:
    shop.put(["Received"], [1])
    look = {"userEnteredFormat": DATE, "note": "x"}
    shop.batch(
        {
            "updateCells": {
                "start": {"rowIndex": 1},
                "fields": "userEnteredFormat,note",
                "rows": [{"values": [look]}],
            }
        }
    )

    shop.batch(insert(2, 4))

    rows = shop.google.spreadsheets[shop.id].content.sheets[0].rows
    assert [(r[0].value, r[0].format, r[0].note) for r in rows[1:4] if r] == [
        (1, DATE, "x"),
        (None, DATE, None),
        (None, DATE, None),
    ]


def test_inserted_rows_share_the_validation_of_the_row_before(shop: Shop) -> None:
    rule = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "New"}]}}
    area = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 1}
    shop.batch({"setDataValidation": {"range": area, "rule": rule}})

    shop.batch(insert(2, 4))

    areas = shop.google.spreadsheets[shop.id].content.sheets[0].validations[0].areas
    assert [(a.row, a.end_row) for a in areas] == [(1, 4)]


def test_an_insertion_moves_the_tags_behind_it(shop: Shop) -> None:
    shop.batch(tag("before", "ROWS", 1), tag("at", "ROWS", 2), tag("column", "COLUMNS", 2))

    shop.batch(insert(2, 5))

    assert (tagged(shop, "before"), tagged(shop, "at"), tagged(shop, "column")) == (1, 5, 2)


def test_a_range_that_begins_at_the_insertion_is_pushed_and_one_around_it_grows(shop: Shop) -> None:
    shop.batch(
        *(
            {"addNamedRange": {"namedRange": {"name": name, "range": {"startRowIndex": start, "endRowIndex": 5}}}}
            for name, start in (("begins", 2), ("around", 1))
        )
    )

    shop.batch(insert(2, 4))

    ranges = {n["name"]: n["range"] for n in shop.request("get", "")["namedRanges"]}
    assert ranges == {
        "begins": {"startRowIndex": 4, "endRowIndex": 7},
        "around": {"startRowIndex": 1, "endRowIndex": 7},
    }


def test_a_deleted_row_takes_its_tag_along_and_the_rest_moves_up(shop: Shop) -> None:
    shop.put(["head"], ["gone"], ["stays"])
    shop.batch(tag("gone", "ROWS", 1), tag("stays", "ROWS", 2))

    shop.batch(delete(1, 2))

    assert shop.values() == [["head"], ["stays"]]
    assert (tagged(shop, "gone"), tagged(shop, "stays")) == (None, 1)


def test_a_deleted_column_takes_its_tag_along(shop: Shop) -> None:
    shop.put(["a", "b", "c"])
    shop.batch(tag("b", "COLUMNS", 1), tag("c", "COLUMNS", 2))

    shop.batch(delete(1, 2, "COLUMNS"))

    assert shop.values() == [["a", "c"]]
    assert (tagged(shop, "b"), tagged(shop, "c")) == (None, 1)


def test_a_tab_keeps_at_least_one_row(shop: Shop) -> None:
    assert shop.refusal(delete(0, 1000)) == (
        400,
        "Invalid requests[0].deleteDimension: You can't delete all the rows on the sheet.",
    )


def test_inserted_columns_shift_cells_and_tags(shop: Shop) -> None:
    shop.put(["a", "b"])
    shop.batch(tag("a", "COLUMNS", 0))

    shop.batch(insert(0, 1, before=False, dimension="COLUMNS"))

    assert shop.values() == [[None, "a", "b"]]
    assert tagged(shop, "a") == 1


@pytest.mark.parametrize(
    ("start", "end", "to", "order"),
    [(0, 1, 3, "bcad"), (2, 4, 0, "cdab"), (1, 2, 4, "acdb"), (1, 2, 1, "abcd")],
)
def test_moved_rows_land_before_the_destination_as_it_was(
    shop: Shop, start: int, end: int, to: int, order: str
) -> None:
    shop.put(["a"], ["b"], ["c"], ["d"])
    shop.batch(*(tag(name, "ROWS", index) for index, name in enumerate("abcd")))

    shop.batch({"moveDimension": {"source": lines("ROWS", start, end), "destinationIndex": to}})

    assert shop.values() == [[name] for name in order]
    assert [tagged(shop, name) for name in order] == [0, 1, 2, 3]


def test_the_ten_million_cells_of_a_spreadsheet_are_a_limit(shop: Shop) -> None:
    grid = {"rowCount": 400_000, "columnCount": 25}

    assert shop.refusal({"addSheet": {"properties": {"title": "Big", "gridProperties": grid}}}) == (
        400,
        "Invalid requests[0].addSheet: This action would increase the number of cells in the workbook "
        "above the limit of 10000000 cells.",
    )
    assert shop.refusal({"appendDimension": {"dimension": "ROWS", "length": 2_000_000_000}})[0] == 400


def test_a_million_rows_take_an_insertion(shop: Shop) -> None:
    grid = {"rowCount": 1_000_000, "columnCount": 8}
    shop.batch({"addSheet": {"properties": {"sheetId": 5, "title": "Big", "gridProperties": grid}}})
    fields = {"start": {"sheetId": 5, "rowIndex": 2}, "fields": "userEnteredValue"}

    shop.batch(
        {"insertDimension": {"range": lines("ROWS", 2, 3, 5), "inheritFromBefore": True}},
        {"updateCells": {**fields, "rows": [{"values": [cell("order")]}]}},
    )

    assert shop.values("Big") == [[], [], ["order"]]


def test_hidden_rows_and_widths_are_stored_and_move_along(shop: Shop) -> None:
    hide = {"range": lines("ROWS", 3, 4), "properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}
    wide = {"range": lines("COLUMNS", 0, 1), "properties": {"pixelSize": 180}, "fields": "pixelSize"}
    shop.batch({"updateDimensionProperties": hide}, {"updateDimensionProperties": wide})

    shop.batch(insert(1, 3), insert(0, 1, before=False, dimension="COLUMNS"))

    sheet = shop.google.spreadsheets[shop.id].content.sheets[0]
    assert sheet.row_properties == {5: {"hiddenByUser": True}}
    assert sheet.column_properties[1] == {"pixelSize": 180}
