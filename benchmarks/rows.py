"""Looks at the sandbox's sheet as cheaply as can be, so that looking takes nothing from what is measured."""

import threading
import time
from bisect import bisect_left

from benchmarks.running import BenchmarkError
from sandbox.google.grid import Sheet
from sandbox.sandbox import Sandbox

ORDERS, ITEMS, SUMMARY = "Orders", "Items", "Summary"


def count_rows(sandbox: Sandbox, title: str) -> int:
    """How many rows below the header are filled; they stand together. A million costs 20 looks."""
    sheet = _sheet(sandbox, title)
    if sheet is None:
        return 0
    return bisect_left(range(1, sheet.row_count), True, key=lambda row: sheet.cell(row, 0).value is None)


def order_ids(sandbox: Sandbox, title: str) -> list[str]:
    """What the first column says, below the header."""
    sheet = _sheet(sandbox, title)
    return [] if sheet is None else [str(sheet.cell(row, 0).value) for row in range(1, 1 + count_rows(sandbox, title))]


def wait_for_rows(
    sandbox: Sandbox, *, orders: int, items: int, within: float, every: float = 0.05, or_more: bool = False
) -> None:
    """Returns when so many rows are there, or more where that will do too. Raises BenchmarkError."""
    pause, deadline = threading.Event(), time.monotonic() + within
    while (there := (count_rows(sandbox, ORDERS), count_rows(sandbox, ITEMS))) != (orders, items):
        if or_more and there[0] >= orders and there[1] >= items:
            return
        if time.monotonic() > deadline:
            raise BenchmarkError(
                f"Wrong: after {within:g} s there were {there[0]} orders and {there[1]} items in the sheet."
            )
        pause.wait(every)


def wait_for_summary(sandbox: Sandbox, *, within: float, every: float = 0.05) -> None:
    """Returns when the tab is there that is made after the first rows. Raises BenchmarkError."""
    pause, deadline = threading.Event(), time.monotonic() + within
    while _sheet(sandbox, SUMMARY) is None:
        if time.monotonic() > deadline:
            raise BenchmarkError(f"Wrong: after {within:g} s there was no tab {SUMMARY}.")
        pause.wait(every)


def _sheet(sandbox: Sandbox, title: str) -> Sheet | None:
    return sandbox.google.spreadsheets[sandbox.spreadsheet_id].content.sheet_titled(title)
