"""Which orders stand in the spreadsheet, read from its key columns, however many there are.

The columns of both tabs come with one answer, so they are of one moment: an order's row that is moved meanwhile is
neither missed nor seen twice. What was read stands in a temporary file of SQLite's, not in memory.
"""

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from connector.language import gettext as _
from connector.sheets.client import SheetsApi
from connector.sheets.column_stream import Cells, Column
from connector.sheets.columns import ITEMS_STATE, KEY, NUMBER, Tab
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.layout import Layout, TabLayout
from connector.sheets.values import as_text
from connector.sheets.words import ENGLISH_WORDS, Words

_AT_ONCE = 500
_CACHE = "PRAGMA cache_size = -8000"
"""8 MB; a sheet with more goes to the disk."""
_TABLES = """
CREATE TABLE cells (part INTEGER, row INTEGER, text TEXT, PRIMARY KEY (part, row)) WITHOUT ROWID;
CREATE TABLE found (order_id TEXT PRIMARY KEY, times INTEGER, lines INTEGER, first INTEGER) WITHOUT ROWID;
CREATE TABLE numbered (number INTEGER PRIMARY KEY, order_id TEXT, times INTEGER);
"""
_COUNT = """
INSERT INTO found
SELECT text, sum(part = :orders), sum(part = :items), min(CASE part WHEN :orders THEN row END)
FROM cells WHERE part IN (:orders, :items) GROUP BY text
"""
_NUMBERS = """
INSERT INTO numbered
SELECT CAST(cells.text AS INTEGER), min(ids.text), count(DISTINCT ids.text)
FROM cells JOIN cells AS ids ON ids.part = :orders AND ids.row = cells.row
WHERE cells.part = :numbers AND cells.text NOT GLOB '*[^0-9]*' AND length(cells.text) <= 9
GROUP BY 1 HAVING CAST(cells.text AS INTEGER) > 0
"""
"""Of what merchants type there, only what can be a number of an order's counts."""
_FOUND = """
SELECT found.order_id, found.times, found.lines, coalesce(cells.text, ''), min(numbered.number)
FROM found LEFT JOIN cells ON cells.part = ? AND cells.row = found.first
LEFT JOIN numbered ON numbered.order_id = found.order_id AND numbered.times = 1
"""
_NO_PART = -1


@dataclass(frozen=True, slots=True)
class OrderRows:
    """What the two tabs hold of an order, no matter who wrote it."""

    order_id: str
    times: int = 0
    """In how many rows of the tab of orders it stands."""
    lines: int = 0
    """How many rows it has in the tab of items."""
    state: str = ""
    """What its first row in the tab of orders says of the items."""
    number: int | None = None
    """The number that its row says, where no other order's row says the same. Only where numbers were asked for."""


class SheetRows:
    """The orders in the sheet as they were at the look. For one thread, which closes it."""

    def __init__(self, words: Words = ENGLISH_WORDS) -> None:
        """`words`: those of the tab of orders."""
        self.words = words
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute(_CACHE)
        self._file.executescript(_TABLES)
        self._states = _NO_PART

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def find(self, order_ids: Collection[str]) -> dict[str, OrderRows]:
        """Of each of some hundred orders what is there; of one that isn't, that there is nothing."""
        places = ",".join("?" * len(order_ids))
        query = f"{_FOUND} WHERE found.order_id IN ({places}) GROUP BY found.order_id"
        found = {row[0]: OrderRows(*row) for row in self._file.execute(query, (self._states, *order_ids))}
        return {order_id: found.get(order_id, OrderRows(order_id)) for order_id in order_ids}

    def pages(self) -> Iterator[list[OrderRows]]:
        """All orders, some hundred at a time, in the order of their ids."""
        query = f"{_FOUND} WHERE found.order_id > ? GROUP BY found.order_id ORDER BY found.order_id LIMIT {_AT_ONCE}"
        last = ""
        while rows := [OrderRows(*row) for row in self._file.execute(query, (self._states, last))]:
            yield rows
            last = rows[-1].order_id

    @property
    def has_orders(self) -> bool:
        """Whether there is any row in the tab of orders."""
        return self._file.execute("SELECT 1 FROM found WHERE times > 0 LIMIT 1").fetchone() is not None

    @property
    def highest_number(self) -> int:
        """Of those that rows of orders say; 0 where there is none."""
        highest: int | None = self._file.execute("SELECT max(number) FROM numbered").fetchone()[0]
        return highest or 0

    def is_of_another(self, number: int | None, order_id: str) -> bool:
        """Whether the row of another order says the number."""
        found = self._file.execute("SELECT order_id, times FROM numbered WHERE number = ?", (number,)).fetchone()
        return found is not None and (found[0] != order_id or found[1] > 1)

    def take(self, cells: Cells) -> None:
        """Keeps some cells of the answer."""
        texts = ((part, row, text) for part, row, value in cells if (text := as_text(value)))
        self._file.execute("BEGIN")
        self._file.executemany("INSERT INTO cells VALUES (?, ?, ?)", texts)
        self._file.execute("COMMIT")

    def count(self, *, orders: int, items: int, states: int, below: dict[int, int], numbers: int = _NO_PART) -> None:
        """Once all cells are there: which column each part is, and in which row the header of its tab stands."""
        for part, header in below.items():
            self._file.execute("DELETE FROM cells WHERE part = ? AND row <= ?", (part, header))
        self._file.execute(_COUNT, {"orders": orders, "items": items})
        self._file.execute(_NUMBERS, {"orders": orders, "numbers": numbers})
        self._states = states


def read_rows(api: SheetsApi, spreadsheet_id: str, layout: Layout, *, with_numbers: bool = False) -> SheetRows:
    """Reads both key columns and the orders' state of the items, and their numbers if asked. One read; none where no
    tab is there.

    A tab that isn't there has no rows, and neither has one whose key column the merchant has deleted. Raises
    SheetsError.
    """
    rows = SheetRows(layout.words)
    try:
        _read(rows, api, spreadsheet_id, layout, with_numbers=with_numbers)
    except sqlite3.Error as error:
        rows.close()
        raise SheetsError(
            _(
                "What was read of the sheet could not be put into a temporary file ({error}). Make room in the folder "
                "for such files, or name another in the variable TMPDIR."
            ).format(error=error),
            kind=Kind.NOT_SENT,
        ) from error
    except BaseException:
        rows.close()
        raise
    return rows


def _read(rows: SheetRows, api: SheetsApi, spreadsheet_id: str, layout: Layout, *, with_numbers: bool) -> None:
    orders, items = layout.tabs.get(Tab.ORDERS), layout.tabs.get(Tab.ITEMS)
    order_ids, states, item_ids = _column(orders, KEY), _column(orders, ITEMS_STATE), _column(items, KEY)
    numbers = _column(orders, NUMBER) if with_numbers else None
    wanted = [column for column in (order_ids, states, item_ids, numbers) if column is not None]
    parts = api.columns(spreadsheet_id, wanted, rows.take) if wanted else {}
    headers = {column.sheet_id: column.header_row for column in (orders, items) if column is not None}
    rows.count(
        orders=_part(parts, order_ids),
        items=_part(parts, item_ids),
        states=_part(parts, states),
        numbers=_part(parts, numbers),
        below={part: header for column, part in parts.items() if (header := headers.get(column.sheet_id)) is not None},
    )


def _column(place: TabLayout | None, key: str) -> Column | None:
    index = None if place is None else place.columns.get(key)
    return None if place is None or index is None else Column(place.sheet_id, index)


def _part(parts: dict[Column, int], column: Column | None) -> int:
    return _NO_PART if column is None else parts[column]
