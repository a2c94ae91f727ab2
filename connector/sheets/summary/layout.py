"""Where things stand in the tab `Summary`. Rows and columns are counted from 0."""

from dataclasses import dataclass

from connector.sheets.areas import cell
from connector.sheets.words import STATES as ORDER_STATES

DAYS = 30
PREPARED = 25
"""Products in the list of what to prepare; the others are summed up below it."""
OPEN = 50
"""Orders in the list of open ones, the newest first. What to prepare is counted over these."""
BEST = 10
CURRENCIES = 3

LABELS, FIGURES = 3, 4
CHARTS = 6
LISTS = 22
"""The row of the lists' headers."""

# Columns: what to prepare, then the open orders, then what stands below each other at the right.
PRODUCT, PIECES = 0, 1
RECEIVED, CUSTOMER, ORDER, TOTAL, CURRENCY, STATUS = range(3, 9)
NAME, FIRST, SECOND, THIRD, FOURTH = range(10, 15)
WIDTHS = (230, 70, 20, 130, 160, 150, 95, 80, 100, 20, 190, 80, 100, 100, 100)

# Rows of the headers at the right.
STATES = LISTS
TURNOVER = STATES + len(ORDER_STATES) + 4
BEST_PRODUCTS = TURNOVER + CURRENCIES + 3
PER_DAY = BEST_PRODUCTS + BEST + 3

# Hidden columns. They hold rows of the other tabs, so that no list needs a formula that fills several cells.
HIDDEN = 16
OPEN_ROW, PREPARE_ID, FIRST_ITEM, PREPARE_GROUP, BEST_GROUP, MONEY_GROUP = range(HIDDEN, HIDDEN + 6)
COLUMN_COUNT = HIDDEN + 6
ROW_COUNT = 2 + max(LISTS + OPEN, PER_DAY + DAYS)

LAST_ORDER, LAST_ITEM, FIRST_OPEN_ITEM, FIRST_RECENT_ITEM, ALL_TO_PREPARE = (cell(row, PREPARE_ID) for row in range(5))
"""Cells of their own in the hidden columns, above the lists."""
OPEN_COUNT = cell(FIGURES, RECEIVED)
MAIN_CURRENCY = cell(TURNOVER + 1, NAME)


def _word(state: str) -> str:
    """The cell that holds the word for one of the states. Whoever uses another word changes it there."""
    return cell(STATES + 1 + ORDER_STATES.index(state), NAME)


CANCELLED = _word("cancelled")
SHIPPED = (_word("sent"), _word("done"), CANCELLED)
"""An order with one of these words is not open any more."""
PACKED = _word("packed")
"""An open order, but nothing is left to prepare."""


@dataclass(frozen=True, slots=True)
class Content:
    """A cell: a text, a number, or a formula, which begins with an equals sign; and the name of its look."""

    row: int
    column: int
    content: str | int
    look: str = "plain"
