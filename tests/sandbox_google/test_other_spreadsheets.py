"""What else spreadsheets are like: tabs without cells, other languages, fixed offsets, answers in another order."""

from typing import Any

import pytest

from sandbox.google.merchant import Merchant
from tests.sandbox_google.conftest import Shop, cell, refusal


@pytest.fixture
def charted(shop: Shop) -> Shop:
    """A chart's own tab comes first, and is called Orders."""
    Merchant(shop.google, shop.id).add_chart_tab("Orders")
    return shop


def test_a_charts_own_tab_has_no_grid(charted: Shop) -> None:
    sheets = charted.request("get", "", params={"includeGridData": "true"})["sheets"]

    properties = sheets[0]["properties"]
    del properties["sheetId"]
    assert properties == {"title": "Orders", "index": 0, "sheetType": "OBJECT"}
    assert "data" not in sheets[0]


def test_cells_of_a_charts_own_tab_are_refused_and_its_name_and_place_are_not(charted: Shop) -> None:
    key = next(iter(charted.google.spreadsheets[charted.id].content.sheets))
    write = {
        "updateCells": {"start": {"sheetId": key}, "rows": [{"values": [cell("x")]}], "fields": "userEnteredValue"}
    }
    properties = {"sheetId": key, "title": "Turnover", "index": 1}

    assert charted.refusal(write) == (400, f"Invalid requests[0].updateCells: No grid with id: {key}")
    assert refusal(lambda: charted.request("get", "/values/Orders!A1")) == (400, "Unable to parse range: Orders!A1")
    assert refusal(lambda: charted.request("get", "/values/A1")) == (400, "Unable to parse range: A1")
    charted.batch({"updateSheetProperties": {"properties": properties, "fields": "title,index"}})
    assert charted.google.titles(charted.id) == ["Sheet1", "Turnover"]


def test_grid_properties_of_a_tab_without_a_grid_are_refused(charted: Shop) -> None:
    key = next(iter(charted.google.spreadsheets[charted.id].content.sheets))
    request = {"properties": {"sheetId": key, "gridProperties": {"rowCount": 9}}, "fields": "gridProperties.rowCount"}

    assert charted.refusal({"updateSheetProperties": request})[0] == 400


def test_a_chart_can_be_put_on_a_new_tab_and_takes_it_along_when_it_goes(shop: Shop) -> None:
    source = {"startRowIndex": 0, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 1}
    spec = {"basicChart": {"series": [{"series": {"sourceRange": {"sources": [source]}}}]}}

    reply = shop.batch({"addChart": {"chart": {"spec": spec, "position": {"newSheet": True}}}})[0]

    chart = reply["addChart"]["chart"]
    assert shop.google.titles(shop.id) == ["Sheet1", "Chart2"]
    assert chart["position"]["sheetId"] in shop.google.spreadsheets[shop.id].content.sheets
    shop.batch({"deleteEmbeddedObject": {"objectId": chart["chartId"]}})
    assert shop.google.titles(shop.id) == ["Sheet1"]


def taken(shop: Shop, **headers: str) -> str:
    request = {"addSheet": {"properties": {"title": "Sheet1"}}}
    address = ":batchUpdate"
    return refusal(lambda: shop.request("post", address, json={"requests": [request]}, headers=headers))[1]


def test_the_sentence_of_a_refusal_is_in_the_accounts_language_and_its_beginning_is_not(shop: Shop) -> None:
    shop.google.language = "es"

    sentence = 'Invalid requests[0].addSheet: Ya existe una hoja con el nombre "Sheet1". Introduce un nombre distinto.'
    assert taken(shop) == sentence


@pytest.mark.parametrize("wanted", ["en", "en-GB,en;q=0.9", "EN"])
def test_who_asks_for_english_gets_it_whatever_the_accounts_language(shop: Shop, wanted: str) -> None:
    shop.google.language = "fr"

    sentence = taken(shop, **{"Accept-Language": wanted})

    assert sentence.endswith('A sheet with the name "Sheet1" already exists. Please enter another name.')


@pytest.mark.parametrize("language", ["es", "fr", "ja", "ru"])
def test_no_refusal_of_a_batch_has_english_words_in_its_sentence(shop: Shop, language: str) -> None:
    Merchant(shop.google, shop.id).protect("Sheet1")
    shop.google.language = language
    requests: list[dict[str, Any]] = [
        {"updateCells": {"start": {}, "rows": [{"values": [cell("x")]}], "fields": "userEnteredValue"}},
        {"deleteSheet": {"sheetId": 5}},
        {"createDeveloperMetadata": {"developerMetadata": {"metadataId": -1}}},
    ]

    for request in requests:
        beginning = f"Invalid requests[0].{next(iter(request))}: "
        sentence = shop.refusal(request)[1]
        assert sentence.startswith(beginning)
        words = {"protected", "sheet", "id:", "metadata", "must", "already", "exists", "cannot"}
        assert not words & set(sentence.removeprefix(beginning).split())


def test_errors_that_are_no_refusals_stay_english(shop: Shop) -> None:
    shop.google.language = "ja"
    shop.google.spreadsheets[shop.id].share("none")

    assert refusal(lambda: shop.request("get", "")) == (403, "The caller does not have permission")


@pytest.mark.parametrize("zone", ["GMT-07:00", "GMT+05:30", "America/New_York"])
def test_a_time_zone_may_be_a_name_or_a_fixed_offset(shop: Shop, zone: str) -> None:
    change = {"properties": {"timeZone": zone}, "fields": "timeZone"}

    shop.batch({"updateSpreadsheetProperties": change})

    assert shop.request("get", "", params={"fields": "properties.timeZone"}) == {"properties": {"timeZone": zone}}


@pytest.mark.parametrize("zone", ["GMT-7", "GMT+25:00", "Atlantis"])
def test_what_is_no_time_zone_is_refused(shop: Shop, zone: str) -> None:
    change = {"properties": {"timeZone": zone}, "fields": "timeZone"}

    sentence = f"Invalid requests[0].updateSpreadsheetProperties: Invalid time zone: {zone}"
    assert shop.refusal({"updateSpreadsheetProperties": change}) == (400, sentence)


@pytest.mark.parametrize("as_asked", [False, True])
def test_ranges_asked_for_by_filters_are_answered_in_another_order(shop: Shop, as_asked: bool) -> None:
    shop.google.unknowns.filters_answered_as_asked = as_asked
    shop.put(["one"], ["two"])
    filters = [{"a1Range": "Sheet1!A1"}, {"a1Range": "Sheet1!A2"}]

    answer = shop.request("post", "/values:batchGetByDataFilter", json={"dataFilters": filters})["valueRanges"]

    found = [(one["dataFilters"], one["valueRange"]["values"]) for one in answer]
    expected = [([filters[0]], [["one"]]), ([filters[1]], [["two"]])]
    assert found == (expected if as_asked else expected[::-1])
