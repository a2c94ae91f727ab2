"""The merchant edits at the very moment between the connector's look at the tags and what it writes then.

The batch says where it believes the tags to be. Google is expected to refuse it where one has moved, and then it is
made anew from the sheet as it is. That is not documented: the last tests say what happens if Google should not refuse.
"""

from collections.abc import Callable, Sequence

import pytest

from sandbox.google.calls import Call
from sandbox.google.errors import ApiError
from sandbox.google.standin import Answer
from sandbox.whapi.order import SandboxOrder
from tests.merchant.book import ITEMS, MINE, ORDERS, Book, Grid, index_of, item_values, order_values

Edit = Callable[[Book], None]


def sorts(book: Book) -> None:
    book.merchant.sort("Orders", "A", descending=True)
    book.merchant.sort("Items", "D", descending=True)


def inserts_rows_above(book: Book) -> None:
    book.merchant.insert_rows("Orders", 1, 2)
    book.merchant.insert_rows("Items", 0, 3)


def inserts_rows_below(book: Book) -> None:
    book.merchant.insert_rows("Orders", 4, 2)
    book.merchant.set_cell("Orders", 4, "A", "a note of mine")


def deletes_rows(book: Book) -> None:
    book.merchant.delete_rows("Orders", 1, 2)
    book.merchant.delete_rows("Items", 2)


def deletes_the_last_row(book: Book) -> None:
    book.merchant.delete_rows("Orders", 3)
    book.merchant.delete_rows("Items", book.end("Items") - 1)


def deletes_all_rows(book: Book) -> None:
    book.merchant.delete_rows("Orders", 1, 30)


def types_below_the_last_row(book: Book) -> None:
    for column in "ABCDEFGHIJK":
        book.merchant.set_cell("Orders", 4, column, f"a text of mine in {column}")
        book.merchant.set_note("Orders", 4, column, "and a remark")


def sets_a_filter_and_hides(book: Book) -> None:
    book.merchant.set_filter("Orders", index_of("status"), ["New"])
    book.merchant.hide_rows("Items", 1, 2)


def renames_all(book: Book) -> None:
    book.merchant.rename_column("Orders", "A", "Nummer")
    book.merchant.rename_tab("Items", "Artikel")
    book.merchant.rename_tab("Artikel", "Items")


@pytest.mark.parametrize(
    "edit",
    [
        sorts,
        inserts_rows_above,
        inserts_rows_below,
        deletes_rows,
        deletes_the_last_row,
        deletes_all_rows,
        types_below_the_last_row,
        sets_a_filter_and_hides,
        renames_all,
    ],
)
def test_rows_land_right_below_ours_as_if_the_edit_had_come_before(book: Book, edit: Edit) -> None:
    arrives_during(book, edit, ORDERS)


@pytest.mark.parametrize("at", [0, 5, 10])
def test_rows_land_in_the_right_columns_though_one_was_inserted(book: Book, at: int) -> None:
    def edit(book: Book) -> None:
        book.merchant.insert_column("Orders", at, "Mine")
        for row in range(1, 4):
            book.merchant.set_cell("Orders", row, at, "a text of mine")

    arrives_during(book, edit, [*ORDERS[:at], MINE, *ORDERS[at:]])


@pytest.mark.parametrize("at", [0, 5, 10])
def test_rows_land_in_the_right_columns_though_one_was_deleted(book: Book, at: int) -> None:
    columns = [*ORDERS[:at], *ORDERS[at + 1 :]]

    arrives_during(book, lambda book: book.merchant.delete_column("Orders", at), columns, orders_end=4)


def test_rows_land_in_the_right_columns_though_two_were_swapped(book: Book) -> None:
    columns = [*ORDERS[:4], ORDERS[5], ORDERS[4], *ORDERS[6:]]

    arrives_during(book, lambda book: book.merchant.move_column("Orders", 5, 4), columns)


@pytest.mark.parametrize("gone", ["Orders", "Items"])
def test_a_tab_that_is_deleted_is_made_again_with_the_order_in_it(book: Book, gone: str) -> None:
    book.after_the_next_read(lambda: book.merchant.delete_tab(gone))

    (order,) = book.send_and_wait()

    assert [row[0] for row in book.values("Orders")].count(order.order_id) == 1
    assert [row[0] for row in book.values("Items")].count(order.order_id) == len(order.items)
    assert len(book.values(gone)) == 1 + (1 if gone == "Orders" else len(order.items))


def test_a_waiting_order_s_cell_is_found_though_a_column_was_inserted(book: Book) -> None:
    waiting = book.an_order_waits()
    book.after_the_next_read(lambda: book.merchant.insert_column("Orders", 0, "Mine"))

    book.items_can_be_fetched(waiting)

    assert book.values("Orders")[4][index_of("items") + 1] == "complete"


def test_a_waiting_order_s_cell_is_found_though_the_rows_were_sorted(book: Book) -> None:
    waiting = book.an_order_waits()
    book.after_the_next_read(lambda: book.merchant.sort("Orders", "A"))

    book.items_can_be_fetched(waiting)

    assert {row[0]: row[index_of("items")] for row in book.values("Orders")[1:]} == {
        order.order_id: "complete" for order in book.sent
    }


@pytest.mark.parametrize("edit", ["sort", "insert"])
def test_of_two_orders_that_were_given_up_the_right_one_is_completed(book: Book, edit: str) -> None:
    given_up = [book.an_order_without_a_token() for _ in range(2)]
    given_up.sort(key=lambda order: order.order_id)
    book.merchant.sort("Orders", "A")
    while book.send_and_wait()[0].order_id == min(order.order_id for order in book.sent):
        pass  # the sort below must move the last row: where it happens to leave it in place, nothing tells of the sort

    def edits() -> None:
        if edit == "sort":
            book.merchant.sort("Orders", "A", descending=True)
        else:
            book.merchant.insert_rows("Orders", 1, 1)

    book.after_the_next_read(edits)
    book.comes_again_with_its_token(given_up[0])

    shown = {row[0]: row[index_of("items")] for row in book.values("Orders")[1:] if row}
    assert shown == {order.order_id: "complete" for order in book.sent} | {given_up[1].order_id: "unavailable"}


def arrives_during(book: Book, edit: Edit, columns: Sequence[str], orders_end: int | None = None) -> None:
    """An order comes, and the edit with it. The spreadsheet is as after the edit, with the rows in their place."""
    before, (orders_at, items_at), order = edited_while_an_order_comes(book, edit, orders_end)

    book.holds(before, "Orders", orders_at, columns, [order_values(order)])
    book.holds(before, "Items", items_at, ITEMS, item_values(order))
    book.holds_still(before, but=("Orders", "Items"))
    book.an_order_arrives(orders=columns, orders_end=orders_end and orders_end + 1)


def edited_while_an_order_comes(
    book: Book, edit: Edit, orders_end: int | None = None
) -> tuple[dict[str, Grid], tuple[int, int], SandboxOrder]:
    """The spreadsheet right after the edit, where the connector's rows ended then, and the order."""
    before: dict[str, Grid] = {}
    ends: list[tuple[int, int]] = []

    def edit_and_look() -> None:
        edit(book)
        before.update(book.grids())
        ends.append((book.end("Orders") if orders_end is None else orders_end, book.end("Items")))

    book.after_the_next_read(edit_and_look)
    (order,) = book.send_and_wait()
    return before, ends[0], order


# If Google should take a change that finds no tag


@pytest.fixture
def lenient(book: Book) -> Book:
    """A book at a Google that does not refuse a batch whose checks fail."""
    book.google.unknowns.refuse_unmatched_metadata = False
    return book


def test_unchecked_rows_may_land_above_the_last_ones_and_nothing_is_overwritten(lenient: Book) -> None:
    def edit(book: Book) -> None:
        book.merchant.insert_rows("Orders", 1, 2)

    before, _, order = edited_while_an_order_comes(lenient, edit)

    lenient.holds(before, "Orders", 4, ORDERS, [order_values(order)])  # the last row of ours is the sixth
    lenient.an_order_arrives(orders_end=7)


def test_unchecked_rows_may_land_below_a_gap_and_later_ones_above_it(lenient: Book) -> None:
    before, _, order = edited_while_an_order_comes(lenient, lambda book: book.merchant.delete_rows("Orders", 1, 2))

    lenient.holds(before, "Orders", 4, ORDERS, [order_values(order)])  # the last row of ours is the second
    lenient.an_order_arrives(orders_end=2)


def test_unchecked_rows_land_right_below_ours_after_a_sort(lenient: Book) -> None:
    arrives_during(lenient, sorts, ORDERS)


def test_unchecked_cells_of_one_batch_may_stand_a_column_off_in_their_own_rows(lenient: Book) -> None:
    def edit(book: Book) -> None:
        book.merchant.insert_column("Orders", 2, "Mine")
        book.merchant.set_cell("Orders", 1, 2, "a text of mine")

    before, _, order = edited_while_an_order_comes(lenient, edit)

    lenient.holds(before, "Orders", 4, [*ORDERS, MINE], [order_values(order)])
    lenient.an_order_arrives(orders=[*ORDERS[:2], MINE, *ORDERS[2:]])


def test_if_google_should_refuse_the_checks_where_nothing_has_moved_it_goes_on_without_them(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, before, refused = book.google.answer, book.grids(), []

    def answer(call: Call, *, counted: bool = True) -> Answer:
        if call.body and b"EXACT_LOCATION" in call.body:
            refused.append(call)
            message = "Invalid requests[1].updateDeveloperMetadata: Something that nobody has seen yet."
            return Answer(400, ApiError(400, message).body())
        return real(call, counted=counted)

    monkeypatch.setattr(book.google, "answer", answer)

    (order,) = book.send_and_wait()

    assert len(refused) == 3
    book.holds(before, "Orders", 4, ORDERS, [order_values(order)])
