"""The summary's formulas, calculated by LibreOffice on a copy of what the connector wrote. See `make summary-check`."""

import random
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from connector.runtime.clients import sheets_api
from connector.runtime.spreadsheet import build_workbook
from connector.sheets.summary import layout
from connector.sheets.words import ENGLISH_WORDS
from sandbox.google.merchant import Merchant
from sandbox.whapi.order import SandboxItem, SandboxOrder
from tests.merchant.book import index_of
from tests.service.shop import Shop
from tests.spreadsheet.expected import Expected
from tests.spreadsheet.export import save_as_xlsx
from tests.spreadsheet.libreoffice import calculated

STATUSES = ENGLISH_WORDS.statuses

pytestmark = pytest.mark.timeout(900)

ORDERS, DAYS_BACK = 90, 45
NAMES = ("Box*", "Boxer", "Box?", "Box!", "Tea ~ mint", "tea ~ MINT", "=1+1", ">5", "<>", "~", "*", "007", "Öl, 1 l")
"""Names that are no plain words for the functions that look for them."""
EMPTY, MANY, MOVED = "empty", "many", "moved"
Books = dict[str, tuple[Workbook, dict[str, list[list[Any]]]]]
"""Each book as it was calculated, with the values of its other two tabs."""


def make_orders(shop: Shop) -> list[SandboxOrder]:
    chance = random.Random(7)
    orders = []
    for number in range(ORDERS):
        order = shop.sandbox.orders.make("hostile" if number % 17 == 3 else "normal")
        odd = tuple(
            SandboxItem(str(n), f"S{n}", name, "", chance.randrange(1, 9), Decimal("1.25"), order.currency)
            for n, name in enumerate(chance.sample(NAMES, 3))
        )
        seconds = chance.randrange(DAYS_BACK * 86_400)
        orders.append(replace(order, items=order.items + odd, timestamp=order.timestamp - seconds))
    return sorted(orders, key=lambda order: order.timestamp)


def edit(merchant: Merchant) -> None:
    """What a shop does in the course of weeks, and a few things that it should not."""
    chance = random.Random(8)
    for row in range(1, ORDERS + 1):
        if row < ORDERS - 25:
            merchant.set_cell("Orders", row, index_of("status"), chance.choice(["Done", "Done", "Cancelled", "Sent"]))
        else:
            merchant.set_cell("Orders", row, index_of("status"), chance.choice([*STATUSES, "call back", ""]))
    merchant.set_cell("Items", 200, "G", "two")
    merchant.set_cell("Items", 210, "D", "")
    merchant.insert_rows("Orders", 40)
    merchant.set_cell("Orders", 40, index_of("received"), "below: last month")


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    folder = tmp_path_factory.mktemp("books")
    shop = Shop(folder).start()
    google, book_id = shop.sandbox.google, shop.sandbox.spreadsheet_id
    values: dict[str, dict[str, list[list[Any]]]] = {}

    def save(name: str, orders_tab: str = "Orders") -> None:
        save_as_xlsx(google.spreadsheets[book_id].content, folder / f"{name}.xlsx")
        values[name] = {
            "orders": google.sheet_values(book_id, orders_tab),
            "items": google.sheet_values(book_id, "Items"),
        }

    try:
        workbook = build_workbook(shop.settings, shop.service.database, sheets_api(shop.settings), shop.service.clock)
        workbook.make_summary()
        save(EMPTY)
        orders = make_orders(shop)
        for order in orders:
            shop.sandbox.whapi.send(order)
        shop.wait_until_synced(orders, within=120)
        merchant = Merchant(google, book_id)
        edit(merchant)
        save(MANY)
        merchant.rename_tab("Orders", "Bob's =orders")
        merchant.move_column("Bob's =orders", index_of("total"), 0)
        merchant.insert_column("Items", 2, "Mine")
        merchant.sort("Items", "B", descending=True)
        workbook.make_summary()
        save(MOVED, "Bob's =orders")
    finally:
        shop.close()
    names = (EMPTY, MANY, MOVED)
    done = calculated([folder / f"{name}.xlsx" for name in names], folder / "calculated")
    return {name: (book, values[name]) for name, book in zip(names, done, strict=True)}


def table(rows: list[list[Any]]) -> list[dict[str, Any]]:
    header, *lines = rows
    padded = [line + [None] * (len(header) - len(line)) for line in lines]
    found = [dict(zip(header, line, strict=False)) for line in padded]
    return [row for row in found if isinstance(row["Received"], float | int)]


def summary_of(book: Workbook) -> Worksheet:
    sheet = book["Summary"]
    assert isinstance(sheet, Worksheet)
    return sheet


def value(sheet: Worksheet, row: int, column: int) -> Any:
    found = sheet.cell(row + 1, column + 1).value
    if isinstance(found, datetime):
        return (found - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001 - a cell knows no zone
    return "" if found is None else found


def lines(sheet: Worksheet, header: int, count: int, *columns: int) -> list[tuple[Any, ...]]:
    """The filled lines below a header."""
    found = [tuple(value(sheet, row, column) for column in columns) for row in range(header + 1, header + 1 + count)]
    return [line for line in found if any(part != "" for part in line)]


def expected(values: dict[str, list[list[Any]]], sheet: Worksheet) -> Expected:
    today = round(value(sheet, layout.PER_DAY + layout.DAYS, layout.NAME))
    return Expected(table(values["orders"]), table(values["items"]), today)


def test_there_is_no_error_in_any_book(books: Books) -> None:
    for name, (book, _) in books.items():
        errors = [
            (name, cell.coordinate, cell.value)
            for row in summary_of(book).iter_rows()
            for cell in row
            if isinstance(cell.value, str) and (cell.value.startswith("#") or cell.value.startswith("Err:"))
        ]
        assert errors == []


def test_an_empty_spreadsheet_has_zeroes_and_empty_lists(books: Books) -> None:
    sheet = summary_of(books[EMPTY][0])

    figures = [value(sheet, layout.FIGURES, column) for column in (0, 3, 4, 5, 6, 10)]
    assert figures == [0, 0, 0, 0, 0, ""]
    assert lines(sheet, layout.LISTS, layout.OPEN, *range(9)) == []
    assert lines(sheet, layout.BEST_PRODUCTS, layout.BEST, *range(10, 14)) == []
    assert [line[1] for line in lines(sheet, layout.PER_DAY, layout.DAYS, 10, 11)] == [0] * layout.DAYS


@pytest.mark.parametrize("name", [MANY, MOVED])
def test_figures(books: Books, name: str) -> None:
    book, values = books[name]
    sheet = summary_of(book)
    right = expected(values, sheet)

    assert len(right.orders) == ORDERS
    assert [value(sheet, layout.FIGURES, column) for column in (0, 3, 4, 5, 6, 10)] == [
        sum(product.pieces for product in right.to_prepare().values()),
        len(right.open_orders()),
        right.orders_since(0),
        right.orders_since(6),
        right.orders_since(layout.DAYS - 1),
        pytest.approx(right.turnover_since(right.currencies[0], 0)),
    ]


@pytest.mark.parametrize("name", [MANY, MOVED])
def test_open_orders(books: Books, name: str) -> None:
    book, values = books[name]
    sheet = summary_of(book)

    assert lines(sheet, layout.LISTS, layout.OPEN, *range(3, 9)) == [
        (
            pytest.approx(row["Received"], abs=1e-5),
            *((row[title] or "") for title in ("Customer", "Order ID", "Total", "Currency", "Status")),
        )
        for row in expected(values, sheet).open_orders()[: layout.OPEN]
    ]


@pytest.mark.parametrize("name", [MANY, MOVED])
def test_what_to_prepare(books: Books, name: str) -> None:
    book, values = books[name]
    sheet = summary_of(book)
    right = expected(values, sheet).to_prepare()

    listed = lines(sheet, layout.LISTS, layout.PREPARED, layout.PRODUCT, layout.PIECES)
    names = [str(name).casefold() for name, _ in listed]
    assert len(listed) == min(layout.PREPARED, len([name for name in right if name]))
    assert len(set(names)) == len(names)
    assert [pieces for _, pieces in listed] == [right[name].pieces for name in names]
    order = [right[name].lines for name in names]
    assert order == sorted(order, reverse=True)
    others = sum(product.pieces for key, product in right.items() if key not in names)
    below = layout.LISTS + 1 + layout.PREPARED
    assert (value(sheet, below, 0), value(sheet, below, 1)) == (("Other products", others) if others else ("", ""))


@pytest.mark.parametrize("name", [MANY, MOVED])
def test_best_products(books: Books, name: str) -> None:
    book, values = books[name]
    sheet = summary_of(book)
    right, most = expected(values, sheet).best()

    listed = lines(sheet, layout.BEST_PRODUCTS, layout.BEST, *range(10, 14))
    assert [line[1] for line in listed] == most
    assert len({str(line[0]).casefold() for line in listed}) == len(listed)
    for product, count, pieces, money in listed:
        found = right[str(product).casefold()]
        assert (count, pieces, money) == (found.lines, found.pieces, pytest.approx(found.money))


@pytest.mark.parametrize("name", [MANY, MOVED])
def test_statuses_turnover_and_days(books: Books, name: str) -> None:
    book, values = books[name]
    sheet = summary_of(book)
    right = expected(values, sheet)

    statuses = right.statuses()
    counted = [(word, statuses[word.casefold()]) for word in STATUSES]
    assert lines(sheet, layout.STATES, len(STATUSES) + 1, 10, 11) == [
        *counted,
        ("Other", ORDERS - sum(number for _, number in counted)),
    ]
    money = lines(sheet, layout.TURNOVER, layout.CURRENCIES, *range(10, 15))
    assert sorted(line[0] for line in money) == sorted(right.currencies)
    for currency, *amounts in money:
        assert amounts == pytest.approx(
            [right.turnover_since(currency, days) for days in (0, 6, layout.DAYS - 1, None)]
        )
    shown = [line[0] for line in money]
    places_of = [right.currencies.index(currency) for currency in shown]
    for line, (day, count, amounts) in zip(
        lines(sheet, layout.PER_DAY, layout.DAYS, *range(10, 15)), right.per_day(), strict=True
    ):
        assert line[:2] == (day, count)
        assert list(line[2:]) == pytest.approx([amounts[index] for index in places_of])
