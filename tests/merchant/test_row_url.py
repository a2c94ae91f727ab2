"""`row_url` opens the sheet at the row as it was written, whatever the merchant or Google did before."""

import re
from collections.abc import Callable

import pytest

from sandbox.faults import Fault
from sandbox.whapi.order import SandboxOrder
from tests.merchant.book import Book, index_of


def opened(book: Book, order: SandboxOrder) -> str:
    """The text in the cell that the order's link selects."""
    url = book.shop.http.get(f"/orders/{order.order_id}").json()["row_url"]
    sheet_id = book.sheet("Orders").sheet_id
    found = re.fullmatch(
        rf"https://docs\.google\.com/spreadsheets/d/{book.spreadsheet_id}/edit#gid={sheet_id}&range=A(\d+)", url
    )
    assert found, url
    text: str = book.values("Orders")[int(found[1]) - 1][0]
    return text


def test_each_order_of_a_batch_has_the_link_to_its_own_row(book: Book) -> None:
    assert [opened(book, order) for order in book.sent] == [order.order_id for order in book.sent]


def test_an_order_without_a_row_has_no_link(empty_book: Book) -> None:
    empty_book.shop.sandbox.google.spreadsheets[empty_book.spreadsheet_id].role = "reader"
    order = empty_book.send()
    empty_book.problem()

    assert empty_book.shop.http.get(f"/orders/{order.order_id}").json()["row_url"] is None

    empty_book.shop.sandbox.google.spreadsheets[empty_book.spreadsheet_id].role = "writer"
    empty_book.shop.wait_until_synced([order])
    assert opened(empty_book, order) == order.order_id


def inserts_rows_above(book: Book) -> None:
    book.merchant.insert_rows("Orders", 0, 2)
    book.merchant.insert_rows("Orders", 4, 3)


def sorts(book: Book) -> None:
    book.merchant.sort("Orders", "A", descending=True)


def deletes_rows(book: Book) -> None:
    book.merchant.delete_rows("Orders", 1, 2)


def types_below(book: Book) -> None:
    book.merchant.set_cell("Orders", 4, index_of("customer"), "a text of mine")


EDITS = [inserts_rows_above, sorts, deletes_rows, types_below]


@pytest.mark.parametrize("edit", EDITS)
def test_the_link_is_right_after_the_merchant_edited_before_the_batch(book: Book, edit: Callable[[Book], None]) -> None:
    edit(book)

    for order in book.send_and_wait(2):
        assert opened(book, order) == order.order_id


@pytest.mark.parametrize("edit", EDITS)
def test_the_link_is_right_after_the_merchant_edited_while_the_batch_was_made(
    book: Book, edit: Callable[[Book], None]
) -> None:
    book.after_the_next_read(lambda: edit(book))

    (order,) = book.send_and_wait()

    assert opened(book, order) == order.order_id


@pytest.mark.parametrize("kind", ["commit_then_503", "commit_then_drop", "late_commit", "late_commit_503", "drop"])
def test_the_link_is_right_after_an_unclear_write(book: Book, kind: str) -> None:
    book.shop.sandbox.faults.add(Fault("google", kind, seconds=0.3, path_contains=":batchUpdate"))

    orders = [book.send(), book.send()]

    book.shop.wait_until_synced(orders)
    assert [opened(book, order) for order in orders] == [order.order_id for order in orders]


def test_the_link_stays_when_the_items_follow(book: Book) -> None:
    waiting = book.an_order_waits()
    before = opened(book, waiting)
    book.send_and_wait()

    book.items_can_be_fetched(waiting)

    assert before == opened(book, waiting) == waiting.order_id


def test_a_row_that_the_merchant_moved_later_keeps_its_old_link(book: Book) -> None:
    first, last = book.sent[0], book.sent[-1]
    book.merchant.insert_rows("Orders", 1, 2)

    assert opened(book, last) == first.order_id
