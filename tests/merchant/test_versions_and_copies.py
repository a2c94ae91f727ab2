"""Old versions restored, and the whole spreadsheet copied: with the tags, and without."""

from dataclasses import replace

import pytest

from tests.merchant.book import ITEMS, ORDERS, Book, index_of, item_values
from tests.service.shop import Shop

COPY = "1copyOfTheShopsSpreadsheetWithAnIdOfItsOwn0000"


def point_to(book: Book, spreadsheet_id: str) -> None:
    """Restarts the service with another SPREADSHEET_ID and the same database."""
    shop: Shop = book.shop
    shop.stop()
    shop.settings = replace(shop.settings, spreadsheet_id=spreadsheet_id)
    shop.start()


@pytest.mark.parametrize("tags_are_kept", [True, False])
def test_orders_that_a_restored_version_lacks_do_not_come_back_and_new_ones_go_below_its_last(
    book: Book, tags_are_kept: bool
) -> None:
    book.google.unknowns.restore_keeps_metadata = tags_are_kept
    book.merchant.snapshot("three orders")
    book.send_and_wait(2)
    book.merchant.restore("three orders")
    assert len(book.values("Orders")) == 4

    book.an_order_arrives()
    book.an_order_arrives()


@pytest.mark.parametrize("tags_are_kept", [True, False])
def test_a_restored_version_with_moved_columns_notes_and_gaps_is_understood(book: Book, tags_are_kept: bool) -> None:
    book.google.unknowns.restore_keeps_metadata = tags_are_kept
    book.merchant.move_column("Orders", index_of("items"), 0)
    book.merchant.insert_rows("Orders", 0, 1)
    book.merchant.insert_rows("Orders", 3, 2)
    book.merchant.set_cell("Orders", 20, "B", "a note in the key column")
    book.merchant.snapshot("mine")
    book.send_and_wait(1)
    book.merchant.sort("Orders", "B")
    book.merchant.restore("mine")

    columns = [ORDERS[-1], *ORDERS[:-1]]
    book.an_order_arrives(orders=columns)
    book.an_order_arrives(orders=columns)


def test_a_restored_version_without_tags_has_lost_the_columns_whose_titles_the_merchant_had_changed(
    book: Book,
) -> None:
    """Nothing else tells them apart then. The merchant who wants one back gives it its first title and restores."""
    book.merchant.rename_column("Orders", index_of("note"), "Wishes")
    book.merchant.snapshot("mine")
    book.merchant.restore("mine")

    book.an_order_arrives(orders=[column if column != "note" else "" for column in ORDERS])


@pytest.mark.parametrize("tags_are_kept", [True, False])
def test_a_version_from_before_the_first_order_gets_its_tabs_again(empty_book: Book, tags_are_kept: bool) -> None:
    empty_book.google.unknowns.restore_keeps_metadata = tags_are_kept
    empty_book.merchant.snapshot("before")
    empty_book.send_and_wait(1)
    empty_book.merchant.restore("before")

    (order,) = empty_book.send_and_wait()

    assert [row[0] for row in empty_book.values("Orders")[1:]] == [order.order_id]
    assert len(empty_book.values("Items")) == 1 + len(order.items)


@pytest.mark.parametrize("tags_are_kept", [True, False])
def test_an_order_that_waited_gets_along_after_its_row_was_restored_away(book: Book, tags_are_kept: bool) -> None:
    book.google.unknowns.restore_keeps_metadata = tags_are_kept
    book.merchant.snapshot("three orders")
    waiting = book.an_order_waits()
    book.merchant.restore("three orders")
    before = book.grids()

    book.items_can_be_fetched(waiting)

    book.holds(before, "Items", len(before["Items"]), ITEMS, item_values(waiting))
    book.holds_still(before, but=("Items",))


@pytest.mark.parametrize("tags_are_copied", [True, False])
def test_a_copy_of_the_whole_spreadsheet_is_gone_on_with(book: Book, tags_are_copied: bool) -> None:
    book.google.unknowns.copy_keeps_metadata = tags_are_copied
    book.merchant.move_column("Orders", index_of("customer"), 0)
    waiting = book.an_order_waits()
    book.merchant.copy_spreadsheet(COPY)
    original = book.grids()
    first_id = book.spreadsheet_id
    point_to(book, COPY)

    columns = [ORDERS[3], *ORDERS[:3], *ORDERS[4:]]
    book.an_order_arrives(orders=columns)
    book.items_can_be_fetched(waiting)
    book.an_order_arrives(orders=columns)

    assert book.values("Orders")[4][1] == waiting.order_id
    assert book.values("Orders")[4][index_of("items")] == "complete"
    copy = book.grids()
    point_to(book, first_id)
    book.holds_still(original)
    (order,) = book.send_and_wait()
    assert book.values("Orders")[5][1] == order.order_id
    assert len(book.values("Orders")) == 6
    point_to(book, COPY)
    book.holds_still(copy)


def test_a_new_empty_spreadsheet_is_begun_and_old_orders_stay_in_the_old_one(book: Book) -> None:
    book.google.create(COPY, "New year")
    point_to(book, COPY)

    (order,) = book.send_and_wait()

    assert [row[0] for row in book.values("Orders")[1:]] == [order.order_id]
    assert len(book.values("Items")) == 1 + len(order.items)
