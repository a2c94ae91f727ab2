"""Tabs are the merchant's: renamed, moved, hidden, deleted, duplicated. What was deleted does not come back."""

from typing import Any

import pytest

from sandbox.whapi.order import SandboxOrder
from tests.merchant.book import ITEMS, ORDERS, Book, index_of, item_values, order_values

ABBREVIATED = {"order_id": "Order ID", "product_id": "Product ID", "sku": "SKU"}


def made_anew(book: Book, tab: str, *orders: SandboxOrder) -> list[list[Any]]:
    """All that a tab holds which the connector has made for these orders."""
    if tab == "Orders":
        rows = [[book.numbered(order_values(order))[column] for column in ORDERS] for order in orders]
    else:
        rows = [[item[column] for column in ITEMS] for order in orders for item in item_values(order)]
    for row in rows:
        while row[-1] is None:
            row.pop()
    columns = ORDERS if tab == "Orders" else ITEMS
    header = [ABBREVIATED.get(column, column.replace("_", " ").capitalize()) for column in columns]
    return [header, *rows]


def titles(book: Book) -> list[str]:
    """Of all tabs but the summary, which has tests of its own."""
    return [title for title in book.google.titles(book.spreadsheet_id) if title != "Summary"]


def test_tabs_may_be_renamed_moved_and_hidden(book: Book) -> None:
    book.merchant.rename_tab("Orders", "Bestellungen 2026")
    book.merchant.rename_tab("Items", "orders")
    book.merchant.move_tab("Bestellungen 2026", 0)
    book.merchant.hide_tab("orders")

    book.an_order_arrives(orders_tab="Bestellungen 2026", items_tab="orders")
    assert titles(book) == ["Bestellungen 2026", "Sheet1", "orders"]


def test_the_two_tabs_may_swap_their_names(book: Book) -> None:
    book.merchant.rename_tab("Orders", "x")
    book.merchant.rename_tab("Items", "Orders")
    book.merchant.rename_tab("x", "Items")

    book.an_order_arrives(orders_tab="Items", items_tab="Orders")


@pytest.mark.parametrize("gone", [("Orders",), ("Items",), ("Orders", "Items")])
def test_a_deleted_tab_is_made_again_for_new_orders_and_old_ones_stay_gone(book: Book, gone: tuple[str, ...]) -> None:
    for tab in gone:
        book.merchant.delete_tab(tab)
    before = book.grids()

    orders = book.send_and_wait(2)

    for tab in gone:
        assert book.values(tab) == made_anew(book, tab, *orders)
    if gone == ("Orders",):
        book.holds(
            before, "Items", len(before["Items"]), ITEMS, [row for order in orders for row in item_values(order)]
        )
    if gone == ("Items",):
        book.holds(before, "Orders", 4, ORDERS, [order_values(order) for order in orders])
    assert sorted(titles(book)) == ["Items", "Orders", "Sheet1"]


def test_an_order_that_waited_in_a_deleted_tab_gets_along_and_its_row_does_not_come_back(book: Book) -> None:
    waiting = book.an_order_waits()
    book.merchant.delete_tab("Orders")
    before = book.grids()

    book.items_can_be_fetched(waiting)

    book.holds(before, "Items", len(before["Items"]), ITEMS, item_values(waiting))
    assert book.values("Orders") == made_anew(book, "Orders")
    (order,) = book.send_and_wait()
    assert book.values("Orders") == made_anew(book, "Orders", order)


def test_an_order_that_waited_when_the_items_were_deleted_gets_its_items(book: Book) -> None:
    waiting = book.an_order_waits()
    book.merchant.delete_tab("Items")

    book.items_can_be_fetched(waiting)

    assert book.values("Items") == made_anew(book, "Items", waiting)
    assert book.values("Orders")[4] == made_anew(book, "Orders", waiting)[1]


@pytest.mark.parametrize("tags_are_copied", [True, False])
def test_the_copy_of_a_tab_is_the_merchants(book: Book, tags_are_copied: bool) -> None:
    book.google.unknowns.duplicate_copies_metadata = tags_are_copied
    waiting = book.an_order_waits()
    book.merchant.duplicate_tab("Orders")
    book.merchant.duplicate_tab("Items", "Before Christmas")
    book.merchant.move_tab("Copy of Orders", 0)

    book.an_order_arrives()
    copy = book.grid("Copy of Orders")
    book.items_can_be_fetched(waiting)

    assert book.grid("Copy of Orders") == copy
    assert book.values("Orders")[4][index_of("items")] == "complete"
    assert titles(book) == ["Copy of Orders", "Sheet1", "Orders", "Items", "Before Christmas"]


@pytest.mark.parametrize("tags_are_copied", [True, False])
def test_where_only_a_copy_is_left_the_orders_go_to_a_new_tab_and_the_copy_is_left_alone(
    book: Book, tags_are_copied: bool
) -> None:
    book.google.unknowns.duplicate_copies_metadata = tags_are_copied
    book.merchant.duplicate_tab("Orders")
    book.merchant.delete_tab("Orders")
    before = book.grids()

    (order,) = book.send_and_wait()

    assert book.values("Orders") == made_anew(book, "Orders", order)
    book.holds(before, "Items", len(before["Items"]), ITEMS, item_values(order))
    book.holds_still(before | {"Orders": book.grid("Orders")}, but=("Items",))


@pytest.mark.parametrize("tags_are_copied", [True, False])
def test_a_copy_that_takes_the_original_s_place_and_name_takes_the_new_orders(
    book: Book, tags_are_copied: bool
) -> None:
    book.google.unknowns.duplicate_copies_metadata = tags_are_copied
    waiting = book.an_order_waits()
    for tab in ("Orders", "Items"):
        book.merchant.duplicate_tab(tab)
        book.merchant.delete_tab(tab)
        book.merchant.rename_tab(f"Copy of {tab}", tab)
    book.merchant.move_column("Orders", index_of("items"), 1)

    columns = [ORDERS[0], ORDERS[-1], *ORDERS[1:-1]]
    book.an_order_arrives(orders=columns)
    book.items_can_be_fetched(waiting)

    assert book.values("Orders")[4][:2] == [waiting.order_id, "complete"]
    assert [row[0] for row in book.values("Orders")[1:]] == [order.order_id for order in book.sent]
    book.an_order_arrives(orders=columns)


@pytest.mark.parametrize("title", ["Orders", "ORDERS", "orders"])
def test_a_tab_of_the_merchants_with_our_name_and_something_else_in_it_stays_untouched(
    empty_book: Book, title: str
) -> None:
    empty_book.merchant.rename_tab("Sheet1", title)
    empty_book.merchant.set_cell(title, 0, "A", "Orders to my suppliers")
    empty_book.merchant.set_cell(title, 3, "C", "two boxes of nails")
    before = empty_book.grids()

    (order,) = empty_book.send_and_wait()

    assert titles(empty_book) == [title, "Orders 2", "Items"]
    assert empty_book.values("Orders 2") == made_anew(empty_book, "Orders", order)
    assert empty_book.values("Items") == made_anew(empty_book, "Items", order)
    empty_book.holds_still(before | {tab: empty_book.grid(tab) for tab in ("Orders 2", "Items")})
    empty_book.an_order_arrives(orders_tab="Orders 2")


def test_another_program_s_tab_with_titles_such_as_ours_stays_untouched(empty_book: Book) -> None:
    """Every shop's export has an order's id, a customer and a phone; and this one brings the same orders."""
    empty_book.merchant.rename_tab("Sheet1", "Orders")
    columns = ["Order ID", "Customer", "Phone", "Total", "Currency", "Status", "Items"]
    for column, title in enumerate(columns):
        empty_book.merchant.set_cell("Orders", 0, column, title)
    for row in (1, 2, 3):
        for column, title in enumerate(columns):
            empty_book.merchant.set_cell("Orders", row, column, f"{title} of my own {row}")
    before = empty_book.grids()

    orders = empty_book.send_and_wait(2)

    assert titles(empty_book) == ["Orders", "Orders 2", "Items"]
    assert empty_book.values("Orders 2") == made_anew(empty_book, "Orders", *orders)
    empty_book.holds_still(before | {tab: empty_book.grid(tab) for tab in ("Orders 2", "Items")})


@pytest.mark.parametrize("title", ["Orders", "Items", "Summary", "Turnover"])
def test_a_chart_s_own_tab_may_be_the_first_and_have_a_name_of_ours(empty_book: Book, title: str) -> None:
    empty_book.merchant.add_chart_tab(title)

    orders = empty_book.send_and_wait(2)

    own = {tab: f"{tab} 2" if tab == title else tab for tab in ("Orders", "Items")}
    assert sorted(titles(empty_book)) == sorted({title, "Sheet1", *own.values()} - {"Summary"})
    assert empty_book.values(own["Orders"]) == made_anew(empty_book, "Orders", *orders)
    assert empty_book.values(own["Items"]) == made_anew(empty_book, "Items", *orders)
    empty_book.an_order_arrives(orders_tab=own["Orders"], items_tab=own["Items"])


@pytest.mark.parametrize(("row", "text"), [(25, "a text far below"), (999, "0"), (0, "FALSE")])
def test_a_tab_that_only_looks_empty_at_the_top_is_not_used(empty_book: Book, row: int, text: str) -> None:
    empty_book.merchant.rename_tab("Sheet1", "Orders")
    empty_book.merchant.set_cell("Orders", row, "B", text)
    before = empty_book.grids()

    (order,) = empty_book.send_and_wait()

    assert empty_book.grid("Orders") == before["Orders"]
    assert empty_book.values("Orders 2") == made_anew(empty_book, "Orders", order)


@pytest.mark.parametrize("title", ["Orders", "orders"])
def test_an_empty_tab_with_our_name_is_used(empty_book: Book, title: str) -> None:
    empty_book.merchant.rename_tab("Sheet1", title)
    empty_book.merchant.set_note(title, 30, "M", "a remark in an empty cell")

    (order,) = empty_book.send_and_wait()

    assert titles(empty_book) == [title, "Items"]
    assert empty_book.values(title) == made_anew(empty_book, "Orders", order)
    assert empty_book.grid(title)[31][12].note == "a remark in an empty cell"
    empty_book.an_order_arrives(orders_tab=title)


def test_an_empty_tab_with_a_single_row_is_used(empty_book: Book) -> None:
    empty_book.merchant.rename_tab("Sheet1", "Orders")
    empty_book.merchant.delete_rows("Orders", 1, 999)

    orders = empty_book.send_and_wait(2)

    assert titles(empty_book) == ["Orders", "Items"]
    assert empty_book.values("Orders") == made_anew(empty_book, "Orders", *orders)


def test_an_empty_tab_that_is_too_narrow_is_left_alone(empty_book: Book) -> None:
    empty_book.merchant.rename_tab("Sheet1", "Orders")
    for _ in range(16):
        empty_book.merchant.delete_column("Orders", 0)

    (order,) = empty_book.send_and_wait()

    assert titles(empty_book) == ["Orders", "Orders 2", "Items"]
    assert empty_book.values("Orders 2") == made_anew(empty_book, "Orders", order)
