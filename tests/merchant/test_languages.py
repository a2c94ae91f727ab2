"""An account whose language isn't English, and a Google that doesn't mind `Accept-Language`: no order is lost to words
that nobody understands, none is doubled, and what is wrong is said as ever."""

from dataclasses import replace

import pytest

from sandbox.faults import Fault
from sandbox.google import sheet_requests
from sandbox.google.calls import Call
from sandbox.google.standin import Answer
from tests.merchant.book import ORDERS, Book, index_of, order_values
from tests.merchant.test_stopped import FULL, PROTECTED, stops_and_goes_on
from tests.waiting import wait_until


@pytest.fixture(params=["es", "ja"])
def foreign(empty_book: Book, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Book:
    """A spreadsheet in which nothing stands yet, of an account with another language."""
    real = empty_book.google.answer

    def answer(call: Call, *, counted: bool = True) -> Answer:
        return real(replace(call, languages=""), counted=counted)

    monkeypatch.setattr(empty_book.google, "answer", answer)
    monkeypatch.setattr(empty_book.google, "language", request.param)
    return empty_book


@pytest.fixture
def foreign_book(foreign: Book) -> Book:
    foreign.send_together(3)
    return foreign


def test_google_is_asked_for_english(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book.google, "language", "es")
    real, asked = book.google.answer, []

    def answer(call: Call, *, counted: bool = True) -> Answer:
        asked.append(call.languages)
        return real(call, counted=counted)

    monkeypatch.setattr(book.google, "answer", answer)

    book.an_order_arrives()

    assert set(asked) == {"en"}


@pytest.mark.parametrize("kind", ["commit_then_drop", "late_commit"])
def test_a_batch_without_a_clear_answer_is_settled(foreign_book: Book, kind: str) -> None:
    before = foreign_book.grids()
    foreign_book.shop.sandbox.faults.add(Fault("google", kind, seconds=0.05, path_contains=":batchUpdate"))

    (order,) = foreign_book.send_and_wait()

    wait_until(lambda: foreign_book.google.late_commits() == 0)
    foreign_book.holds(before, "Orders", 4, ORDERS, [order_values(order)])


def test_a_column_that_is_inserted_at_that_very_moment_makes_the_batch_begin_anew(foreign_book: Book) -> None:
    before = foreign_book.values("Orders")
    foreign_book.after_the_next_read(lambda: foreign_book.merchant.insert_column("Orders", 2, "Mine"))

    (order,) = foreign_book.send_and_wait()

    rows = foreign_book.values("Orders")
    assert [row[:2] + row[3:] for row in rows] == [*before, [*rows[4][:2], *rows[4][3:]]]
    assert (rows[4][0], rows[4][1 + index_of("customer")]) == (order.order_id, order.customer_name)


@pytest.mark.parametrize(
    ("area", "name"),
    [((None, None, None, None), "The tab Orders"), ((None, None, 3, 4), "The range D:D of the tab Orders")],
)
def test_a_protection_is_named(
    foreign_book: Book, area: tuple[int | None, int | None, int | None, int | None], name: str
) -> None:
    foreign_book.merchant.protect("Orders", *area)

    stops_and_goes_on(foreign_book, PROTECTED.format(name), lambda: foreign_book.merchant.unprotect("Orders"))


def test_a_protected_row_with_an_order_that_waits_is_named(foreign_book: Book) -> None:
    waiting = foreign_book.an_order_waits()
    foreign_book.merchant.protect("Orders", row=0, end_row=5)
    foreign_book.shop.sandbox.faults.clear("whapi")

    assert foreign_book.problem() == PROTECTED.format("The range 1:5 of the tab Orders")

    foreign_book.merchant.unprotect("Orders")
    foreign_book.items_can_be_fetched(waiting)


def test_a_full_spreadsheet_is_said(foreign_book: Book) -> None:
    room = 10_000_000 - foreign_book.google.spreadsheets[foreign_book.spreadsheet_id].content.cell_count()
    for title, rows, columns in (("Archive", room // 1000, 1000), ("Rest", 1, room % 1000)):
        given = {"title": title, "gridProperties": {"rowCount": rows, "columnCount": columns}}
        foreign_book.edit(lambda draft, given=given: sheet_requests.add_sheet(draft, {"properties": given}))  # type: ignore[misc]

    stops_and_goes_on(foreign_book, FULL, lambda: foreign_book.merchant.delete_rows("Archive", 0, 1))


def test_a_tab_that_somebody_else_makes_at_that_very_moment_is_no_obstacle(foreign: Book) -> None:
    def makes_it() -> None:
        foreign.merchant.add_tab("Orders")
        foreign.merchant.set_cell("Orders", 0, "A", "mine")

    foreign.after_the_next_read(makes_it, "get")

    (order,) = foreign.send_and_wait()

    assert foreign.values("Orders") == [["mine"]]
    assert [row[0] for row in foreign.values("Orders 2")] == ["Order ID", order.order_id]
