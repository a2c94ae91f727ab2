"""Writing, finding and sorting cells."""

from typing import Any

import pytest

from sandbox.google.display import shown_value
from tests.sandbox_google.conftest import Shop, cell


def write(*values: Any, fields: str = "userEnteredValue", row: int = 0, column: int = 0) -> dict[str, Any]:
    start = {"sheetId": 0, "rowIndex": row, "columnIndex": column}
    cells = [value if isinstance(value, dict) else cell(value) for value in values]
    return {"updateCells": {"start": start, "fields": fields, "rows": [{"values": cells}]}}


def test_a_text_is_never_parsed(shop: Shop) -> None:
    texts = ["007", "+4912345", "1E5", "2026-01-02", "TRUE", "'quoted"]

    shop.put(texts)
    shop.batch(write({"userEnteredValue": {"stringValue": "=1+1"}}, row=1))

    assert shop.values() == [texts, ["=1+1"]]


def test_only_what_the_mask_names_is_written(shop: Shop) -> None:
    bold = {"textFormat": {"bold": True}}
    number = {"numberFormat": {"type": "NUMBER", "pattern": "0.00"}}
    shop.batch(write({"userEnteredValue": {"numberValue": 5}, "userEnteredFormat": bold}, fields="*"))

    shop.batch(write({"userEnteredFormat": number, "note": "no"}, fields="userEnteredFormat.numberFormat"))

    ((only,),) = shop.google.cells(shop.id, "Sheet1")
    assert only == (5, bold | number, None)


def test_a_range_that_the_rows_do_not_fill_is_cleared(shop: Shop) -> None:
    shop.put(["a", "b"], ["c", "d"])
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 2}

    shop.batch({"updateCells": {"range": area, "fields": "userEnteredValue", "rows": [{"values": [cell("x")]}]}})

    assert shop.values() == [["x"]]


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (write("x", column=26), "Attempting to write column: 26, beyond the last requested column of: 25"),
        (write("x", row=1000), "Attempting to write row: 1000, beyond the last requested row of: 999"),
        (write("x", fields=""), "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"),
        (write("x", fields="value"), "Invalid field: value"),
        (
            write("x" * 50_001),
            "Your input contains more than the maximum of 50000 characters in a single cell.",
        ),
        (
            write({"userEnteredFormat": {"numberFormat": {"pattern": "0"}}}, fields="userEnteredFormat"),
            "A number format must have a type.",
        ),
    ],
)
def test_what_cannot_be_written_is_refused(shop: Shop, request_: dict[str, Any], sentence: str) -> None:
    assert shop.refusal(request_) == (400, f"Invalid requests[0].updateCells: {sentence}")


def test_a_missing_tab_is_named(shop: Shop) -> None:
    start = {"sheetId": 5}
    request = {"updateCells": {"start": start, "fields": "*", "rows": [{"values": [cell("x")]}]}}

    assert shop.refusal(request) == (400, "Invalid requests[0].updateCells: No grid with id: 5")


def test_appended_cells_land_below_everything_in_the_tab_and_do_not_widen_it(shop: Shop) -> None:
    shop.put(["a"], ["b"])
    shop.put(["a note far right"], row=6, column=20)
    append = {"sheetId": 0, "fields": "userEnteredValue"}

    replies = shop.batch({"appendCells": {**append, "rows": [{"values": [cell("new")]}]}})
    refused = shop.refusal({"appendCells": {**append, "rows": [{"values": [cell("x")] * 27}]}})

    assert replies == [{}]
    assert shop.values()[7] == ["new"]
    assert refused == (
        400,
        "Invalid requests[0].appendCells: Attempting to write column: 26, beyond the last requested column of: 25",
    )


def test_appended_cells_make_the_grid_longer(shop: Shop) -> None:
    shop.put(["last row"], row=999)

    shop.batch({"appendCells": {"fields": "userEnteredValue", "rows": [{"values": [cell("new")]}]}})

    assert shop.values()[999:] == [["last row"], ["new"]]


def test_repeat_cell_gives_a_column_its_format_and_keeps_the_values(shop: Shop) -> None:
    shop.put(["Total"], [5])
    number = {"numberFormat": {"type": "NUMBER", "pattern": "0.00"}}
    area = {"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 1}

    shop.batch(
        {
            "repeatCell": {
                "range": area,
                "cell": {"userEnteredFormat": number},
                "fields": "userEnteredFormat.numberFormat",
            }
        }
    )

    cells = shop.google.cells(shop.id, "Sheet1")
    assert [c[0].format for c in cells[:3]] == [None, number, number]
    assert len(cells) == 1000
    assert shop.values() == [["Total"], [5]]


def find(text: str, replacement: str, **rest: Any) -> dict[str, Any]:
    where = {"range": {"sheetId": 0, "startColumnIndex": 1, "endColumnIndex": 2}}
    scope = {} if {"sheetId", "allSheets"} & rest.keys() else where
    return {"findReplace": {"find": text, "replacement": replacement, **scope, **rest}}


def test_find_and_replace_counts_what_it_changed_in_its_column_alone(shop: Shop) -> None:
    shop.put(["waiting", "waiting · 1"], ["x", "waiting · 12"], ["y", "Waiting · 1"])

    replies = shop.batch(find("waiting · 1", "complete", matchCase=True, matchEntireCell=True))

    assert replies == [
        {"findReplace": {"valuesChanged": 1, "rowsChanged": 1, "sheetsChanged": 1, "occurrencesChanged": 1}}
    ]
    assert shop.values() == [["waiting", "complete"], ["x", "waiting · 12"], ["y", "Waiting · 1"]]


def test_nothing_found_changes_nothing_and_counts_nothing(shop: Shop) -> None:
    shop.put(["a", "b"])

    assert shop.batch(find("c", "d")) == [{"findReplace": {}}]


def test_several_replacements_in_a_batch_see_each_others_results(shop: Shop) -> None:
    exact = {"matchCase": True, "matchEntireCell": True}
    shop.put(["", "one"], ["", "two"])

    shop.batch(find("one", "two", **exact), find("two", "three", **exact), write("two", row=3, column=1))
    shop.batch(write("four", column=1), find("four", "five", **exact), find("two", "six", **exact))

    assert shop.values() == [[None, "five"], [None, "three"], [], [None, "six"]]


@pytest.mark.parametrize(
    ("request_", "column"),
    [
        (find("A", "o"), ["boc", "oo", "=A1+1"]),
        (find("A", "o", matchCase=True), ["bac", "aa", "=A1+1"]),
        (find("a", "o", matchEntireCell=True), ["bac", "aa", "=A1+1"]),
        (find("^(b)a", "$1_", searchByRegex=True), ["b_c", "aa", "=A1+1"]),
        (find("A1", "B2", includeFormulas=True), ["bac", "aa", "=B2+1"]),
        (find("aa", "12", allSheets=True), ["bac", 12, "=A1+1"]),
        (find("aa", "12", sheetId=0), ["bac", 12, "=A1+1"]),
    ],
)
def test_find_and_replace_keeps_to_its_options(shop: Shop, request_: dict[str, Any], column: list[Any]) -> None:
    shop.put([None, "bac"], [None, "aa"], [None, "=A1+1"])

    shop.batch(request_)

    assert shop.values() == [[None, value] for value in column]


@pytest.mark.parametrize("request_", [find("", "x"), find("(", "x", searchByRegex=True)])
def test_a_search_that_makes_no_sense_is_refused(shop: Shop, request_: dict[str, Any]) -> None:
    assert shop.refusal(request_)[0] == 400


def test_sorting_a_range_puts_numbers_first_and_blanks_last(shop: Shop) -> None:
    shop.put(["b", 1], [10, 2], [None, 3], ["A", 4], [True, 5], [9, 6])
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 6, "startColumnIndex": 0, "endColumnIndex": 1}
    specs = [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]

    shop.batch({"sortRange": {"range": area, "sortSpecs": specs}})
    assert [row[0] for row in shop.values()] == [9, 10, "A", "b", True, None]

    specs[0]["sortOrder"] = "DESCENDING"
    shop.batch({"sortRange": {"range": area, "sortSpecs": specs}})
    assert shop.values() == [[True, 1], ["b", 2], ["A", 3], [10, 4], [9, 5], [None, 6]]


@pytest.mark.parametrize(
    ("value", "kind", "pattern", "text"),
    [
        (359.0, None, None, "359"),
        (0.1 + 0.2, None, None, "0.3"),
        (964278151888836.0, None, None, "964278151888836"),
        (9.64e17, None, None, "9.64E+17"),
        (1234.5, "NUMBER", "#,##0.00", "1,234.50"),
        (-1234.5, "NUMBER", "#,##0.00", "-1,234.50"),
        (-3.0, "NUMBER", "0;(0)", "(3)"),
        (2.5, "NUMBER", "0", "3"),
        (0.256, "PERCENT", "0.0%", "25.6%"),
        (9.5, "CURRENCY", '#,##0.00 "€"', "9.50 €"),
        (9.5, "CURRENCY", "[$A$]#,##0.00", "A$9.50"),
        (46349.402777777, "DATE_TIME", "yyyy-mm-dd hh:mm:ss", "2026-11-23 09:40:00"),
        (46349.402777777, "DATE_TIME", "d mmm yyyy, h:mm am/pm", "23 Nov 2026, 9:40 AM"),
        (46349.0, "DATE", "dd.mm.yy", "23.11.26"),
        (0.5, "TIME", "hh:mm", "12:00"),
        (5.0, "TEXT", "@", "5"),
        (12345.678, "SCIENTIFIC", "0.00E+00", "1.23E+04"),
    ],
)
def test_numbers_look_as_their_format_says(value: float, kind: str | None, pattern: str, text: str) -> None:
    assert shown_value(value, {"type": kind, "pattern": pattern} if kind else None) == text
