"""Which orders stand in the sheet is found out from its columns, whatever their length."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from connector.sheets.column_stream import Cells, Column
from connector.sheets.columns import ITEMS_STATE, KEY, Tab
from connector.sheets.key_columns import OrderRows, SheetRows, read_rows
from connector.sheets.layout import Layout, TabLayout

ORDERS = TabLayout(1, {KEY: 0, ITEMS_STATE: 10}, header_row=1)
ITEMS = TabLayout(2, {KEY: 3}, header_row=0)


@dataclass
class Columns:
    """Answers with these columns, in an order of its own."""

    values: dict[Column, list[Any]]
    asked: int = 0

    def columns(
        self, _spreadsheet_id: str, columns: Sequence[Column], take: Callable[[Cells], object]
    ) -> dict[Column, int]:
        self.asked += 1
        numbers = {column: number for number, column in enumerate(reversed(columns))}
        for column, number in numbers.items():
            take([(number, row, value) for row, value in enumerate(self.values.get(column, []))])
        return numbers


def read(google: Columns, layout: Layout) -> SheetRows:
    return read_rows(google, "x", layout)  # type: ignore[arg-type]


def test_each_order_has_its_rows_in_both_tabs_and_the_first_rows_state() -> None:
    google = Columns(
        {
            Column(1, 0): ["mine", "Order ID", "a", 12.0, "", None, "a", " b "],
            Column(1, 10): ["", "Items", "complete", "waiting · 12", "", "", "unavailable"],
            Column(2, 3): ["Order ID", "a", "a", "c"],
        }
    )

    with read(google, Layout({Tab.ORDERS: ORDERS, Tab.ITEMS: ITEMS})) as rows:
        assert [there for page in rows.pages() for there in page] == [
            OrderRows("12", 1, 0, "waiting · 12"),
            OrderRows("a", 2, 2, "complete"),
            OrderRows("b", 1, 0, ""),
            OrderRows("c", 0, 1, ""),
        ]
        assert rows.find(["c", "nobody's"]) == {"c": OrderRows("c", 0, 1), "nobody's": OrderRows("nobody's")}
        assert rows.has_orders
    assert google.asked == 1


@pytest.mark.parametrize(
    "layout", [Layout(), Layout({Tab.ITEMS: ITEMS}), Layout({Tab.ORDERS: TabLayout(1, {}, header_row=0)})]
)
def test_what_is_not_there_has_no_rows(layout: Layout) -> None:
    with read(Columns({Column(2, 3): ["Order ID", "a"]}), layout) as rows:
        assert not rows.has_orders
        assert [there for page in rows.pages() for there in page] == [
            OrderRows("a", 0, 1) for tab in layout.tabs if tab is Tab.ITEMS
        ]


def test_pages_hold_every_order_once() -> None:
    ids = [f"order-{number}" for number in range(1234)]
    google = Columns({Column(1, 0): ["", "", *ids]})

    with read(google, Layout({Tab.ORDERS: ORDERS})) as rows:
        pages = list(rows.pages())

    assert sorted(there.order_id for page in pages for there in page) == sorted(ids)
    assert max(len(page) for page in pages) <= 500


_MANY = """
import resource
from connector.sheets.key_columns import SheetRows
rows = SheetRows()
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
for start in range(0, 300_000, 5000):
    rows.take([(0, row, f"9642781{row * 7919 % 300_007}") for row in range(start, start + 5000)])
rows.count(orders=0, items=-1, states=-1, below={0: 0})
found = sum(len(page) for page in rows.pages())
print(found, (peak() - before) // 1024)
"""


def test_many_rows_are_kept_on_the_disk_and_not_in_memory() -> None:
    answer = subprocess.run([sys.executable, "-c", _MANY], capture_output=True, text=True, check=True).stdout.split()

    assert answer[0] == "299999"
    assert int(answer[1]) < 20
