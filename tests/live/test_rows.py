"""Rows: where they land, what they inherit, what refers to them, and that text stays text."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.live.place import Json, Tab, formula, sides

Seen = Callable[[str], None]

TEXTS = ["=1+1", "+49 170 1234", "007", "1E5", "2026-01-02", "TRUE", "'quoted", "-5", "=IMPORTDATA(A1)", "@here"]
TIME = {"numberFormat": {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}}


def test_text_stays_text_whatever_it_looks_like(tab: Tab) -> None:
    tab.place.batch(tab.write(0, *([text] for text in TEXTS)))

    cells = tab.cells("A1:A10", "userEnteredValue")
    assert [cell["userEnteredValue"] for cell in cells] == [{"stringValue": text} for text in TEXTS]


def test_rows_are_inserted_between_two_others_and_overwrite_nothing(tab: Tab) -> None:
    tab.place.batch(tab.write(0, ["header", "mine"], ["last", "x"], ["below", "y"]))

    tab.place.batch(tab.insert(2, 4), tab.write(2, ["new"], ["newer"]))

    assert tab.values() == [["header", "mine"], ["last", "x"], ["new"], ["newer"], ["below", "y"]]


def test_inserted_rows_take_the_number_format_of_the_row_before(tab: Tab, seen: Seen) -> None:
    rule = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "New"}]}}
    cell = {"userEnteredValue": {"numberValue": 46349.5}, "userEnteredFormat": TIME, "dataValidation": rule}
    tab.place.batch(tab.write(1, [cell], fields="userEnteredValue,userEnteredFormat,dataValidation"))

    tab.place.batch(tab.insert(2, 3), tab.write(2, [46350.5]))

    (inserted,) = tab.cells("A3", "userEnteredFormat.numberFormat,dataValidation,formattedValue")
    seen(f"yes; data validation {'comes along' if 'dataValidation' in inserted else 'does not'}")
    assert inserted["userEnteredFormat"]["numberFormat"] == TIME["numberFormat"]
    assert inserted["formattedValue"] == "2026-11-24 12:00"


def test_a_row_inserted_below_a_hidden_one_lands_there(tab: Tab, seen: Seen) -> None:
    hide = {"properties": {"hiddenByUser": True}, "fields": "hiddenByUser", "range": tab.lines(1, 2)}
    tab.place.batch(tab.write(0, ["header"], ["hidden"]), {"updateDimensionProperties": hide})

    tab.place.batch(tab.insert(2, 3), tab.write(2, ["new"]))

    ranges = f"'{tab.title}'!A1:A3"
    rows = tab.place.get("sheets.data.rowMetadata.hiddenByUser", ranges=ranges)["sheets"][0]["data"][0]["rowMetadata"]
    seen("hidden as well" if rows[2].get("hiddenByUser") else "shown")
    assert tab.values() == [["header"], ["hidden"], ["new"]]
    assert rows[1] == {"hiddenByUser": True}


def test_rows_inserted_under_a_filter_land_where_they_are_put_and_belong_to_it(tab: Tab) -> None:
    hidden = {"0": {"hiddenValues": ["hidden"]}}
    area = tab.area(0, 3, 0, 2)
    tab.place.batch(
        tab.write(0, ["header"], ["shown"], ["hidden"]),
        {"setBasicFilter": {"filter": {"range": area, "criteria": hidden}}},
    )

    tab.place.batch(tab.insert(2, 4), tab.write(2, ["one"], ["two"]))

    assert tab.values() == [["header"], ["shown"], ["one"], ["two"], ["hidden"]]
    assert sides(tab.own("basicFilter.range")["basicFilter"]["range"]) == {**area, "endRowIndex": 5}


def test_a_row_inserted_within_a_protected_range_belongs_to_it_and_a_warning_keeps_no_program_out(tab: Tab) -> None:
    protection = {"range": tab.area(1, 3), "warningOnly": True, "description": "live"}
    tab.place.batch(tab.write(0, ["header"], ["one"], ["two"]), {"addProtectedRange": {"protectedRange": protection}})

    tab.place.batch(tab.insert(2, 3), tab.write(2, ["between"]))

    assert tab.values() == [["header"], ["one"], ["between"], ["two"]]
    (found,) = tab.own("protectedRanges(range,warningOnly)")["protectedRanges"]
    assert (sides(found["range"]), found["warningOnly"]) == (tab.area(1, 4), True)


@pytest.mark.parametrize(("at", "before", "shifted"), [(1, False, "H3:H"), (2, True, "H2:H")])
def test_an_open_range_from_row_2_on_is_pushed_down_by_a_row_at_row_2_only(
    tab: Tab, at: int, before: bool, shifted: str
) -> None:
    tab.place.batch(tab.write(0, [formula("=SUM(H2:H)"), formula("=SUM(H:H)"), formula("=SUM(H1:H5)")]))

    tab.place.batch(tab.insert(at, at + 1, before=before))

    assert tab.values("A1:C1", "FORMULA") == [[f"=SUM({shifted})", "=SUM(H:H)", "=SUM(H1:H6)"]]


def test_a_formula_follows_its_column_and_its_tab(tab: Tab) -> None:
    name = f"'{tab.title}'!$B:$B"
    tab.place.batch(tab.write(9, [formula(f"=COUNTA({name})")]))
    renamed = {"properties": {"sheetId": tab.id, "title": f"{tab.title} new"}, "fields": "title"}

    tab.place.batch(
        tab.insert(1, 2, dimension="COLUMNS"),
        {"updateSheetProperties": renamed},
        {"updateSheetProperties": {**renamed, "properties": {"sheetId": tab.id, "title": tab.title}}},
    )

    assert tab.values("A10", "FORMULA") == [[f"=COUNTA('{tab.title}'!$C:$C)"]]


def replace(tab: Tab, find: str, new: str) -> Json:
    scope = {"range": tab.area(0, 20)}
    return {"findReplace": {"find": find, "replacement": new, "matchCase": True, "matchEntireCell": True, **scope}}


def test_find_and_replace_on_whole_cells_changes_only_the_equal_one(tab: Tab) -> None:
    texts = [["waiting · 12"], ["waiting · 1"], ["waiting · 123"], ["Waiting · 1"]]
    tab.place.batch(tab.write(0, *texts), tab.write(0, ["waiting · 1"], column=1))

    (reply,) = tab.place.batch(replace(tab, "waiting · 1", "complete"))

    assert reply["findReplace"]["occurrencesChanged"] == 1
    assert tab.values() == [["waiting · 12", "waiting · 1"], ["complete"], ["waiting · 123"], ["Waiting · 1"]]


def test_find_and_replace_without_a_hit_is_no_error(tab: Tab) -> None:
    (reply,) = tab.place.batch(replace(tab, "waiting · 1", "complete"))

    assert reply.get("findReplace", {}).get("occurrencesChanged", 0) == 0


def test_rows_can_be_inserted_at_the_very_end_of_a_tab_like_the_row_before(tab: Tab) -> None:
    tab.place.batch(tab.insert(20, 22), tab.write(20, ["new"]))

    assert tab.own("properties.gridProperties.rowCount")["properties"]["gridProperties"]["rowCount"] == 22
    assert tab.values("A21:A22") == [["new"]]


def test_a_sort_leaves_hidden_rows_where_they_are(tab: Tab) -> None:
    hide = {"properties": {"hiddenByUser": True}, "fields": "hiddenByUser", "range": tab.lines(1, 2)}
    tab.place.batch(tab.write(0, ["d"], ["c"], ["b"], ["a"]), {"updateDimensionProperties": hide})

    tab.place.batch({"sortRange": {"range": tab.area(0, 4), "sortSpecs": [{"dimensionIndex": 0}]}})

    assert tab.values() == [["a"], ["c"], ["b"], ["d"]]


def test_a_link_of_a_cell_is_kept_beside_its_text(tab: Tab) -> None:
    look: dict[str, Any] = {"textFormat": {"link": {"uri": "https://wa.me/491701234"}}}
    cell = {"userEnteredValue": {"stringValue": "491701234"}, "userEnteredFormat": look}

    tab.place.batch(tab.write(0, [cell], fields="userEnteredValue,userEnteredFormat.textFormat"))

    (found,) = tab.cells("A1", "userEnteredValue,hyperlink,userEnteredFormat.textFormat.link")
    assert found["userEnteredValue"] == {"stringValue": "491701234"}
    assert found["userEnteredFormat"]["textFormat"]["link"] == look["textFormat"]["link"]
