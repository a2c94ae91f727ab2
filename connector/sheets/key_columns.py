"""Which orders stand in the spreadsheet, read from its key columns."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.sheets.client import SheetsApi
from connector.sheets.columns import ITEMS_STATE, KEY, Tab
from connector.sheets.layout import Layout, TabLayout
from connector.sheets.values import as_text, column_values


@dataclass(frozen=True, slots=True)
class SheetRows:
    """What the two tabs hold, no matter who has written it."""

    states: Mapping[str, str]
    """For each id in the tab of orders, what its first row says of the items."""
    times: Mapping[str, int]
    """In how many rows there each id stands."""
    lines: Mapping[str, int]
    """How many rows in the tab of items each id has."""

    @property
    def order_ids(self) -> set[str]:
        return self.states.keys() | self.lines.keys()


def read_rows(api: SheetsApi, spreadsheet_id: str, layout: Layout) -> SheetRows:
    """Reads the key columns, and the orders' state of the items. Up to three reads. Raises SheetsError.

    A tab that isn't there has no rows.
    """
    tab_layout = layout.tabs.get(Tab.ORDERS)
    ids = _texts(api, spreadsheet_id, tab_layout, KEY)
    states_there = _texts(api, spreadsheet_id, tab_layout, ITEMS_STATE)
    states_there += [""] * (len(ids) - len(states_there))
    states: dict[str, str] = {}
    for order_id, state in zip(ids, states_there, strict=False):
        if order_id:
            states.setdefault(order_id, state)
    lines = Counter(_texts(api, spreadsheet_id, layout.tabs.get(Tab.ITEMS), KEY))
    times = Counter(ids)
    for counter in (lines, times):
        del counter[""]
    return SheetRows(states, times, lines)


def _texts(api: SheetsApi, spreadsheet_id: str, tab_layout: TabLayout | None, key: str) -> list[str]:
    """The column's texts below the header; none where the merchant has deleted the column, or no row is there yet."""
    column = None if tab_layout is None else tab_layout.columns.get(key)
    if tab_layout is None or column is None:
        return []
    values: list[Any] = column_values(api, spreadsheet_id, tab_layout.sheet_id, column)
    first = 0 if tab_layout.header_row is None else tab_layout.header_row + 1
    return [as_text(value) for value in values[first:]]
