"""A tab without tags is the connector's only by what nobody else writes."""

from collections.abc import Collection
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sheets.client import SheetsApi
from connector.sheets.columns import COLUMNS, Tab
from connector.sheets.layout import TabLayout
from connector.sheets.recognise_tab import recognise

TITLES = {tab: [column.title for column in COLUMNS[tab]] for tab in Tab}
ID = "964278151888836"


class Grid:
    """A tab's values, as the API gives them."""

    def __init__(self, rows: list[list[Any]]) -> None:
        self.rows = rows

    def grid_values(self, _spreadsheet_id: str, grid_range: dict[str, int], *, major: str) -> list[list[Any]]:
        if major == "ROWS":
            return self.rows[: grid_range.get("endRowIndex")]
        column = grid_range["startColumnIndex"]
        return [[row[column] if column < len(row) else "" for row in self.rows]]


def recognised(tab: Tab, rows: list[list[Any]], ours: Collection[str] = ()) -> TabLayout | None:
    return recognise(
        cast("SheetsApi", Grid(rows)), "1", tab, 7, 1000, lambda ids: [text for text in ids if text in ours]
    )


def row_of(titles: list[str], **values: Any) -> list[Any]:
    by_title = {title.replace("_", " "): value for title, value in values.items()}
    return [by_title.get(title, "") for title in titles]


@pytest.mark.parametrize("tab", list(Tab))
def test_all_titles_in_one_row_are_a_header_of_ours_wherever_they_stand(tab: Tab) -> None:
    titles = ["Mine", *reversed(TITLES[tab])]

    found = recognised(tab, [["Orders of my shop"], [], [title.upper() for title in titles]])

    assert found == TabLayout(7, {column.key: titles.index(column.title) for column in COLUMNS[tab]}, header_row=2)


@pytest.mark.parametrize("state", ["complete", "unavailable", f"waiting · {ID}"])
@pytest.mark.parametrize("order_id", [ID, float(ID)])
def test_nearly_all_titles_are_one_above_what_only_the_connector_says(state: str, order_id: Any) -> None:
    titles = [title for title in TITLES[Tab.ORDERS] if title not in {"Note", "Phone", "Title"}]
    other = row_of(titles, Order_ID="T-1", Items="by telephone")

    found = recognised(Tab.ORDERS, [titles, other, row_of(titles, Order_ID=order_id, Items=state)])

    assert found is not None
    assert sorted(found.columns.values()) == list(range(len(titles)))


@pytest.mark.parametrize(
    ("order_id", "state"),
    [(ID, "2 boxes"), (ID, "waiting"), (ID, "waiting · 1"), (ID, "Complete!"), ("", "complete"), (ID, "")],
)
def test_other_words_below_nearly_all_titles_are_somebody_else_s(order_id: str, state: str) -> None:
    titles = TITLES[Tab.ORDERS][:5] + TITLES[Tab.ORDERS][6:]

    assert recognised(Tab.ORDERS, [titles, row_of(titles, Order_ID=order_id, Items=state)], ours=[ID]) is None


def test_items_below_nearly_all_titles_are_ours_where_the_store_knows_one_of_their_orders() -> None:
    titles = [title for title in TITLES[Tab.ITEMS] if title != "SKU"]
    rows = [titles, *[row_of(titles, Order_ID=f"T-{number}") for number in range(600)], row_of(titles, Order_ID=ID)]

    assert recognised(Tab.ITEMS, rows) is None
    assert recognised(Tab.ITEMS, rows, ours=[ID]) is not None


@given(
    tab=st.sampled_from(list(Tab)),
    titles=st.data(),
    own=st.lists(st.text(max_size=8), max_size=6),
    state=st.sampled_from(["complete", "unavailable", f"waiting · {ID}", "paid"]),
)
def test_no_tab_with_some_titles_of_ours_is_taken_whatever_stands_in_it(
    tab: Tab, titles: st.DataObject, own: list[str], state: str
) -> None:
    """Every shop's export has some of them."""
    some = titles.draw(st.lists(st.sampled_from(TITLES[tab]), max_size=7, unique=True))
    known = {title.casefold() for title in TITLES[tab]}
    header = [*(text for text in own if text.strip().casefold() not in known), *some]
    row = [ID if title == "Order ID" else state for title in header]

    assert recognised(tab, [header, row, row], ours=[ID]) is None
