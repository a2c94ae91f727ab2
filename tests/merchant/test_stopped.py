"""What the connector can't work around stops the writing with a sentence; all goes on by itself once it is mended."""

from collections.abc import Callable

import pytest

from sandbox.google import object_requests, sheet_requests
from tests.merchant.book import ITEMS, ORDERS, Book, index_of, item_values, order_values
from tests.waiting import wait_until

ACCOUNT = "connector@sandbox-project.iam.gserviceaccount.com"
PROTECTED = (
    "{} is protected, so that rows can't be written there. Open Data, Protected sheets and ranges, and "
    f"allow {ACCOUNT} to edit it, or remove the protection."
)
FULL = (
    "The spreadsheet is full: Google allows 10,000,000 cells. Delete tabs, rows or columns that are not "
    "needed, or put a new spreadsheet's id into SPREADSHEET_ID."
)
FOR_VIEWING = (
    f"The spreadsheet is shared with {ACCOUNT} for viewing only. "
    "Open it, choose Share, and make that address an Editor."
)
NOT_SHARED = f"The spreadsheet is not shared with {ACCOUNT}. Open it, choose Share, and add that address as Editor."


def stops_and_goes_on(book: Book, sentence: str, mend: Callable[[], object]) -> None:
    """Two orders come while nothing can be written; all that is there stays, and they follow once it is mended."""
    before, ends = book.grids(), (book.end("Orders"), book.end("Items"))
    orders = [book.send(), book.send()]
    assert book.problem() == sentence
    wait_until(lambda: None not in [book.shop.order(order.order_id) for order in orders])
    book.holds_still(before)

    mend()

    book.shop.wait_until_synced(orders)
    wait_until(lambda: book.shop.http.get("/readyz").json()["problems"] == [])
    ids = [row[0] for row in book.values("Orders")[ends[0] :]]
    assert sorted(ids) == sorted(order.order_id for order in orders)
    orders.sort(key=lambda order: ids.index(order.order_id))
    book.holds(before, "Orders", ends[0], ORDERS, [order_values(order) for order in orders])
    book.holds(before, "Items", ends[1], ITEMS, [row for order in orders for row in item_values(order)])
    book.holds_still(before, but=("Orders", "Items"))


def test_a_protected_header_keeps_no_order_out(book: Book) -> None:
    book.merchant.protect("Orders", row=0, end_row=1)
    book.merchant.protect("Items", row=0, end_row=1)

    book.an_order_arrives()


def test_a_protected_header_keeps_no_order_out_where_there_is_none_yet(book: Book) -> None:
    book.merchant.delete_rows("Orders", 1, 3)
    book.merchant.protect("Orders", row=0, end_row=1)

    book.an_order_arrives()


def test_protected_orders_keep_no_new_order_out(book: Book) -> None:
    book.merchant.protect("Orders", row=0, end_row=4)

    book.an_order_arrives()


def test_a_protection_that_only_warns_keeps_no_order_out(book: Book) -> None:
    book.merchant.protect("Orders", warning_only=True)

    book.an_order_arrives()


def test_a_protection_that_leaves_the_service_account_out_keeps_no_order_out(book: Book) -> None:
    given = {"range": {"sheetId": book.sheet("Orders").sheet_id}, "editors": {"users": [ACCOUNT]}}
    book.edit(lambda draft: object_requests.add_protected_range(draft, {"protectedRange": given}))

    book.an_order_arrives()


@pytest.mark.parametrize("tab", ["Orders", "Items"])
@pytest.mark.parametrize(
    ("area", "name"),
    [
        ((None, None, None, None), "The tab {tab}"),
        ((1, None, None, None), "The range 2:{rows} of the tab {tab}"),
        ((1, 40, 0, 10), "The range A2:J40 of the tab {tab}"),
        ((None, None, 3, 4), "The range D:D of the tab {tab}"),
        ((2, 9, 3, 4), "The range D3:D9 of the tab {tab}"),
    ],
    ids=["the whole tab", "all rows below the header", "the data and some rows more", "a column", "some cells"],
)
def test_a_protection_over_the_rows_stops_the_writing_until_it_is_taken_off(
    book: Book, tab: str, area: tuple[int | None, int | None, int | None, int | None], name: str
) -> None:
    if area[1] == 9 and book.end(tab) > 4:
        book.merchant.delete_rows(tab, 4, book.end(tab) - 4)  # so that the rows end within it
    book.merchant.protect(tab, *area)
    named = name.format(tab=tab, rows=book.sheet(tab).row_count)

    stops_and_goes_on(book, PROTECTED.format(named), lambda: book.merchant.unprotect(tab))


def test_a_protected_column_of_the_merchants_own_stops_the_writing_and_is_named(book: Book) -> None:
    book.merchant.insert_column("Orders", 4, "Done by")
    book.merchant.protect("Orders", column=4, end_column=5)
    order = book.send()

    assert book.problem() == PROTECTED.format("The range E:E of the tab Orders")

    book.merchant.unprotect("Orders")
    book.shop.wait_until_synced([order])
    assert [row[0] for row in book.values("Orders")[1:]] == [order.order_id for order in book.sent]


def test_a_protected_row_with_an_order_that_waits_stops_the_writing_until_it_is_taken_off(book: Book) -> None:
    waiting = book.an_order_waits()
    book.merchant.protect("Orders", row=0, end_row=5)
    before = book.grids()
    book.shop.sandbox.faults.clear("whapi")

    assert book.problem() == PROTECTED.format("The range 1:5 of the tab Orders")
    book.holds_still(before)
    book.merchant.unprotect("Orders")

    book.items_can_be_fetched(waiting)
    assert book.values("Orders")[4][index_of("items")] == "complete"
    book.holds(before, "Items", len(before["Items"]), ITEMS, item_values(waiting))


@pytest.mark.parametrize(("role", "sentence"), [("none", NOT_SHARED), ("reader", FOR_VIEWING)])
def test_rights_may_be_withdrawn_and_given_back(book: Book, role: str, sentence: str) -> None:
    book.merchant.share(role)

    stops_and_goes_on(book, sentence, lambda: book.merchant.share("writer"))


def test_a_full_spreadsheet_stops_the_writing_until_there_is_room(book: Book) -> None:
    content = book.google.spreadsheets[book.spreadsheet_id].content
    room = 10_000_000 - content.cell_count()
    archive = {"title": "Archive", "gridProperties": {"rowCount": room // 1000, "columnCount": 1000}}
    book.edit(lambda draft: sheet_requests.add_sheet(draft, {"properties": archive}))
    rest = {"title": "Rest", "gridProperties": {"rowCount": 1, "columnCount": room % 1000}}
    book.edit(lambda draft: sheet_requests.add_sheet(draft, {"properties": rest}))

    stops_and_goes_on(book, FULL, lambda: book.merchant.delete_rows("Archive", 0, 1))


def test_a_full_spreadsheet_without_our_tabs_is_said_too(empty_book: Book) -> None:
    grid = {"rowCount": 9_974_000 // 1000, "columnCount": 1000}
    empty_book.edit(
        lambda draft: sheet_requests.add_sheet(draft, {"properties": {"title": "Archive", "gridProperties": grid}})
    )
    order = empty_book.send()

    assert empty_book.problem() == FULL
    assert list(empty_book.google.titles(empty_book.spreadsheet_id)) == ["Sheet1", "Archive"]
    empty_book.merchant.delete_tab("Archive")

    empty_book.shop.wait_until_synced([order])
    assert [row[0] for row in empty_book.values("Orders")[1:]] == [order.order_id]


def test_a_spreadsheet_in_the_trash_still_takes_orders(book: Book) -> None:
    book.merchant.trash()

    book.an_order_arrives()
    book.merchant.trash(False)
    book.an_order_arrives()


def test_a_spreadsheet_that_is_gone_for_good_is_said_and_all_goes_on_once_it_is_back(book: Book) -> None:
    file = book.google.spreadsheets[book.spreadsheet_id]
    before = book.grids()
    del book.google.spreadsheets[book.spreadsheet_id]
    order = book.send()

    assert book.problem() == (
        f"There is no spreadsheet with the id {book.spreadsheet_id}. Copy SPREADSHEET_ID anew from the address of "
        "the open spreadsheet; a deleted one must be restored first."
    )
    book.google.spreadsheets[book.spreadsheet_id] = file

    book.shop.wait_until_synced([order])
    book.holds(before, "Orders", 4, ORDERS, [order_values(order)])
    book.holds(before, "Items", len(before["Items"]), ITEMS, item_values(order))
