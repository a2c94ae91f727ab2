"""All of it at once: whatever the merchant does between orders and during them, in any order.

After each order the whole spreadsheet is compared with what it was: the order's row and the rows of its items are
there once, in the columns that the tags name, below rows of the connector's or the header; every other cell is as the
merchant left it.
"""

import threading
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.google.grid import Sheet
from sandbox.whapi.order import SandboxOrder
from tests.merchant.book import ITEMS, ORDERS, Book, Grid, Values, item_values, order_values, products
from tests.merchant.conftest import Shops
from tests.merchant.random_merchant import RandomMerchant

KEYS = {"orders": ORDERS, "items": ITEMS}
MOST_STEPS = 12


class Check:
    """Sends orders, and compares."""

    def __init__(self, book: Book, merchant: RandomMerchant) -> None:
        self.book = book
        self.merchant = merchant
        self.before: dict[int, Grid] = {}

    def look(self) -> None:
        content = self.book.google.spreadsheets[self.book.spreadsheet_id].content
        self.before = {sheet.sheet_id: self.book.grid(sheet.title) for sheet in content.sheets.values()}

    def an_order_comes(self) -> None:
        self.look()
        (order,) = self.book.send_and_wait()
        self.only_these_rows_are_new(order, [order_values(order)])

    def an_order_comes_during_an_edit(self) -> None:
        """The connector has looked at the tags and is held up for the time of an edit."""
        looked, edited = threading.Event(), threading.Event()

        def hold_up() -> None:
            looked.set()
            edited.wait(1.5)

        self.book.after_the_next_read(hold_up)
        order = self.book.send()
        assert looked.wait(10)
        self.merchant.edits()
        self.look()
        edited.set()
        self.book.shop.wait_until_synced([order])
        self.only_these_rows_are_new(order, [order_values(order)])

    def an_order_waits_through_an_edit(self) -> None:
        self.look()
        order = self.book.an_order_waits()
        values = order_values(order, f"waiting · {order.order_id}")
        self.only_these_rows_are_new(order, [values], item_rows=[])
        self.merchant.edits()
        self.look()
        filled = {"items": "complete", "products": products(order)}
        places = {key: self.cell_that_waits(key, values[key]) for key in filled}
        self.book.items_can_be_fetched(order)
        for key, place in places.items():
            if place:
                sheet_id, row, column = place
                cells = self.before[sheet_id][row]
                cells[column] = cells[column]._replace(value=filled[key])
        self.only_these_rows_are_new(order, [])

    def cell_that_waits(self, key: str, text: str) -> tuple[int, int, int] | None:
        """Where the text stands in the connector's own column, if it does."""
        content = self.book.google.spreadsheets[self.book.spreadsheet_id].content
        for sheet in content.sheets.values():
            column = self.merchant.columns(sheet).get("orders", {}).get(key)
            for row, cells in enumerate(self.before[sheet.sheet_id]):
                if column is not None and column < len(cells) and cells[column].value == text:
                    return sheet.sheet_id, row, column
        return None

    def only_these_rows_are_new(
        self, order: SandboxOrder, order_rows: list[Values], item_rows: list[Values] | None = None
    ) -> None:
        new = {"orders": order_rows, "items": item_values(order) if item_rows is None else item_rows}
        content = self.book.google.spreadsheets[self.book.spreadsheet_id].content
        ours = {self.merchant.tab(name).sheet_id: name for name in KEYS}
        for sheet in content.sheets.values():
            name = ours.get(sheet.sheet_id)
            if name is None and sheet.sheet_id not in self.before:
                assert sheet.title.startswith("Summary")  # The connector made it after the tabs.
            elif name is None:
                assert self.book.grid(sheet.title) == self.before[sheet.sheet_id]
            else:
                self.tab_has_only_these_new(sheet, name, order, new[name])
        assert set(self.before) <= set(content.sheets)

    def tab_has_only_these_new(self, sheet: Sheet, name: str, order: SandboxOrder, rows: list[Values]) -> None:
        places = self.merchant.columns(sheet)[name]
        grid = self.book.grid(sheet.title)
        known = [row for row in self.before.get(sheet.sheet_id, []) if self.holds_one_of(row, [order])]
        here = [index for index, row in enumerate(grid) if self.holds_one_of(row, [order])]
        assert len(here) - len(known) == len(rows)
        if sheet.sheet_id not in self.before:
            # Made anew: it holds nothing but a header and these rows.
            assert places == {key: index for index, key in enumerate(KEYS[name])}
            assert here == list(range(1, 1 + len(rows)))
            self.before[sheet.sheet_id] = grid[:1]
        before = self.before[sheet.sheet_id]
        if rows:
            columns = [next((key for key, at in places.items() if at == n), "") for n in range(sheet.column_count)]
            first = here[0] if here[0] == here[-1] - len(rows) + 1 else -1
            assert first >= 0
            fills = self.fills(sheet, before, first, places.values())
            self.book.holds({sheet.title: before}, sheet.title, first, columns, rows, fills=fills)
            header, above = self.merchant.header(sheet), grid[first - 1]
            if self.book.newest_first and header is not None and not self.is_below_all_others(before, header):
                assert first == header + 1
            else:
                assert first == 1 or self.holds_one_of(above, self.book.sent) or self.is_first_of_ours(grid, first)
        else:
            assert grid == self.before[sheet.sheet_id]

    def fills(self, sheet: Sheet, before: Grid, first: int, columns: Iterable[int]) -> bool:
        """Whether the row below the header was blank in the connector's columns, and no order in the tab."""
        header = self.merchant.header(sheet)
        row = before[first] if first < len(before) else []
        ours = [row[column] for column in columns if column < len(row)]
        return (
            header == first - 1
            and not any(self.holds_one_of(row, self.book.sent) for row in before)
            and all(cell.value is None and cell.note is None for cell in ours)
        )

    def is_below_all_others(self, before: Grid, header: int) -> bool:
        """Whether the header stands below all orders: no row can come in there without being apart from them."""
        return not any(self.holds_one_of(row, self.book.sent) for row in before[header:])

    def is_first_of_ours(self, grid: Grid, first: int) -> bool:
        return not any(self.holds_one_of(row, self.book.sent) for row in grid[:first])

    def holds_one_of(self, row: list[Any], orders: list[SandboxOrder]) -> bool:
        ids = {order.order_id for order in orders}
        return any(cell.value in ids for cell in row)


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_the_merchant_does_each_order_is_there_once_and_no_cell_of_the_merchants_changes(
    shops: Shops, data: st.DataObject
) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        book = Book(shops.lend(), monkeypatch)
        unknowns = book.google.unknowns
        unknowns.duplicate_copies_metadata = data.draw(st.booleans())
        unknowns.restore_keeps_metadata = data.draw(st.booleans())
        book.newest_first = data.draw(st.booleans())
        merchant = RandomMerchant(book, data)
        check = Check(book, merchant)
        try:
            check.an_order_comes()
            for _ in range(data.draw(st.integers(2, MOST_STEPS))):
                step = data.draw(
                    st.sampled_from(
                        [
                            merchant.edits,
                            merchant.edits,
                            check.an_order_comes,
                            check.an_order_comes_during_an_edit,
                            check.an_order_waits_through_an_edit,
                        ]
                    )
                )
                step()
                book.google.quota.refill()
            check.an_order_comes()
        finally:
            shops.take_back(book)
