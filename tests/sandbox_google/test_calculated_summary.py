"""The sandbox calculates the summary's formulas as LibreOffice does: the same tests hold what each of them has found
against a count apart from the formulas. `make summary-check` runs them with LibreOffice's results.
"""

import random
from datetime import date
from typing import Any

import pytest
from openpyxl.workbook.workbook import Workbook

from connector.sheets.areas import TabColumns
from connector.sheets.columns import COLUMNS, Tab
from connector.sheets.summary.make import contents
from connector.sheets.words import ENGLISH_WORDS
from sandbox.google.calculate.sheet import Calculation
from sandbox.google.calculate.values import Error, NotPlayedError, Scalar
from sandbox.google.grid import Cell, Content, Formula, Sheet
from tests.spreadsheet.calculated_summary import (
    DAYS_BACK,
    EMPTY,
    MANY,
    MOVED,
    NAMES,
    ORDERS,
    Books,
    test_an_empty_spreadsheet_has_zeroes_and_empty_lists,
    test_best_products,
    test_figures,
    test_open_orders,
    test_statuses_turnover_and_days,
    test_there_is_no_error_in_any_book,
    test_what_to_prepare,
)

STATUSES = ENGLISH_WORDS.statuses

TODAY = date(2026, 11, 23)
SERIAL = TODAY.toordinal() - date(1899, 12, 30).toordinal()
Rows = list[list[Any]]

__all__ = [
    "test_an_empty_spreadsheet_has_zeroes_and_empty_lists",
    "test_best_products",
    "test_figures",
    "test_open_orders",
    "test_statuses_turnover_and_days",
    "test_there_is_no_error_in_any_book",
    "test_what_to_prepare",
]


def made_up() -> tuple[Rows, Rows]:
    """The rows of both tabs, with what a shop does to them in the course of weeks."""
    chance = random.Random(7)
    orders: Rows = [[column.title for column in COLUMNS[Tab.ORDERS]]]
    items: Rows = [[column.title for column in COLUMNS[Tab.ITEMS]]]
    for number, seconds in enumerate(
        sorted((chance.randrange(DAYS_BACK * 86_400) for _ in range(ORDERS)), reverse=True)
    ):
        order_id, received = str(10**15 + number), SERIAL + 0.99 - seconds / 86_400
        currency = chance.choice(["AUD", "AUD", "EUR", "KWD", "JPY", None, "?"])
        status = chance.choice(
            ["Done", "Cancelled", "Sent"] if number < ORDERS - 25 else [*STATUSES, "call back", None]
        )
        lines = [(name, chance.randrange(1, 9)) for name in chance.sample([*NAMES, None, "Tea"], 3)]
        for name, quantity in lines:
            line: Scalar = "two" if chance.random() < 0.05 else quantity
            items.append([order_id, received, "Ada", name, None, None, line, 1.25, currency, quantity * 1.25, None])
        total = sum(quantity for _, quantity in lines) * 1.25
        orders.append(
            [order_id, number + 1, received, "Ada", None, None, None, None, 3, total, currency, status, "complete"]
        )
    orders.insert(40, [None, None, "below: last month"])
    return orders, items


def book_of(
    orders: Rows, items: Rows, title: str = "Orders", *, newest_first: bool = False
) -> tuple[Workbook, dict[str, Rows]]:
    """The summary of two tabs, as the sandbox calculates it. The rows are given with the oldest first."""
    standing = [[rows[0], *(rows[:0:-1] if newest_first else rows[1:])] for rows in (orders, items)]
    tabs = {Tab.ORDERS: (title, standing[0]), Tab.ITEMS: ("Items", standing[1])}
    columns, content = {}, Content("Shop")
    for number, (tab, (name, rows)) in enumerate(tabs.items()):
        keys = {column.title: column.key for column in COLUMNS[tab]}
        places = {keys[header]: index for index, header in enumerate(rows[0]) if header in keys}
        columns[tab] = TabColumns(name, places)
        content.sheets[number] = sheet_of(number, name, rows)
    summary = Sheet(9, "Summary")
    for cell in contents(columns[Tab.ORDERS], columns[Tab.ITEMS], newest_first=newest_first):
        is_formula = isinstance(cell.content, str) and cell.content.startswith("=")
        summary.put(cell.row, cell.column, Cell(Formula(str(cell.content)) if is_formula else cell.content))
    content.sheets[9] = summary
    calculation, book = Calculation(content, TODAY), Workbook()
    shown = book.create_sheet("Summary")
    for row in range(summary.row_count):
        for column in summary.rows[row] or {}:
            value = calculation.value(summary, row, column)
            shown.cell(row + 1, column + 1).value = value.name if isinstance(value, Error) else value
            shown.cell(row + 1, column + 1).data_type = "n" if isinstance(value, int | float) else "s"
    return book, {"orders": orders, "items": items}


def sheet_of(number: int, title: str, rows: Rows) -> Sheet:
    sheet = Sheet(number, title)
    for index, row in enumerate(rows):
        sheet.put_row(index, {at: Cell(value) for at, value in enumerate(row) if value is not None})
    return sheet


def moved(rows: Rows, last_to_front: str) -> Rows:
    at = rows[0].index(last_to_front)
    return [[row[at] if at < len(row) else None, *row[:at], *row[at + 1 :]] for row in rows]


@pytest.fixture(scope="module")
def books() -> Books:
    orders, items = made_up()
    by_time = [items[0], *sorted(items[1:], key=lambda row: -row[1])]
    with_own = [[*row[:2], "Mine" if row is by_time[0] else None, *row[2:]] for row in by_time]
    return {
        EMPTY: book_of(orders[:1], items[:1]),
        MANY: book_of(orders, items),
        MOVED: book_of(moved(orders, "Total"), with_own, "Bob's =orders"),
    }


def test_where_the_newest_stand_first_the_same_orders_are_open_and_to_be_prepared() -> None:
    orders, items = made_up()
    for row in (row for row in orders[1:] if row[0]):
        row[orders[0].index("Status")] = None  # so that more are open than the list can hold
    books = {MANY: book_of(orders, items, newest_first=True), EMPTY: book_of(orders[:1], items[:1], newest_first=True)}

    test_open_orders(books, MANY)
    test_what_to_prepare(books, MANY)
    test_an_empty_spreadsheet_has_zeroes_and_empty_lists(books)


def calculated(formula: str, *cells: Scalar) -> Scalar:
    sheet = sheet_of(0, "One", [[cell] for cell in cells])
    sheet.put(0, 1, Cell(Formula(formula)))
    return Calculation(Content("Shop", sheets={0: sheet}), TODAY).value(sheet, 0, 1)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=SUM(A:A)", 6),
        ("=SUM(A1:A3)*2-1", 11),
        ('=IF(A1>5,"more","less")&"!"', "less!"),
        ('=COUNTIFS(A:A;">1")', 2),
        ("=A9/0", Error("#DIV/0!")),
        ("=MATCH(4;A:A;0)", Error("#N/A")),
        ('=MATCH("T*";A:A;0)', 4),
        ("=TODAY()", SERIAL),
        ("=-A1+ROW(A5)", 4),
    ],
)
def test_a_merchants_own_formula_is_calculated_too(formula: str, value: Scalar) -> None:
    assert calculated(formula, 1, 2, 3, "tea") == value


@pytest.mark.parametrize("formula", ["=VLOOKUP(A1;A:A;1)", "=B1", "=SUM(Nowhere!A:A)", "=A:A", "=(", "=LEN()", "=1%"])
def test_what_is_not_played_is_said_so(formula: str) -> None:
    with pytest.raises(NotPlayedError):
        calculated(formula, 1, 2)
