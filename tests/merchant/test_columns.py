"""Columns are the merchant's: renamed, translated, moved, added, deleted, hidden. New rows find their cells."""

import pytest

from sandbox.google import dimension_requests
from sandbox.google.draft import Draft
from tests.merchant.book import ITEMS, MINE, ORDERS, Book, filled_in, index_of


def moved(columns: tuple[str, ...], start: int, before: int) -> list[str]:
    """The columns after one was dragged to where another stood."""
    rest = [*columns[:start], *columns[start + 1 :]]
    rest.insert(before if before < start else before - 1, columns[start])
    return rest


def without(columns: tuple[str, ...], *gone: str) -> list[str]:
    return [column for column in columns if column not in gone]


def test_a_header_may_be_renamed(book: Book) -> None:
    book.merchant.rename_column("Orders", index_of("customer"), "Who?")

    book.an_order_arrives()


def test_all_headers_may_be_translated_or_emptied(book: Book) -> None:
    for tab, columns in (("Orders", ORDERS), ("Items", ITEMS)):
        for index, column in enumerate(columns):
            book.merchant.rename_column(tab, index, f"«{column}» auf Deutsch" if index % 3 else "")

    book.an_order_arrives()
    book.an_order_arrives()


@pytest.mark.parametrize(("start", "before"), [(0, 11), (10, 0), (4, 2), (2, 4), (9, 11), (5, 8), (6, 1)])
def test_a_column_may_be_moved(book: Book, start: int, before: int) -> None:
    book.merchant.move_column("Orders", start, before)
    book.merchant.move_column("Items", before if before < 11 else 5, start)

    items = moved(ITEMS, before if before < 11 else 5, start)
    book.an_order_arrives(orders=moved(ORDERS, start, before), items=items)


@pytest.mark.parametrize("at", [0, 1, 5, 10])
def test_columns_of_the_merchants_may_stand_anywhere_and_keep_their_texts(book: Book, at: int) -> None:
    for tab in ("Orders", "Items"):
        book.merchant.insert_column(tab, at, "Mine")
        for row in range(1, 4):
            book.merchant.set_cell(tab, row, at, f"my note {row}")
            book.merchant.set_note(tab, row, at, "and a remark")
    mine = [list(columns) for columns in (ORDERS, ITEMS)]
    for columns in mine:
        columns.insert(at, MINE)

    book.an_order_arrives(orders=mine[0], items=mine[1])
    book.an_order_arrives(orders=mine[0], items=mine[1])


def test_several_columns_of_the_merchants_stand_between_moved_and_renamed_ones(book: Book) -> None:
    book.merchant.move_column("Orders", index_of("items"), 0)
    for at in (0, 4, 4, 9, 13):
        book.merchant.insert_column("Orders", at, "Mine")
    book.merchant.rename_column("Orders", 1, "Artikel")
    columns = [ORDERS[-1], *ORDERS[:-1]]
    for at in (0, 4, 4, 9, 13):
        columns.insert(at, MINE)
    for row in range(1, 4):
        for index, column in enumerate(columns):
            if column == MINE:
                book.merchant.set_cell("Orders", row, index, f"{row}/{index}")

    book.an_order_arrives(orders=columns)


@pytest.mark.parametrize("column", ORDERS)
def test_a_column_of_the_orders_that_was_deleted_stays_deleted(book: Book, column: str) -> None:
    book.merchant.delete_column("Orders", ORDERS.index(column))

    left = without(ORDERS, column)
    book.an_order_arrives(orders=left, orders_end=4)


@pytest.mark.parametrize("column", ITEMS)
def test_a_column_of_the_items_that_was_deleted_stays_deleted(book: Book, column: str) -> None:
    book.merchant.delete_column("Items", ITEMS.index(column))

    end = 1 + sum(len(order.items) for order in book.sent)
    book.an_order_arrives(items=without(ITEMS, column), items_end=end)


@pytest.mark.parametrize("from_the_left", [True, False])
def test_columns_may_be_deleted_one_after_the_other_until_none_is_left(book: Book, from_the_left: bool) -> None:
    book.merchant.insert_column("Orders", 0, "Mine")
    left = list(ORDERS)
    for end in range(4, 4 + len(ORDERS) - 1):
        gone = left.pop(0 if from_the_left else -1)
        book.merchant.delete_column("Orders", 1 if from_the_left else len(left) + 1)
        assert gone not in left
        book.an_order_arrives(orders=[MINE, *left], orders_end=end)
    book.merchant.delete_column("Orders", 1)
    before = book.grids()

    book.send_and_wait()

    book.holds_still(before, but=("Items",))


def test_an_order_that_waits_gets_along_without_the_column_items(book: Book) -> None:
    order = book.an_order_waits()
    book.merchant.delete_column("Orders", index_of("items"))
    before = book.grids()

    book.items_can_be_fetched(order)

    filled_in(before["Orders"], order)
    book.holds_still(before, but=("Items",))
    book.an_order_arrives(orders=without(ORDERS, "items"))


def test_where_the_key_column_and_the_last_row_are_gone_the_next_column_tells_where_the_rows_end(book: Book) -> None:
    book.merchant.delete_column("Orders", "A")
    book.merchant.delete_rows("Orders", 3)
    book.merchant.set_cell("Orders", 9, "A", "a note of mine")

    book.an_order_arrives(orders=without(ORDERS, "order_id"), orders_end=3)


def test_columns_may_be_hidden(book: Book) -> None:
    for column in ("A", "D", "K"):
        book.merchant.hide_column("Orders", column)
        book.merchant.hide_column("Items", column)

    book.an_order_arrives()
    assert [
        index for index in range(len(ORDERS)) if book.sheet("Orders").column_properties[index].get("hiddenByUser")
    ] == [
        0,
        3,
        10,
    ]


def test_a_note_and_texts_far_to_the_right_stay(book: Book) -> None:
    def widen(draft: Draft) -> None:
        body = {"sheetId": book.sheet("Orders").sheet_id, "dimension": "COLUMNS", "length": 30}
        dimension_requests.append_dimension(draft, body)

    book.edit(widen)
    book.merchant.set_cell("Orders", 2, 39, "far right")
    book.merchant.set_note("Orders", 3, 40, "and a remark")

    book.an_order_arrives()


def test_formulas_beside_the_orders_stay(book: Book) -> None:
    book.merchant.insert_column("Orders", "I", "With tax")
    for row in range(1, 4):
        book.merchant.set_cell("Orders", row, "I", f"=H{row + 1}*1.1")

    book.an_order_arrives(orders=[*ORDERS[:8], MINE, *ORDERS[8:]])
