"""Looks into the sheet for somebody who asks, beside the writer and with a client of its own."""

import threading
from collections.abc import Callable
from typing import TypeVar

from connector.sheets.client import SheetsApi
from connector.sheets.columns import KEY
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.key_columns import SheetRows
from connector.sheets.workbook import Workbook

T = TypeVar("T")


class SheetLookup:
    """A way to the sheet beside the writer's. Safe to use from several threads: one at a time asks Google."""

    def __init__(self, api: SheetsApi, workbook: Workbook) -> None:
        self._api = api
        self._workbook = workbook
        self._lock = threading.Lock()

    def rows(self) -> SheetRows:
        """Which orders stand in the sheet. Two reads where the tabs have their tags. To be closed.

        Raises SheetsError, also where rows can't be told apart: nothing may count as missing then.
        """
        return self.with_sheet(lambda _, workbook: _rows(workbook))

    def with_sheet(self, work: Callable[[SheetsApi, Workbook], T]) -> T:
        """Does some work with the sheet while nobody else of this process uses this way to it."""
        with self._lock:
            return work(self._api, self._workbook)


def _rows(workbook: Workbook) -> SheetRows:
    layout = workbook.look_for_rows()
    for tab, place in layout.tabs.items():
        if KEY not in place.columns:
            raise SheetsError(
                f"The tab of {tab} has lost its column Order ID, so nothing can tell whose rows are there. Undo that "
                "in the spreadsheet (Edit, Undo, or File, Version history).",
                kind=Kind.BLOCKED,
            )
    return workbook.rows_known_by_their_ids(layout)
