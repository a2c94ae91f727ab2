"""The first order fills the blank row below the header, so that what the merchant has prepared there holds it.

Ranges that begin at the first row of data go on beginning there, and nothing that stands there is overwritten.
"""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.faults import Fault
from sandbox.google import cell_requests, object_requests, table_requests
from tests.merchant.book import ITEMS, MINE, ORDERS, Book, index_of, item_values, order_values

Edit = Callable[[Book], None]

LOOK = "getByDataFilter"
"""The connector's look at the row below the header."""


@pytest.fixture
def ready_book(empty_book: Book) -> Book:
    """A spreadsheet with the tabs, as setup makes them, and no order yet."""
    empty_book.make_tabs()
    empty_book.google.calls.clear()
    empty_book.shop.service.workbook._refuses_what_is_gone = None  # as a process knows it that has just begun
    return empty_book


def name_a_range(book: Book, name: str, row: int, end_row: int | None) -> None:
    """A name for cells of the column Total."""
    place: dict[str, Any] = {"sheetId": book.sheet("Orders").sheet_id, "startColumnIndex": 7, "endColumnIndex": 8}
    place |= {"startRowIndex": row} | ({} if end_row is None else {"endRowIndex": end_row})
    book.edit(lambda draft: object_requests.add_named_range(draft, {"namedRange": {"name": name, "range": place}}))


def named_rows(book: Book) -> dict[str, tuple[int | None, int | None]]:
    content = book.google.spreadsheets[book.spreadsheet_id].content
    return {named.name: (named.area.row, named.area.end_row) for named in content.named_ranges.values()}


def test_ranges_that_begin_at_the_first_row_of_data_hold_the_first_order_and_all_later_ones(ready_book: Book) -> None:
    name_a_range(ready_book, "open", 1, None)
    name_a_range(ready_book, "ten", 1, 11)
    name_a_range(ready_book, "below", 11, 12)

    ready_book.send_together(3)
    ready_book.an_order_arrives()

    assert named_rows(ready_book) == {"open": (1, None), "ten": (1, 15), "below": (15, 16)}
    assert [row[0] for row in ready_book.values("Orders")[1:]] == [order.order_id for order in ready_book.sent]


def test_sums_that_the_merchant_has_prepared_hold_every_order(ready_book: Book) -> None:
    """On a tab of the merchant's own, and below the blank rows of the tab itself."""
    sums = {
        ("Sheet1", 0, "A"): "=SUM(Orders!I2:I)",
        ("Sheet1", 1, "A"): "=COUNTA(Orders!$A$2:$A)",
        ("Sheet1", 2, "A"): "=INDEX(Orders!I2:I11,1)",
        ("Orders", 30, "I"): "=SUM(I2:I30)",
    }
    for (tab, row, column), formula in sums.items():
        ready_book.merchant.set_cell(tab, row, column, formula)

    ready_book.send_together(3)
    ready_book.send_and_wait(2)

    assert [row[0] for row in ready_book.values("Sheet1")] == [
        "=SUM(Orders!I2:I)",
        "=COUNTA(Orders!$A$2:$A)",
        "=INDEX(Orders!I2:I16,1)",
    ]
    assert ready_book.values("Orders")[35][8] == "=SUM(I2:I35)"


def test_an_array_formula_of_the_merchants_begins_beside_the_first_order(ready_book: Book) -> None:
    ready_book.merchant.insert_column("Orders", 8, "Net")
    ready_book.merchant.set_cell("Orders", 1, 8, "=ARRAYFORMULA(H2:H*0.81)")

    ready_book.send_and_wait(2)

    assert [row[8] if len(row) > 8 else None for row in ready_book.values("Orders")[1:3]] == [
        "=ARRAYFORMULA(H2:H*0.81)",
        None,
    ]


def test_a_total_below_grows_where_it_takes_in_the_blank_row_below_the_last_order(book: Book) -> None:
    book.merchant.set_cell("Orders", 5, "I", "=SUM(I2:I5)")

    book.send_and_wait()
    book.send_together(2)

    assert book.values("Orders")[8][8] == "=SUM(I2:I8)"


def test_the_first_order_looks_like_the_blank_row_that_it_fills(ready_book: Book) -> None:
    blank = ready_book.sheet("Orders").rows[1]
    assert blank

    ready_book.an_order_arrives()

    row = ready_book.grid("Orders")[1]
    assert {column: (row[column].format or {})["wrapStrategy"] for column in blank} == {
        column: (cell.format or {})["wrapStrategy"] for column, cell in blank.items()
    }


def test_the_same_is_so_after_all_orders_were_deleted(book: Book) -> None:
    book.merchant.delete_rows("Orders", 1, 3)
    name_a_range(book, "open", 1, None)

    book.an_order_arrives()
    book.an_order_arrives()

    assert named_rows(book) == {"open": (1, None)}


def test_the_first_row_is_filled_wherever_header_and_columns_are(ready_book: Book) -> None:
    ready_book.merchant.insert_rows("Orders", 0, 2)
    ready_book.merchant.set_cell("Orders", 0, "A", "Orders of my shop")
    ready_book.merchant.move_column("Orders", index_of("items"), 0)
    ready_book.merchant.insert_column("Orders", 3, "Mine")
    name_a_range(ready_book, "open", 3, None)
    columns = [ORDERS[-1], *ORDERS[:2], MINE, *ORDERS[2:-1]]

    ready_book.an_order_arrives(orders=columns, orders_end=3)
    ready_book.an_order_arrives(orders=columns)

    assert named_rows(ready_book) == {"open": (3, None)}


def test_what_the_merchant_has_prepared_in_columns_of_their_own_stands_beside_the_first_order(ready_book: Book) -> None:
    ready_book.merchant.insert_column("Orders", 8, "Net")
    ready_book.merchant.set_cell("Orders", 1, 8, "prepared")
    ready_book.merchant.set_note("Orders", 1, 8, "for the tax office")
    ready_book.merchant.set_cell("Orders", 2, 8, "prepared too")
    columns = [*ORDERS[:8], MINE, *ORDERS[8:]]
    before = ready_book.grids()

    (order,) = ready_book.send_and_wait()

    ready_book.holds(before, "Orders", 1, columns, [order_values(order)], fills=True)
    assert ready_book.values("Orders")[1][8] == "prepared"
    assert ready_book.values("Orders")[3][8] == "prepared too"
    ready_book.an_order_arrives(orders=columns)


def types_into_it(book: Book) -> None:
    book.merchant.set_cell("Orders", 1, index_of("customer"), "a text of mine")


def types_a_zero_into_it(book: Book) -> None:
    book.merchant.set_cell("Orders", 1, index_of("total"), "0")


def notes_something_in_it(book: Book) -> None:
    book.merchant.set_note("Orders", 1, index_of("phone"), "with the country code, please")


def merges_cells_of_it(book: Book) -> None:
    place = {"sheetId": book.sheet("Orders").sheet_id, "startRowIndex": 1, "endRowIndex": 2}
    place |= {"startColumnIndex": 3, "endColumnIndex": 5}
    book.edit(lambda draft: cell_requests.merge_cells(draft, {"range": place, "mergeType": "MERGE_ALL"}))


def protects_it(book: Book) -> None:
    book.merchant.protect("Orders", row=1, end_row=2)


def protects_it_and_all_below(book: Book) -> None:
    book.merchant.protect("Orders", row=1)


def makes_it_the_last_row_of_a_table(book: Book) -> None:
    place = {"sheetId": book.sheet("Orders").sheet_id, "startRowIndex": 0, "endRowIndex": 2}
    place |= {"startColumnIndex": 0, "endColumnIndex": len(ORDERS)}
    book.merchant.clear_filter("Orders")
    book.edit(lambda draft: table_requests.add_table(draft, {"table": {"name": "Mine", "range": place}}))


@pytest.mark.parametrize(
    "prepare",
    [
        types_into_it,
        types_a_zero_into_it,
        notes_something_in_it,
        merges_cells_of_it,
        protects_it,
        protects_it_and_all_below,
        makes_it_the_last_row_of_a_table,
    ],
)
def test_a_row_that_is_not_the_connector_s_to_fill_is_pushed_down_unchanged(ready_book: Book, prepare: Edit) -> None:
    prepare(ready_book)
    name_a_range(ready_book, "open", 1, None)

    ready_book.an_order_arrives(orders_end=1)

    assert named_rows(ready_book) == {"open": (2, None)}


# At the very moment


def types_a_whole_row(book: Book) -> None:
    for column in "ABCDEFGHIJK":
        book.merchant.set_cell("Orders", 1, column, f"a text of mine in {column}")


def test_what_is_typed_into_the_row_at_that_very_moment_goes_below_the_orders(ready_book: Book) -> None:
    ready_book.after_the_next_read(lambda: types_a_whole_row(ready_book), LOOK)

    ready_book.send_together(2)

    texts = [f"a text of mine in {column}" for column in "ABCDEFGHIJK"]
    assert [row[0] for row in ready_book.values("Orders")[1:3]] == [order.order_id for order in ready_book.sent]
    assert ready_book.values("Orders")[3] == texts
    ready_book.an_order_arrives()
    assert ready_book.values("Orders")[4] == texts


def test_a_note_of_that_very_moment_stays(ready_book: Book) -> None:
    ready_book.after_the_next_read(
        lambda: ready_book.merchant.set_note("Orders", 1, index_of("customer"), "a remark"), LOOK
    )

    (order,) = ready_book.send_and_wait()

    assert ready_book.values("Orders")[1][0] == order.order_id
    assert ready_book.grid("Orders")[1][index_of("customer")].note == "a remark"


def inserts_a_row_above(book: Book) -> None:
    book.merchant.insert_rows("Orders", 0, 1)
    book.merchant.set_cell("Orders", 0, "A", "Orders of my shop")


def inserts_a_row_below_the_header(book: Book) -> None:
    book.merchant.insert_rows("Orders", 1, 1)
    book.merchant.set_cell("Orders", 1, "A", "a text of mine")


def deletes_the_row(book: Book) -> None:
    book.merchant.set_cell("Orders", 2, "B", "a text of mine")
    book.merchant.delete_rows("Orders", 1)


def deletes_the_header(book: Book) -> None:
    book.merchant.delete_rows("Orders", 0)


EDITS = [inserts_a_row_above, inserts_a_row_below_the_header, deletes_the_row, deletes_the_header]


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("refuses", [True, False])
def test_nothing_is_overwritten_where_rows_move_at_that_very_moment(
    ready_book: Book, edit: Edit, refuses: bool
) -> None:
    ready_book.google.unknowns.refuse_unmatched_metadata = refuses
    seen: list[list[list[Any]]] = []

    def edit_and_look() -> None:
        edit(ready_book)
        seen.append(ready_book.values("Orders"))

    ready_book.after_the_next_read(edit_and_look, LOOK)

    (order,) = ready_book.send_and_wait()

    rows = [row for row in ready_book.values("Orders") if row and row[0] != order.order_id]
    assert rows == [row for row in seen[0] if row]
    assert [row[0] for row in ready_book.values("Orders") if row].count(order.order_id) == 1


def test_where_google_takes_updates_that_match_nothing_the_first_orders_are_inserted(ready_book: Book) -> None:
    ready_book.google.unknowns.refuse_unmatched_metadata = False
    name_a_range(ready_book, "open", 1, None)

    ready_book.an_order_arrives()
    ready_book.an_order_arrives()

    assert named_rows(ready_book) == {"open": (3, None)}  # each order has come in above it


def test_where_the_trial_gets_no_clear_answer_no_order_waits_for_it(ready_book: Book) -> None:
    ready_book.send_and_wait()
    ready_book.merchant.delete_rows("Orders", 1)
    ready_book.shop.service.workbook._refuses_what_is_gone = None
    ready_book.shop.sandbox.faults.add(Fault("google", "status", status=500, path_contains=":batchUpdate"))

    (order,) = ready_book.send_and_wait()

    assert [row[0] for row in ready_book.values("Orders")[1:]] == [order.order_id]


def test_it_costs_one_read_and_once_one_write(ready_book: Book) -> None:
    ready_book.send_and_wait(2)  # the guard is proved, and the summary is made
    for tab in ("Orders", "Items"):
        ready_book.merchant.delete_rows(tab, 1, ready_book.end(tab) - 1)
    ready_book.send_and_wait(1)  # the trial is done
    for tab in ("Orders", "Items"):
        ready_book.merchant.delete_rows(tab, 1, ready_book.end(tab) - 1)
    ready_book.shop.service.workbook.layout()  # the ends are found anew

    def calls_for_an_order() -> dict[str, int]:
        ready_book.google.calls.clear()
        ready_book.send_and_wait()
        # Searches are left out: housekeeping makes some of its own.
        return {kind: ready_book.google.calls.by_kind[kind] for kind in (LOOK, "batchUpdate", "get")}

    assert calls_for_an_order() == {LOOK: 1, "batchUpdate": 1, "get": 0}
    assert calls_for_an_order() == {LOOK: 0, "batchUpdate": 1, "get": 0}


def test_items_fill_their_first_row_too(ready_book: Book) -> None:
    before = ready_book.grids()

    (order,) = ready_book.send_and_wait()

    ready_book.holds(before, "Items", 1, ITEMS, item_values(order), fills=True)
