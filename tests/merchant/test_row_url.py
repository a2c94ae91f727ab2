"""`row_url` opens the sheet at the order's row, whatever the merchant or Google did before and after it was written."""

import re

import pytest

from sandbox.faults import Fault
from sandbox.whapi.order import SandboxOrder
from tests.merchant.book import Book


def opened(book: Book, order: SandboxOrder) -> str:
    """The text in the cell that the order's link leads to."""
    link = book.shop.http.get(f"/orders/{order.order_id}").json()["row_url"]
    url = book.shop.http.get(link, follow_redirects=False).headers["location"]
    sheet_id = book.sheet("Orders").sheet_id
    found = re.fullmatch(
        rf"http://127\.0\.0\.1:\d+/spreadsheets/d/{book.spreadsheet_id}/edit#gid={sheet_id}&range=A(\d+)", url
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


@pytest.mark.parametrize("kind", ["commit_then_503", "late_commit"])
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


def test_a_row_that_the_merchant_moved_later_is_found_where_it_is(book: Book) -> None:
    book.merchant.insert_rows("Orders", 1, 2)
    book.merchant.sort("Orders", "A", descending=True)

    assert [opened(book, order) for order in book.sent] == [order.order_id for order in book.sent]
