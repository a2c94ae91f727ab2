"""The goods in the order's row: in new tabs from the start, in older ones once somebody asks for the column."""

import pytest

from connector.models import Item
from connector.products import products_text
from connector.runtime.clients import sheets_api
from connector.runtime.spreadsheet import build_workbook
from connector.sheets.add_column import add_column
from connector.sheets.errors import SheetsError
from connector.sheets.workbook import Workbook
from tests.merchant.book import MINE, ORDERS, Book, index_of, products

NOW = (*ORDERS[:-1], MINE, ORDERS[-1])
WITHOUT = tuple(column for column in NOW if column != "products")
HERE = index_of("products")


def workbook(book: Book) -> Workbook:
    settings, service = book.shop.settings, book.shop.service
    return build_workbook(settings, service.database, sheets_api(settings), service.clock)


@pytest.fixture
def old_book(book: Book) -> Book:
    """A book with orders and without the column, as an earlier version made it, and a column of the merchant's."""
    book.merchant.delete_column("Orders", HERE)
    book.merchant.insert_column("Orders", WITHOUT.index(MINE), "Mine")
    book.merchant.set_cell("Orders", 2, WITHOUT.index(MINE), "=H3*2")
    return book


def test_a_column_that_was_asked_for_is_filled_from_then_on_and_no_other_cell_changes(old_book: Book) -> None:
    old_book.an_order_arrives(orders=WITHOUT)
    waiting = old_book.an_order_waits()
    before = old_book.grid("Orders")

    said = [workbook(old_book).add_column("products") for _ in range(2)]

    assert said == [
        "The column Products was added to the tab of the orders. Orders that come from now on are filled in; rows that "
        "are there stay as they are.",
        "The column Products is in the tab of the orders already; nothing was changed.",
    ]
    now = old_book.grid("Orders")
    values = [[cell.value for cell in row] for row in now]
    was = [[cell.value for cell in row] for row in before]
    was[2][WITHOUT.index(MINE)] = now[2][
        NOW.index(MINE)
    ].value  # Google has moved the formula along with what it names.
    assert [row[:HERE] + row[HERE + 1 :] for row in values] == was
    assert [row[HERE] for row in values] == ["Products", *[None] * (len(values) - 1)]
    assert now[0][HERE].format == now[0][HERE - 1].format
    filtered = old_book.sheet("Orders").filter
    assert filtered is not None
    assert filtered.areas[0].end_column == len(NOW)
    old_book.items_can_be_fetched(waiting)
    assert old_book.values("Orders")[old_book.end("Orders") - 1][HERE] in {None, ""}
    old_book.an_order_arrives(orders=NOW)


def test_a_column_is_added_once_though_the_answer_was_lost(old_book: Book) -> None:
    before = workbook(old_book).layout()
    workbook(old_book).add_column("products")

    with pytest.raises(SheetsError):  # As the same request does that arrives late.
        add_column(sheets_api(old_book.shop.settings), old_book.spreadsheet_id, before, "products")

    assert old_book.values("Orders")[0].count("Products") == 1
    old_book.merchant.delete_column("Orders", HERE)
    assert "was added" in workbook(old_book).add_column("products")
    old_book.an_order_arrives(orders=NOW)


def test_goods_that_come_later_are_filled_in_wherever_the_row_is_and_whatever_the_merchant_wrote_stays(
    book: Book,
) -> None:
    first, second = book.an_order_waits(), book.an_order_waits()
    for order in (first, second):
        row = [row for row in book.values("Orders") if row[0] == order.order_id]
        assert row[0][HERE] == f"waiting · {order.order_id}"
    mine = next(index for index, row in enumerate(book.values("Orders")) if row[0] == second.order_id)
    book.merchant.set_cell("Orders", mine, HERE, "two cakes, by telephone")
    book.merchant.move_column("Orders", HERE, 1)
    book.merchant.sort("Orders", "A", descending=True)

    book.items_can_be_fetched(first, second)

    told = {row[0]: row[1] for row in book.values("Orders")}
    assert (told[first.order_id], told[second.order_id]) == (products(first), "two cakes, by telephone")


def test_a_list_of_goods_is_one_line_and_says_how_much_of_it_is_left_out() -> None:
    items = [Item(name="Rye\nloaf\t", quantity=2), Item(name=" ", sku="C-1", quantity=0.5), Item(name="=1+1"), Item()]

    assert products_text(items) == "2 × Rye loaf; 0.5 × C-1; =1+1; ?"  # noqa: RUF001
    assert products_text([]) is None
    many = products_text([Item(name=f"Cake {n} " + "x" * 80, quantity=1) for n in range(17)])
    assert many is not None
    assert many.endswith(" … and 12 more")
    assert len(many) < 550
