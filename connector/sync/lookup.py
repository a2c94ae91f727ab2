"""Looks into the sheet for somebody who asks, beside the writer and with a client of its own."""

import threading

from connector.sheets.present_rows import SheetRows
from connector.sheets.workbook import Workbook


class SheetLookup:
    """Reads the sheet, and changes nothing. Safe to use from several threads: one at a time asks Google."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._lock = threading.Lock()

    def rows(self) -> SheetRows:
        """Which orders stand in the sheet. Up to four reads. Raises SheetsError."""
        with self._lock:
            return self._workbook.rows_known_by_their_ids(self._workbook.look())
