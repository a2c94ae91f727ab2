"""NEW_ROWS=top: the newest order stands right below the header, in tabs that are made so and in others."""

from collections.abc import Callable

import pytest

from connector.sheets.words import ENGLISH_WORDS
from sandbox.google import dimension_requests, object_requests, sheet_requests
from sandbox.google.validation import rule_at
from tests.merchant.book import ITEMS, ORDERS, Book, Grid, index_of, item_values, order_values

Edit = Callable[[Book], object]
STATUS = index_of("status")


@pytest.fixture
def newest_first(book: Book) -> Book:
    """A book with three orders, the oldest of them first, whose merchant wants it the other way from now on."""
    book.newest_first = True
    return book


def arrives_on_top(book: Book, *, header: int = 0, header_of_items: int = 0) -> None:
    """Sends an order, and sees that its rows are right below the headers, and all else is as it was."""
    book.an_order_arrives(orders_end=header + 1, items_end=header_of_items + 1)


def test_in_new_tabs_the_newest_order_stands_first_and_the_items_of_each_in_their_order(empty_book: Book) -> None:
    empty_book.newest_first = True

    orders = [*empty_book.send_and_wait(), empty_book.send("many_items")]
    empty_book.shop.wait_until_synced(orders)
    orders += empty_book.send_and_wait()

    newest = orders[::-1]
    assert [row[0] for row in empty_book.values("Orders")[1:]] == [order.order_id for order in newest]
    assert [tuple(row[:4:3]) for row in empty_book.values("Items")[1:]] == [
        (order.order_id, item.name) for order in newest for item in order.items
    ]


def test_the_setting_moves_no_row_that_is_there(newest_first: Book) -> None:
    arrives_on_top(newest_first)
    arrives_on_top(newest_first)

    newest_first.newest_first = False

    newest_first.an_order_arrives()


def sorts(book: Book) -> None:
    book.merchant.sort("Orders", "A", descending=True)
    book.merchant.sort("Items", "D")


def deletes_the_newest(book: Book) -> None:
    book.merchant.delete_rows("Orders", 1, 2)
    book.merchant.delete_rows("Items", 1)


def filters_and_hides(book: Book) -> None:
    book.merchant.set_filter("Orders", STATUS, ["Done"])
    book.merchant.hide_rows("Orders", 1, 1)
    book.google.unknowns.inserted_rows_inherit_hidden = True


def makes_tables(book: Book) -> None:
    book.merchant.convert_to_table("Orders")
    book.merchant.convert_to_table("Items")


def protects_the_orders(book: Book) -> None:
    book.merchant.protect("Orders", 1, 4)


def moves_row(book: Book, row: int, *, to: int) -> None:
    source = {"sheetId": book.sheet("Orders").sheet_id, "dimension": "ROWS", "startIndex": row, "endIndex": row + 1}
    book.edit(lambda draft: dimension_requests.move_dimension(draft, {"source": source, "destinationIndex": to}))


def freezes_and_paints(book: Book) -> None:
    sheet_id = book.sheet("Orders").sheet_id
    frozen = {"properties": {"sheetId": sheet_id, "gridProperties": {"frozenRowCount": 3}}, "fields": "gridProperties"}
    book.edit(lambda draft: sheet_requests.update_sheet_properties(draft, frozen))
    rows = {"startRowIndex": 0, "endRowIndex": 4}
    colours = {"firstBandColor": {"red": 1}, "secondBandColor": {"blue": 1}}
    banding = {"bandedRange": {"range": {"sheetId": sheet_id, **rows}, "rowProperties": colours}}
    book.edit(lambda draft: object_requests.add_banding(draft, banding))


@pytest.mark.parametrize("edit", [sorts, deletes_the_newest, filters_and_hides, makes_tables, protects_the_orders])
def test_it_comes_right_below_the_header_whatever_was_done_to_the_rows(newest_first: Book, edit: Edit) -> None:
    edit(newest_first)

    arrives_on_top(newest_first)


def test_it_comes_below_the_header_wherever_that_is(newest_first: Book) -> None:
    newest_first.merchant.insert_rows("Orders", 0, 2)
    newest_first.merchant.set_cell("Orders", 0, "A", "Orders of my shop")
    arrives_on_top(newest_first, header=2)

    moves_row(newest_first, 2, to=5)

    arrives_on_top(newest_first, header=4)


@pytest.mark.parametrize("edit", ["deletes the header", "moves it below all orders"])
def test_without_a_header_above_them_new_rows_come_below_the_last(newest_first: Book, edit: str) -> None:
    if edit == "deletes the header":
        newest_first.merchant.delete_rows("Orders", 0)
    else:
        moves_row(newest_first, 0, to=6)

    newest_first.an_order_arrives(items_end=1)


def inserts_rows_above(book: Book) -> None:
    book.merchant.insert_rows("Orders", 0, 2)


def types_a_row_below_the_header(book: Book) -> None:
    book.merchant.insert_rows("Orders", 1, 1)
    book.merchant.set_cell("Orders", 1, "A", "a text of mine")


@pytest.mark.parametrize(("edit", "header"), [(sorts, 0), (inserts_rows_above, 2), (types_a_row_below_the_header, 0)])
@pytest.mark.parametrize("refuses", [True, False])
def test_it_comes_below_the_header_as_if_an_edit_of_that_very_moment_had_come_before(
    newest_first: Book, edit: Edit, header: int, refuses: bool
) -> None:
    """Where Google takes what matches nothing, it comes below the last order instead: above the header it never is."""
    newest_first.google.unknowns.refuse_unmatched_metadata = refuses
    newest_first.shop.service.workbook._refuses_what_is_gone = None  # as a process knows it that has just begun
    before: dict[str, Grid] = {}

    def edits() -> None:
        edit(newest_first)
        before.update(newest_first.grids())

    if not refuses:
        newest_first.send_and_wait()
    newest_first.after_the_next_read(edits)
    (order,) = newest_first.send_and_wait()

    rows = [row[0] if row else None for row in newest_first.values("Orders")]
    if refuses:
        newest_first.holds(before, "Orders", header + 1, ORDERS, [order_values(order)])
        newest_first.holds(before, "Items", 1, ITEMS, item_values(order))
    else:
        assert rows.index(order.order_id) > rows.index("Order ID") + 1


def test_an_order_that_waits_is_completed_where_it_stands_while_others_come_in_above_it(newest_first: Book) -> None:
    given_up = newest_first.an_order_without_a_token()
    waiting = newest_first.an_order_waits()
    others = newest_first.shop.sandbox.send("normal", 2, together=True)

    newest_first.comes_again_with_its_token(given_up)
    newest_first.items_can_be_fetched(waiting)
    newest_first.shop.wait_until_synced(others)

    rows = {row[0]: row[index_of("items")] for row in newest_first.values("Orders")[1:]}
    assert set(list(rows)[:2]) == {order.order_id for order in others}
    assert list(rows)[2:4] == [waiting.order_id, given_up.order_id]
    assert set(rows.values()) == {"complete"}


def test_a_new_row_looks_like_the_order_below_and_not_like_the_header(newest_first: Book) -> None:
    freezes_and_paints(newest_first)
    newest_first.send_and_wait(2)

    sheet = newest_first.sheet("Orders")
    for row in (1, 2):
        rule = rule_at(sheet, row, STATUS)
        assert rule is not None
        assert [value["userEnteredValue"] for value in rule["condition"]["values"]] == list(ENGLISH_WORDS.statuses)
        looks = [(sheet.cell(row, column).format or {}) for column in range(len(ORDERS))]
        assert not any("backgroundColorStyle" in look or look.get("textFormat", {}).get("bold") for look in looks)
        assert [look["borders"] for look in looks] == [(sheet.cell(4, 0).format or {})["borders"]] * len(ORDERS)


def test_it_costs_one_write_and_no_read_more(newest_first: Book) -> None:
    newest_first.send_and_wait(2)
    newest_first.google.calls.clear()

    newest_first.send_and_wait()

    # Searches are left out: housekeeping makes some of its own.
    assert {kind: newest_first.google.calls.by_kind[kind] for kind in ("getByDataFilter", "batchUpdate", "get")} == {
        "getByDataFilter": 0,
        "batchUpdate": 1,
        "get": 0,
    }
