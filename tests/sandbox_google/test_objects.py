"""Tabs, names, protections, filters, rules, bands and charts."""

from pathlib import Path
from typing import Any

import pytest

from sandbox.google import GoogleStandIn
from sandbox.google.merchant import Merchant
from sandbox.google.state import load_account, load_spreadsheets, save
from tests.sandbox_google.conftest import SHOP, Shop
from tests.sandbox_google.test_metadata import create

AREA = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 2}
SHOWN_AREA = {name: value for name, value in AREA.items() if name != "sheetId"}


def add(title: str, **properties: Any) -> dict[str, Any]:
    return {"addSheet": {"properties": {"title": title, **properties}}}


def named(name: str, key: str | None = None) -> dict[str, Any]:
    given = {"name": name, "range": AREA}
    return {"addNamedRange": {"namedRange": given if key is None else {**given, "namedRangeId": key}}}


def test_a_new_tab_answers_its_properties(shop: Shop) -> None:
    replies = shop.batch(add("Orders", sheetId=7, index=0, gridProperties={"frozenRowCount": 1}))

    assert replies[0]["addSheet"]["properties"] == {
        "sheetId": 7,
        "title": "Orders",
        "index": 0,
        "sheetType": "GRID",
        "gridProperties": {"rowCount": 1000, "columnCount": 26, "frozenRowCount": 1},
    }
    assert shop.google.titles(SHOP) == ["Orders", "Sheet1"]


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (
            add("sheet1"),
            'addSheet: A sheet with the name "sheet1" already exists. Please enter another name.',
        ),
        (add("Other", sheetId=0), "addSheet: Sheet with id 0 already exists."),
        ({"deleteSheet": {"sheetId": 0}}, "deleteSheet: You can't remove all the visible sheets in a document."),
        (
            {"updateSheetProperties": {"properties": {"hidden": True}, "fields": "hidden"}},
            "updateSheetProperties: You can't hide all the sheets in a document.",
        ),
        (
            {"updateSheetProperties": {"properties": {"sheetId": 3, "title": "x"}, "fields": "title"}},
            "updateSheetProperties: No sheet with id: 3",
        ),
        (
            {"updateSheetProperties": {"properties": {"title": "x"}}},
            "updateSheetProperties: At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)",
        ),
    ],
)
def test_what_a_tab_cannot_be_is_refused(shop: Shop, request_: dict[str, Any], sentence: str) -> None:
    assert shop.refusal(request_) == (400, f"Invalid requests[0].{sentence}")


def test_a_named_range_with_a_chosen_id_is_refused_a_second_time_with_its_whole_batch(shop: Shop) -> None:
    shop.batch(named("first", "guard"))

    status, sentence = shop.refusal(named("second", "guard"), create("k", {"spreadsheet": True}))

    assert (status, sentence) == (
        400,
        "Invalid requests[0].addNamedRange: A named range with ID guard already exists. Please enter another ID.",
    )
    assert shop.tags() == []
    assert shop.refusal(named("FIRST"))[0] == 400


def test_named_ranges_are_listed_changed_and_deleted(shop: Shop) -> None:
    shop.batch(named("one", "id-1"))
    change = {"namedRange": {"namedRangeId": "id-1", "name": "two"}, "fields": "name"}

    shop.batch({"updateNamedRange": change})
    assert shop.request("get", "")["namedRanges"] == [{"namedRangeId": "id-1", "name": "two", "range": SHOWN_AREA}]

    shop.batch({"deleteNamedRange": {"namedRangeId": "id-1"}})
    assert "namedRanges" not in shop.request("get", "")
    assert shop.refusal({"deleteNamedRange": {"namedRangeId": "id-1"}})[0] == 400


def test_who_protects_a_range_may_still_edit_it(shop: Shop) -> None:
    replies = shop.batch({"addProtectedRange": {"protectedRange": {"range": AREA, "description": "mine"}}})
    protection = replies[0]["addProtectedRange"]["protectedRange"]

    shop.put(["still possible"])
    shop.batch({"deleteProtectedRange": {"protectedRangeId": protection["protectedRangeId"]}})

    assert protection["requestingUserCanEdit"] is True
    assert shop.values() == [["still possible"]]


def test_a_protection_moves_with_its_rows_and_holds_for_deleting_them(shop: Shop) -> None:
    Merchant(shop.google, SHOP).protect("Sheet1", row=1, end_row=2)
    lines = {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    shop.batch({"insertDimension": {"range": lines, "inheritFromBefore": True}})

    refused = shop.refusal({"deleteDimension": {"range": {**lines, "startIndex": 2, "endIndex": 3}}})
    shop.batch({"deleteDimension": {"range": lines}})

    assert "protected cell" in refused[1]


def test_a_protection_that_only_warns_does_not_stop_the_api(shop: Shop) -> None:
    Merchant(shop.google, SHOP).protect("Sheet1", warning_only=True)

    shop.put(["x"])

    assert shop.values() == [["x"]]


def test_filter_rules_bands_and_charts_are_kept_and_shown(shop: Shop) -> None:
    colour = {"backgroundColor": {"red": 1}}
    condition = {"type": "TEXT_EQ", "values": [{"userEnteredValue": "New"}]}
    rule = {"ranges": [AREA], "booleanRule": {"condition": condition, "format": colour}}
    position = {"overlayPosition": {"anchorCell": {"sheetId": 0, "rowIndex": 3}}}
    chart = {"spec": {"title": "Turnover"}, "position": position}

    replies = shop.batch(
        {"setBasicFilter": {"filter": {"range": AREA}}},
        {"addConditionalFormatRule": {"rule": rule, "index": 0}},
        {"addBanding": {"bandedRange": {"range": AREA, "rowProperties": {"firstBandColor": {"red": 1}}}}},
        {"addChart": {"chart": chart}},
    )

    tab = shop.request("get", "")["sheets"][0]
    assert tab["basicFilter"] == {"range": SHOWN_AREA}
    shown = {**colour, "backgroundColorStyle": {"rgbColor": {"red": 1}}}
    assert tab["conditionalFormats"] == [
        {"ranges": [SHOWN_AREA], "booleanRule": {"condition": condition, "format": shown}}
    ]
    assert tab["bandedRanges"] == [replies[2]["addBanding"]["bandedRange"]]
    assert tab["charts"] == [{**chart, "chartId": replies[3]["addChart"]["chart"]["chartId"]}]
    shop.batch({"clearBasicFilter": {"sheetId": 0}})
    assert "basicFilter" not in shop.request("get", "")["sheets"][0]


def chart(*sources: dict[str, Any], domains: int = 1) -> dict[str, Any]:
    """A chart whose series have these source ranges, with the first column as its domain."""
    first = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 5, "startColumnIndex": 0, "endColumnIndex": 1}
    basic = {
        "chartType": "COLUMN",
        "domains": [{"domain": {"sourceRange": {"sources": [first]}}}] * domains,
        "series": [{"series": {"sourceRange": {"sources": list(sources)}}}],
    }
    position = {"overlayPosition": {"anchorCell": {"sheetId": 0}}}
    return {"addChart": {"chart": {"spec": {"basicChart": basic}, "position": position}}}


COLUMN = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 5, "startColumnIndex": 1, "endColumnIndex": 2}


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (chart(COLUMN, domains=2), "A basic chart can have only one domain."),
        (
            chart(COLUMN, COLUMN),
            "The domain and all series of a chart must have the same number of source ranges.",
        ),
        (chart(), "The domain and each series of a chart must have at least one source range."),
        (
            chart({**COLUMN, "endColumnIndex": 3}),
            "Exactly one dimension of a chart's source range must have a length of 1.",
        ),
        (
            chart({**COLUMN, "endRowIndex": 1001}),
            "Range (Sheet1!B1:B1001) exceeds grid limits. Max rows: 1000, max columns: 26",
        ),
        (chart({**COLUMN, "sheetId": 7}), "No grid with id: 7"),
    ],
)
def test_a_chart_whose_sources_do_not_fit_is_refused(shop: Shop, request_: dict[str, Any], sentence: str) -> None:
    assert shop.refusal(request_) == (400, f"Invalid requests[0].addChart: {sentence}")


def test_a_conditional_format_applies_only_what_google_lets_it(shop: Shop) -> None:
    def rule(**parts: Any) -> dict[str, Any]:
        return {"addConditionalFormatRule": {"rule": {"ranges": [AREA], "booleanRule": parts}}}

    condition = {"type": "TEXT_EQ", "values": [{"userEnteredValue": "New"}]}
    shop.batch(rule(condition=condition, format={"textFormat": {"bold": True}, "backgroundColor": {"red": 1}}))

    for look in ({"textFormat": {"fontSize": 9}}, {"wrapStrategy": "WRAP"}):
        assert shop.refusal(rule(condition=condition, format=look)) == (
            400,
            "Invalid requests[0].addConditionalFormatRule: Conditional formatting can only apply bold, italic, "
            "strikethrough, and colors.",
        )
    assert shop.refusal(rule(format={}))[1].endswith("A boolean rule must have a condition.")


def test_a_field_mask_pares_the_spreadsheet(shop: Shop) -> None:
    shop.put(["a"])
    fields = "properties(timeZone,title),sheets(properties/title,data.rowData.values.formattedValue)"

    assert shop.request("get", "", params={"fields": fields}) == {
        "properties": {"title": "My shop", "timeZone": "Europe/Berlin"},
        "sheets": [{"properties": {"title": "Sheet1"}, "data": [{"rowData": [{"values": [{"formattedValue": "a"}]}]}]}],
    }


@pytest.mark.parametrize("fields", ["sheets.nope", "sheets(", "sheets.properties.title.x", ","])
def test_a_field_mask_that_names_nothing_real_is_refused(shop: Shop, fields: str) -> None:
    response = shop.client.http_client.session.get(
        f"{shop.google.url}/v4/spreadsheets/{SHOP}", params={"fields": fields}
    )

    assert response.status_code == 400


def test_a_batch_answers_the_spreadsheet_when_asked(shop: Shop) -> None:
    shop.batch(add("Orders"), includeSpreadsheetInResponse=True, responseRanges=["Orders!A1:B2"])

    sheets = shop.last["updatedSpreadsheet"]["sheets"]
    assert [(s["properties"]["title"], "data" in s) for s in sheets] == [("Orders", False)]


def test_a_saved_state_comes_back_with_its_key_and_its_versions(shop: Shop, tmp_path: Path) -> None:
    shop.put(["a"])
    shop.batch(create("k", {"spreadsheet": True}, "v"))
    Merchant(shop.google, SHOP).snapshot("first")
    save(shop.google, tmp_path / "state")

    again = GoogleStandIn(account=load_account(tmp_path / "state"))
    load_spreadsheets(again, tmp_path / "state")

    assert again.sheet_values(SHOP, "Sheet1") == [["a"]]
    assert again.spreadsheets[SHOP].content == shop.google.spreadsheets[SHOP].content
    assert list(again.spreadsheets[SHOP].snapshots) == ["first"]
    assert again.credentials()["private_key"] == shop.google.credentials()["private_key"]
