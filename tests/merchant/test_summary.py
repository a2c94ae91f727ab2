"""The tab `Summary`: made once, left alone afterwards, and made again when it is asked for."""

from typing import Any

import pytest
import structlog

from connector.jobs.guards import current_guard
from connector.runtime.clients import sheets_api
from connector.runtime.spreadsheet import build_workbook
from connector.sheets import tags
from connector.sheets.columns import Tab
from connector.sheets.errors import SheetsError
from connector.sheets.workbook import SUMMARY_TRIES, Workbook
from sandbox.faults import Fault
from sandbox.google.draft import Draft
from sandbox.google.grid import Formula
from sandbox.google.object_requests import add_protected_range
from tests.merchant.book import Book, index_of
from tests.waiting import wait_until

TABS = ["Sheet1", "Orders", "Items", "Summary"]


def titles(book: Book) -> list[str]:
    return list(book.google.titles(book.spreadsheet_id))


def remembered(book: Book) -> list[str | None]:
    """What the spreadsheet's own tag says of the summary."""
    entries = book.google.spreadsheets[book.spreadsheet_id].content.metadata.values()
    return [entry.value for entry in entries if entry.key == tags.SUMMARY and entry.place.sheet_id is None]


def workbook(book: Book) -> Workbook:
    """As a command of its own has one, beside the service."""
    settings, service = book.shop.settings, book.shop.service
    return build_workbook(settings, service.database, sheets_api(settings), service.clock)


def get_ready(book: Book) -> None:
    """Makes the tabs and proves the guard, so that the next two writes are those of an order and of the summary."""
    settings, service = book.shop.settings, book.shop.service
    layout = workbook(book).layout()
    sheet_id = layout.tabs[Tab.ORDERS].sheet_id
    current_guard(service.database, sheets_api(settings), book.spreadsheet_id, sheet_id, clock=service.clock)
    book.google.calls.clear()


def formulas(book: Book, tab: str = "Summary") -> list[str]:
    return [cell.value.text for row in book.grid(tab) for cell in row if isinstance(cell.value, Formula)]


def test_it_is_made_after_the_first_orders_with_charts_and_hidden_columns(book: Book) -> None:
    assert titles(book) == TABS
    sheet = book.sheet("Summary")
    assert sheet.grid == {"hideGridlines": True}
    charts: list[dict[str, Any]] = [chart["spec"] for chart in sheet.charts.values()]
    assert [chart["basicChart"]["chartType"] for chart in charts] == ["COLUMN", "COLUMN", "BAR"]
    hidden = [
        index for index in range(sheet.column_count) if sheet.column_properties.get(index, {}).get("hiddenByUser")
    ]
    assert hidden == list(range(16, sheet.column_count))
    assert len(formulas(book)) > 500
    assert remembered(book) == [tags.SETTLED]


def test_it_is_left_alone_by_all_later_orders(book: Book) -> None:
    book.merchant.set_cell("Summary", 3, "A", "mine")
    book.merchant.rename_tab("Summary", "Übersicht")

    book.an_order_arrives()
    book.an_order_arrives()

    assert titles(book) == ["Sheet1", "Orders", "Items", "Übersicht"]


def test_a_summary_that_was_deleted_stays_deleted_even_if_the_tabs_are_made_again(book: Book) -> None:
    book.merchant.delete_tab("Summary")
    book.an_order_arrives()
    for tab in ("Orders", "Items"):
        book.merchant.delete_tab(tab)

    book.send_and_wait(2)

    assert titles(book) == TABS[:3]


def test_a_batch_costs_one_read_and_one_write_once_it_is_made(book: Book) -> None:
    book.google.calls.clear()

    book.send_and_wait()

    assert set(book.google.calls.by_kind) == {"developerMetadata.search", "batchUpdate"}
    assert book.google.calls.by_kind["batchUpdate"] == book.google.calls.by_kind["developerMetadata.search"]


def test_a_tab_of_the_merchants_with_that_name_stays_and_none_is_made(empty_book: Book) -> None:
    empty_book.merchant.rename_tab("Sheet1", "SUMMARY")
    empty_book.merchant.set_cell("SUMMARY", 0, "A", "my own sums")

    empty_book.send_and_wait(2)

    assert titles(empty_book) == ["SUMMARY", "Orders", "Items"]
    assert empty_book.values("SUMMARY") == [["my own sums"]]
    assert remembered(empty_book) == [tags.SETTLED]


def test_on_demand_it_gets_a_name_of_its_own_beside_a_tab_of_the_merchants(empty_book: Book) -> None:
    empty_book.merchant.rename_tab("Sheet1", "Summary")
    empty_book.send_and_wait()

    assert workbook(empty_book).make_summary() == "Summary 2"

    assert titles(empty_book) == ["Summary", "Orders", "Items", "Summary 2"]
    assert workbook(empty_book).make_summary() == "Summary 2"
    assert titles(empty_book) == ["Summary", "Orders", "Items", "Summary 2"]


def test_on_demand_it_is_made_again_in_place_of_the_old_one_with_columns_where_they_are_now(book: Book) -> None:
    before = formulas(book)
    book.merchant.rename_tab("Summary", "Übersicht")
    book.merchant.rename_tab("Orders", "Bob's orders")
    book.merchant.move_column("Bob's orders", index_of("total"), 0)

    assert workbook(book).make_summary() == "Übersicht"

    assert titles(book) == ["Sheet1", "Bob's orders", "Items", "Übersicht"]
    now = formulas(book, "Übersicht")
    assert len(now) == len(before)
    assert any("SUMIFS('Bob''s orders'!$A:$A;'Bob''s orders'!$D:$D" in formula for formula in now)
    assert remembered(book) == [tags.SETTLED]


def test_on_demand_it_comes_back_after_it_was_deleted_and_a_copy_stays(book: Book) -> None:
    book.merchant.duplicate_tab("Summary", "Last year")
    book.merchant.delete_tab("Summary")

    assert workbook(book).make_summary() == "Summary"

    assert titles(book) == ["Sheet1", "Orders", "Items", "Last year", "Summary"]


def test_on_demand_in_an_empty_spreadsheet_all_tabs_are_made(empty_book: Book) -> None:
    assert workbook(empty_book).make_summary() == "Summary"

    assert titles(empty_book) == TABS
    empty_book.an_order_arrives(orders_end=1, items_end=1)


def test_without_a_column_that_it_needs_it_is_not_made_and_the_sentence_names_it(book: Book) -> None:
    book.merchant.delete_column("Orders", index_of("status"))
    before = book.grids()

    with pytest.raises(
        SheetsError, match=r"^The summary needs columns that were deleted: Status \(tab of the orders\)"
    ):
        workbook(book).make_summary()

    book.holds_still(before)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("status", {"status": 503}),
        ("status", {"status": 429}),
        ("drop", {}),
        ("commit_then_drop", {}),
        ("commit_then_503", {}),
        ("late_commit", {"seconds": 0.3}),
    ],
)
def test_a_write_that_fails_or_stays_unclear_stops_no_order_and_makes_no_second_summary(
    empty_book: Book, kind: str, more: dict[str, Any]
) -> None:
    get_ready(empty_book)
    empty_book.shop.sandbox.faults.add(Fault("google", kind, text_contains="Summary", **more))

    order = empty_book.send()
    wait_until(lambda: empty_book.shop.statuses([order]) == ["synced"])
    empty_book.send()
    empty_book.shop.wait_until_synced(empty_book.sent)
    wait_until(lambda: not empty_book.google.late_commits())

    assert titles(empty_book) == TABS
    assert remembered(empty_book) == [tags.SETTLED]


def test_a_summary_that_google_refuses_stops_no_order_and_is_given_up(
    empty_book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = {"addSheet": {"properties": {"title": "Summary", "gridProperties": {"rowCount": -1}}}}
    monkeypatch.setattr("connector.sheets.summary.make.add_summary", lambda *_, **__: iter([wrong]))
    get_ready(empty_book)

    with structlog.testing.capture_logs() as lines:
        for _ in range(5):
            order = empty_book.send()
            wait_until(lambda order=order: empty_book.shop.statuses([order]) == ["synced"])  # type: ignore[misc]

    assert titles(empty_book) == TABS[:3]
    # Told by the log, because a service that has just started has Google refuse another request, once.
    assert [line["times"] for line in lines if line["event"] == "summary.failed"] == [*range(1, SUMMARY_TRIES + 1)]


def test_protected_tabs_stop_no_order(empty_book: Book) -> None:
    """A tab of the merchant's that nobody else may touch has nothing to do with the summary."""

    def protect(draft: Draft) -> None:
        add_protected_range(draft, {"protectedRange": {"range": {"sheetId": 0}}})

    empty_book.edit(protect)

    empty_book.send_and_wait()

    assert titles(empty_book) == TABS
