"""Developer metadata: found, changed, deleted, and limited in size."""

from typing import Any

import pytest

from tests.sandbox_google.conftest import SHOP, Shop, refusal
from tests.sandbox_google.test_dimensions import lines, tag


def create(key: str, location: dict[str, Any], value: str | None = None, **rest: Any) -> dict[str, Any]:
    entry = {"metadataKey": key, "visibility": "DOCUMENT", "location": location, **rest}
    if value is not None:
        entry["metadataValue"] = value
    return {"createDeveloperMetadata": {"developerMetadata": entry}}


def by(**lookup: Any) -> dict[str, Any]:
    return {"developerMetadataLookup": lookup}


def keys(found: list[dict[str, Any]]) -> list[str]:
    return sorted(entry["metadataKey"] for entry in found)


@pytest.fixture
def four(shop: Shop) -> Shop:
    shop.batch(
        create("doc", {"spreadsheet": True}, "1"),
        create("tab", {"sheetId": 0}, "1"),
        tag("row", "ROWS", 4),
        tag("col", "COLUMNS", 4),
    )
    return shop


def test_nothing_found_is_an_empty_object(shop: Shop) -> None:
    assert shop.request("post", "/developerMetadata:search", json={"dataFilters": [by(metadataKey="x")]}) == {}


def test_a_search_without_filters_is_refused(shop: Shop) -> None:
    assert refusal(lambda: shop.request("post", "/developerMetadata:search", json={}))[0] == 400


@pytest.mark.parametrize(
    ("lookup", "found"),
    [
        ({}, ["col", "doc", "row", "tab"]),
        ({"metadataKey": "doc"}, ["doc"]),
        ({"metadataValue": "1"}, ["doc", "tab"]),
        ({"metadataKey": "doc", "metadataValue": "2"}, []),
        ({"locationType": "ROW"}, ["row"]),
        ({"visibility": "PROJECT"}, []),
        ({"metadataLocation": {"sheetId": 0}}, ["tab"]),
        (
            {"metadataLocation": {"sheetId": 0}, "locationMatchingStrategy": "INTERSECTING_LOCATION"},
            ["col", "doc", "row", "tab"],
        ),
        ({"metadataLocation": {"dimensionRange": lines("ROWS", 4, 5)}}, ["row"]),
        ({"metadataLocation": {"dimensionRange": lines("ROWS", 5, 6)}}, []),
    ],
)
def test_a_lookup_finds_what_has_everything_it_names(four: Shop, lookup: dict[str, Any], found: list[str]) -> None:
    assert keys(four.tags(**lookup)) == found


def test_any_of_several_filters_finds_an_entry_and_is_named(four: Shop) -> None:
    filters = [by(metadataKey="doc"), by(metadataValue="1")]

    answer = four.request("post", "/developerMetadata:search", json={"dataFilters": filters})

    by_key = {m["developerMetadata"]["metadataKey"]: m["dataFilters"] for m in answer["matchedDeveloperMetadata"]}
    assert by_key == {"doc": filters, "tab": filters[1:]}


def test_the_answer_is_pared_by_the_field_mask(four: Shop) -> None:
    fields = "matchedDeveloperMetadata.developerMetadata(metadataKey,location/dimensionRange/startIndex)"

    answer = four.request(
        "post", "/developerMetadata:search", json={"dataFilters": [by(locationType="ROW")]}, params={"fields": fields}
    )

    entry = {"metadataKey": "row", "location": {"dimensionRange": {"startIndex": 4}}}
    assert answer == {"matchedDeveloperMetadata": [{"developerMetadata": entry}]}


def test_an_entry_moves_to_another_row_and_gets_another_value(four: Shop) -> None:
    location = {"dimensionRange": lines("ROWS", 9, 10)}

    replies = four.batch(
        {
            "updateDeveloperMetadata": {
                "dataFilters": [by(metadataKey="row")],
                "developerMetadata": {"location": location, "metadataValue": "new"},
                "fields": "location,metadataValue",
            }
        }
    )

    (changed,) = replies[0]["updateDeveloperMetadata"]["developerMetadata"]
    assert changed["metadataValue"] == "new"
    assert changed["location"]["dimensionRange"]["startIndex"] == 9
    assert four.tags(metadataKey="row") == [changed]


def test_an_update_that_finds_nothing_is_refused(shop: Shop) -> None:
    body = {"dataFilters": [by(metadataKey="x")], "developerMetadata": {"metadataValue": "1"}, "fields": "*"}

    assert shop.refusal({"updateDeveloperMetadata": body})[0] == 400


def test_a_deletion_answers_what_it_deleted_and_refuses_to_find_nothing(four: Shop) -> None:
    replies = four.batch({"deleteDeveloperMetadata": {"dataFilter": by(metadataKey="doc")}})
    refused = four.refusal({"deleteDeveloperMetadata": {"dataFilter": by(metadataKey="doc")}})

    assert keys(replies[0]["deleteDeveloperMetadata"]["deletedDeveloperMetadata"]) == ["doc"]
    assert refused[0] == 400
    assert keys(four.tags()) == ["col", "row", "tab"]


def test_a_deleted_tab_takes_its_entries_along(four: Shop) -> None:
    four.batch({"addSheet": {"properties": {"title": "Other"}}}, {"deleteSheet": {"sheetId": 0}})

    assert keys(four.tags()) == ["doc"]


def test_a_duplicated_tab_has_copies_with_ids_of_their_own(four: Shop) -> None:
    four.batch({"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 9}})

    rows = four.tags(metadataKey="row")
    assert sorted(entry["location"]["dimensionRange"].get("sheetId", 0) for entry in rows) == [0, 9]
    assert len({entry["metadataId"] for entry in rows}) == 2


def test_with_the_switch_a_duplicated_tab_has_none(four: Shop) -> None:
    four.google.unknowns.duplicate_copies_metadata = False

    four.batch({"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 9}})

    assert len(four.tags()) == 4


def test_one_entry_is_read_by_its_id(shop: Shop) -> None:
    shop.batch(create("doc", {"spreadsheet": True}, metadataId=5))

    assert shop.request("get", "/developerMetadata/5")["metadataKey"] == "doc"
    assert refusal(lambda: shop.request("get", "/developerMetadata/6"))[0] == 404


def test_the_storage_of_the_spreadsheet_and_of_each_tab_is_limited(shop: Shop) -> None:
    shop.batch(create("k", {"spreadsheet": True}, "x" * 29_999))
    shop.batch(create("k", {"sheetId": 0}, "x" * 29_998))

    assert shop.refusal(create("k", {"spreadsheet": True}))[0] == 400
    shop.batch(tag("k", "ROWS", 0))
    assert shop.refusal(tag("k", "ROWS", 1))[0] == 400


@pytest.mark.parametrize(
    "entry",
    [
        {"metadataKey": "k", "location": {"spreadsheet": True}},
        {"visibility": "DOCUMENT", "location": {"spreadsheet": True}},
        {"metadataKey": "k", "visibility": "DOCUMENT"},
        {"metadataKey": "k", "visibility": "DOCUMENT", "location": {"spreadsheet": True}, "metadataId": 0},
        {"metadataKey": "k", "visibility": "DOCUMENT", "location": {"sheetId": 9}},
        {"metadataKey": "k", "visibility": "DOCUMENT", "location": {"dimensionRange": lines("ROWS", 1, 3)}},
        {"metadataKey": "k", "visibility": "DOCUMENT", "location": {"dimensionRange": lines("ROWS", 1000, 1001)}},
    ],
)
def test_an_entry_that_lacks_something_is_refused(shop: Shop, entry: dict[str, Any]) -> None:
    assert shop.refusal({"createDeveloperMetadata": {"developerMetadata": entry}})[0] == 400


def test_the_spreadsheet_shows_entries_where_they_sit(four: Shop) -> None:
    answer = four.request("get", "", params={"includeGridData": "true", "ranges": "A1:E5"})

    data = answer["sheets"][0]["data"][0]
    assert keys(answer["developerMetadata"]) == ["doc"]
    assert keys(answer["sheets"][0]["developerMetadata"]) == ["tab"]
    assert keys(data["rowMetadata"][4]["developerMetadata"]) == ["row"]
    assert keys(data["columnMetadata"][4]["developerMetadata"]) == ["col"]
    assert answer["spreadsheetId"] == SHOP
