"""An order whose items come later: its row may be anywhere by then, or gone, or changed."""

import pytest

from tests.merchant.book import ITEMS, Book, filled_in, index_of, item_values


def completes(book: Book, row: int, column: int = index_of("items")) -> None:
    """The order that waits gets its items: one cell changes, its item rows are added, and nothing else."""
    (waiting,) = [order for order in book.sent if book.shop.statuses([order]) == ["waiting"]]
    before = book.grids()
    assert before["Orders"][row][column].value == f"waiting · {waiting.order_id}"
    end = book.end("Items")

    book.items_can_be_fetched(waiting)

    before["Orders"][row][column] = before["Orders"][row][column]._replace(value="complete")
    filled_in(before["Orders"], waiting)
    book.holds(before, "Items", end, ITEMS, item_values(waiting))
    book.holds_still(before, but=("Items",))


def changes_nothing_but_the_items(book: Book) -> None:
    """The order gets along though its cell is not there any more: its item rows are added, and nothing else."""
    (waiting,) = [order for order in book.sent if book.shop.statuses([order]) == ["waiting"]]
    before, end = book.grids(), book.end("Items")

    book.items_can_be_fetched(waiting)

    filled_in(before["Orders"], waiting)
    book.holds(before, "Items", end, ITEMS, item_values(waiting))
    book.holds_still(before, but=("Items",))


def row_of(book: Book, order_id: str) -> int:
    return next(index for index, row in enumerate(book.values("Orders")) if order_id in row)


def test_the_row_says_so_and_then_that_all_is_there(book: Book) -> None:
    book.an_order_waits()
    book.send_and_wait(1)

    completes(book, row=4)


@pytest.mark.parametrize("descending", [True, False])
def test_the_rows_may_be_sorted_meanwhile(book: Book, descending: bool) -> None:
    waiting = book.an_order_waits()
    book.send_and_wait(1)
    book.merchant.sort("Orders", "A", descending)
    book.merchant.sort("Items", "D", descending)

    completes(book, row_of(book, waiting.order_id))
    book.an_order_arrives()


def test_rows_and_columns_may_come_and_go_meanwhile(book: Book) -> None:
    waiting = book.an_order_waits()
    book.merchant.insert_rows("Orders", 0, 2)
    book.merchant.delete_rows("Orders", 4)
    book.merchant.insert_column("Orders", 0, "Mine")
    book.merchant.move_column("Orders", index_of("items") + 1, 3)

    completes(book, row_of(book, waiting.order_id), column=3)


def test_headers_tabs_and_other_cells_may_change_meanwhile(book: Book) -> None:
    waiting = book.an_order_waits()
    book.merchant.rename_column("Orders", index_of("items"), "Ware")
    row = row_of(book, waiting.order_id)
    for column in ("A", "C", "J"):
        book.merchant.set_cell("Orders", row, column, "changed")

    completes(book, row)


def test_a_deleted_row_does_not_come_back_and_its_items_come(book: Book) -> None:
    waiting = book.an_order_waits()
    book.merchant.delete_rows("Orders", row_of(book, waiting.order_id))

    changes_nothing_but_the_items(book)
    book.an_order_arrives()


@pytest.mark.parametrize("text", ["picked up on Monday", "waiting", "", "0", "complete"])
def test_a_cell_that_the_merchant_has_overwritten_is_left_alone(book: Book, text: str) -> None:
    waiting = book.an_order_waits()
    book.merchant.set_cell("Orders", row_of(book, waiting.order_id), index_of("items"), text)

    changes_nothing_but_the_items(book)


def test_a_cell_that_only_mentions_the_text_is_left_alone(book: Book) -> None:
    waiting = book.an_order_waits()
    row = row_of(book, waiting.order_id)
    book.merchant.set_cell("Orders", 1, index_of("items"), f"Not so waiting · {waiting.order_id} I hope")
    book.merchant.set_cell("Orders", 2, index_of("note"), f"waiting · {waiting.order_id}")

    completes(book, row)


def test_a_cell_that_was_moved_to_a_column_of_the_merchants_is_left_alone(book: Book) -> None:
    waiting = book.an_order_waits()
    row = row_of(book, waiting.order_id)
    book.merchant.set_cell("Orders", row, index_of("note"), f"waiting · {waiting.order_id}")
    book.merchant.set_cell("Orders", row, index_of("items"), "")

    changes_nothing_but_the_items(book)


@pytest.mark.parametrize("descending", [True, False])
def test_an_order_that_was_given_up_and_gets_its_items_after_all_is_found_wherever_it_stands(
    book: Book, descending: bool
) -> None:
    first, second = (book.an_order_without_a_token() for _ in range(2))
    book.merchant.insert_rows("Orders", 2, 1)
    book.merchant.sort("Orders", "A", descending)
    before, end = book.grids(), book.end("Items")

    book.comes_again_with_its_token(first)

    row = before["Orders"][row_of(book, first.order_id)]
    assert row[index_of("items")].value == "unavailable"
    row[index_of("items")] = row[index_of("items")]._replace(value="complete")
    filled_in(before["Orders"], first, "unavailable")
    book.holds(before, "Items", end, ITEMS, item_values(first))
    book.holds_still(before, but=("Items",))
    assert book.shop.statuses([second]) == ["failed"]
