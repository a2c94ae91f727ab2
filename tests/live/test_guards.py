"""Metadata: what makes exactly once possible, and what finds the tabs and columns again."""

from collections.abc import Callable
from typing import Any

from tests.live.place import KEY, Json, Place, Tab, entry, marker

Seen = Callable[[str], None]


def update(metadata_id: int, place: Json, to: Json | None = None) -> Json:
    """Changes an entry's location, if it is still where it is thought to be."""
    lookup = {"metadataId": metadata_id, "metadataLocation": place, "locationMatchingStrategy": "EXACT_LOCATION"}
    changed = {"location": place if to is None else to}
    filters = [{"developerMetadataLookup": lookup}]
    return {"updateDeveloperMetadata": {"dataFilters": filters, "developerMetadata": changed, "fields": "location"}}


def row(tab: Tab, index: int) -> Json:
    return {"dimensionRange": tab.lines(index, index + 1)}


def test_a_metadata_id_that_is_taken_is_refused_and_takes_its_batch_with_it(tab: Tab, fresh_id: int) -> None:
    tab.place.batch(marker(fresh_id, "first"), tab.write(0, ["first"]))

    refused = tab.place.refusal(marker(fresh_id, "second"), tab.write(0, ["second"]))

    assert refused is not None
    assert refused.startswith("Invalid requests[0].createDeveloperMetadata: ")
    assert tab.values() == [["first"]]
    assert [found["metadataValue"] for found in tab.place.find(metadataId=fresh_id)] == ["first"]


def test_a_search_finds_what_was_written_just_before(tab: Tab, fresh_id: int) -> None:
    for value in ("one", "two", "three"):
        tab.place.batch(tab.tag(value, 1))
        assert tab.where(value) == 1

    tab.place.batch(marker(fresh_id))
    assert [found["metadataId"] for found in tab.place.find(metadataId=fresh_id)] == [fresh_id]


def test_a_search_without_hits_is_no_error(place: Place, fresh_id: int) -> None:
    assert place.find(metadataId=fresh_id) == []


def test_tags_of_rows_move_with_a_sort(tab: Tab) -> None:
    tab.place.batch(tab.write(1, ["c"], ["b"], ["a"]), tab.tag("c", 1), tab.tag("a", 3))

    tab.place.batch({"sortRange": {"range": tab.area(1, 4), "sortSpecs": [{"dimensionIndex": 0}]}})

    assert tab.values() == [[], ["a"], ["b"], ["c"]]
    assert (tab.where("a"), tab.where("c")) == (1, 3)


def test_rows_inserted_between_two_tagged_rows_part_them(tab: Tab) -> None:
    tab.place.batch(tab.tag("last", 2), tab.tag("end", 3), tab.tag("column", 1, "COLUMNS"))

    tab.place.batch(tab.insert(3, 5), tab.insert(1, 2, dimension="COLUMNS"))

    assert (tab.where("last"), tab.where("end"), tab.where("column")) == (2, 5, 2)


def test_a_deleted_row_takes_its_tag_along(tab: Tab) -> None:
    tab.place.batch(tab.tag("gone", 2))

    tab.place.batch({"deleteDimension": {"range": tab.lines(2, 3)}})

    assert tab.where("gone") is None


def test_a_tag_can_be_moved_to_another_row(tab: Tab, fresh_id: int) -> None:
    tab.place.batch(tab.tag("moved", 2, metadataId=fresh_id))

    tab.place.batch(update(fresh_id, row(tab, 2), row(tab, 7)))

    assert tab.where("moved") == 7


def test_an_update_that_changes_nothing_is_taken_where_its_tag_is_in_place(tab: Tab, fresh_id: int) -> None:
    tab.place.batch(tab.tag("checked", 2, metadataId=fresh_id))

    assert tab.place.refusal(update(fresh_id, row(tab, 2)), tab.write(0, ["written"])) is None
    assert (tab.where("checked"), tab.values()) == (2, [["written"]])


def test_an_update_by_a_tag_that_is_gone_changes_nothing_of_others(tab: Tab, fresh_id: int, seen: Seen) -> None:
    tab.place.batch(tab.tag("other", 2))

    refused = tab.place.refusal(update(fresh_id, row(tab, 2)), tab.write(0, ["written"]))

    seen("taken" if refused is None else "refused, and the batch with it")
    assert tab.values() == ([["written"]] if refused is None else [])
    assert tab.where("other") == 2


def test_an_update_by_a_place_that_the_tag_has_left_does_not_move_it(tab: Tab, fresh_id: int, seen: Seen) -> None:
    tab.place.batch(tab.tag("elsewhere", 4, metadataId=fresh_id))

    refused = tab.place.refusal(update(fresh_id, row(tab, 2), row(tab, 9)))

    seen("taken" if refused is None else "refused")
    assert tab.where("elsewhere") == 4


def test_deleting_an_entry_that_is_gone_does_no_harm_to_others(tab: Tab, fresh_id: int, seen: Seen) -> None:
    tab.place.batch(tab.tag("other", 2))
    lookup = {"developerMetadataLookup": {"metadataId": fresh_id}}

    refused = tab.place.refusal({"deleteDeveloperMetadata": {"dataFilter": lookup}})

    seen("taken" if refused is None else "refused")
    assert tab.where("other") == 2


def test_a_duplicated_tab_leaves_the_tags_of_the_first_where_they_are(tab: Tab, fresh_id: int, seen: Seen) -> None:
    tab.place.batch(tab.tag("original", 2, metadataId=fresh_id))

    copy = tab.place.batch({"duplicateSheet": {"sourceSheetId": tab.id}})[0]["duplicateSheet"]["properties"]["sheetId"]

    try:
        found = tab.place.find(metadataKey=KEY, metadataValue="original")
        places = {one["location"]["dimensionRange"].get("sheetId", 0): one["metadataId"] for one in found}
        seen("copies, with ids of their own" if copy in places else "no copies")
        assert places[tab.id] == fresh_id
        assert places.get(copy) != fresh_id
    finally:
        tab.place.batch({"deleteSheet": {"sheetId": copy}})


def test_a_named_range_id_that_is_taken_is_refused_and_takes_its_batch_with_it(tab: Tab, fresh_id: int) -> None:
    def named(name: str) -> Json:
        made = {"namedRangeId": str(fresh_id), "name": f"{name}_{fresh_id}", "range": tab.area(0, 1)}
        return {"addNamedRange": {"namedRange": made}}

    tab.place.batch(named("live_first"), tab.write(0, ["first"]))

    try:
        refused = tab.place.refusal(named("live_second"), tab.write(0, ["second"]))
        assert refused is not None
        assert refused.startswith("Invalid requests[0].addNamedRange: ")
        assert tab.values() == [["first"]]
    finally:
        tab.place.batch({"deleteNamedRange": {"namedRangeId": str(fresh_id)}})


def test_a_tabs_id_and_its_title_are_taken_only_once(tab: Tab) -> None:
    same_id = {"addSheet": {"properties": {"sheetId": tab.id, "title": f"{tab.title} again"}}}
    same_title = {"addSheet": {"properties": {"title": tab.title}}}

    for request in (same_id, same_title):
        refused = tab.place.refusal(request)
        assert refused is not None
        assert refused.startswith("Invalid requests[0].addSheet: ")


def test_a_batch_whose_last_request_is_refused_applies_none_of_them(tab: Tab, fresh_id: int) -> None:
    wrong = {"deleteSheet": {"sheetId": fresh_id}}

    assert tab.place.refusal(marker(fresh_id), tab.write(0, ["x"]), tab.insert(3, 5), wrong) is not None

    assert (tab.values(), tab.place.find(metadataId=fresh_id)) == ([], [])


def test_ranges_asked_for_by_filters_are_each_answered_with_their_filter(tab: Tab, seen: Seen) -> None:
    tab.place.batch(tab.write(0, ["first"], ["second"]))
    filters = [{"gridRange": tab.area(0, 1)}, {"gridRange": tab.area(1, 2)}]

    status, answer = tab.place.ask("post", "/values:batchGetByDataFilter", json={"dataFilters": filters})

    assert status == 200
    found: list[Any] = [one["valueRange"]["values"] for one in answer["valueRanges"]]
    seen("in the order asked" if found == [[["first"]], [["second"]]] else "in another order")
    by_row = {
        one["dataFilters"][0]["gridRange"].get("startRowIndex", 0): one["valueRange"]["values"]
        for one in answer["valueRanges"]
    }
    assert by_row == {0: [["first"]], 1: [["second"]]}


def test_a_refusal_is_in_english_where_english_is_asked_for(tab: Tab) -> None:
    refused = tab.place.refusal({"addSheet": {"properties": {"title": tab.title}}})

    assert refused is not None
    assert "already exists" in refused


def test_an_entry_is_answered_with_what_it_was_made_of(place: Place, fresh_id: int) -> None:
    place.batch(marker(fresh_id, "whole"))

    (found,) = place.find(metadataId=fresh_id)

    location = {"locationType": "SPREADSHEET", "spreadsheet": True}
    assert found == {"metadataId": fresh_id, **entry("whole"), "location": location}
