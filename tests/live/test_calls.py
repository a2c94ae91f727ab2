"""The connector's own code on the spreadsheet: the tabs with their looks, and how many calls it takes to find them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from connector import models
from connector.clock import SystemClock
from connector.observer import Callee, Observer
from connector.sheets.client import SheetsApi
from connector.sheets.columns import Tab
from connector.sheets.whereabouts import row_in_its_tab
from connector.sheets.workbook import Workbook
from tests.live.place import Place

TITLES = {Tab.ORDERS: "Assumed orders", Tab.ITEMS: "Assumed items"}


class Counting(Observer):
    def __init__(self) -> None:
        self.calls = Counter[str]()

    def call_ended(self, callee: Callee, operation: str, outcome: str, seconds: float) -> None:  # noqa: ARG002
        self.calls[f"{operation}: {outcome}"] += 1


@pytest.fixture
def clean(place: Place) -> Iterator[Place]:
    """Takes away afterwards whatever the connector has made."""
    yield place
    sheets = place.get("sheets.properties(sheetId,title)")["sheets"]
    made = [one["properties"] for one in sheets if one["properties"]["title"] in TITLES.values()]
    requests: list[dict[str, object]] = [{"deleteSheet": {"sheetId": one.get("sheetId", 0)}} for one in made]
    for entry in place.get("developerMetadata").get("developerMetadata", []):
        if entry["metadataKey"].startswith("wcsync."):
            lookup = {"developerMetadataLookup": {"metadataId": entry["metadataId"]}}
            requests.append({"deleteDeveloperMetadata": {"dataFilter": lookup}})
    if requests:
        place.batch(*requests)


def test_the_tabs_are_made_with_their_looks_and_then_found_in_one_read(clean: Place) -> None:
    counting = Counting()
    api = SheetsApi(clean.credentials, base_url=clean.base_url, timeout=190, observer=counting)
    workbook = Workbook(api, clean.spreadsheet_id, titles=TITLES, is_ours=lambda _: [], clock=SystemClock())

    made = workbook.layout()
    first = counting.calls.copy()
    counting.calls.clear()
    again = workbook.layout()

    assert {key: tab.columns for key, tab in again.tabs.items()} == {key: tab.columns for key, tab in made.tabs.items()}
    assert first["write: ok"] == sum(count for name, count in first.items() if name.startswith("write")) == 1
    assert counting.calls == {"search: ok": 1}


def test_a_columns_values_are_read_by_its_tag_wherever_it_stands(clean: Place) -> None:
    api = SheetsApi(clean.credentials, base_url=clean.base_url, timeout=190)
    workbook = Workbook(api, clean.spreadsheet_id, titles=TITLES, is_ours=lambda _: [], clock=SystemClock())
    orders = workbook.layout().tabs[Tab.ORDERS]
    source = {"sheetId": orders.sheet_id, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
    clean.batch({"moveDimension": {"source": source, "destinationIndex": 4}})
    title = api.grid_values(clean.spreadsheet_id, {"sheetId": orders.sheet_id, "endRowIndex": 1}, major="ROWS")[0][3]

    place = models.Place(clean.spreadsheet_id, orders.sheet_id, 1)

    assert (title, row_in_its_tab(api, place, "Order ID")) == ("Order ID", (True, 0))
    # Another tab's tags, as a copy of the tab may have them, are not looked at.
    assert row_in_its_tab(api, replace(place, sheet_id=orders.sheet_id + 1), "Order ID") == (False, None)
