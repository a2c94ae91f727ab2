"""Has an order's rows written again, if they are not in the sheet any more."""

import threading
from collections.abc import Callable
from typing import TypeVar

from connector.clock import Clock
from connector.jobs.audit import what_is_gone
from connector.models import Order, Shown
from connector.sheets.client import SheetsApi
from connector.sheets.key_columns import SheetRows
from connector.sheets.workbook import Workbook
from connector.store import orders as stored
from connector.store.database import Database
from connector.store.rewrite import Gone, write_anew

T = TypeVar("T")
ONLY_ITS_ID = (
    "Only the number of this order is kept here (KEEP_DAYS), so its rows can't be written again. An older version "
    "of the spreadsheet has them: File, Version history."
)
BOTH_THERE = "The order's row and its item rows stand in the sheet. Delete what is left of them to have them anew."


class SheetLookup:
    """A way to the sheet beside the writer's. Safe to use from several threads: one at a time asks Google."""

    def __init__(self, api: SheetsApi, workbook: Workbook) -> None:
        self._api = api
        self._workbook = workbook
        self._lock = threading.Lock()

    def rows(self) -> SheetRows:
        """Which orders stand in the sheet. Up to four reads. Raises SheetsError."""
        return self.with_sheet(lambda _, workbook: workbook.rows_known_by_their_ids(workbook.look()))

    def with_sheet(self, work: Callable[[SheetsApi, Workbook], T]) -> T:
        """Does some work with the sheet while nobody else of this process uses this way to it."""
        with self._lock:
            return work(self._api, self._workbook)


class NotRewrittenError(Exception):
    """The rows are not written again. The text is a sentence that says why."""


def rewrite(database: Database, lookup: SheetLookup, *, shop: str, order_id: str, clock: Clock) -> Gone | None:
    """Has what is gone of an order's rows written anew; None where the store doesn't have the order.

    Up to four reads at Google. Raises NotRewrittenError, and SheetsError where the sheet can't be read.
    """
    with database.read() as connection:
        order = stored.find_order(connection, shop, order_id)
        if order is None and stored.is_past(connection, shop, order_id):
            raise NotRewrittenError(ONLY_ITS_ID)
    if order is None:
        return None
    if order.shown is None or order.batch_id is not None:
        raise NotRewrittenError("The order's rows are on their way to the sheet.")
    gone = what_is_gone(order, lookup.rows())
    if gone is None:
        raise NotRewrittenError(_why_not(order))
    if not database.write(lambda connection: write_anew(connection, order, gone, now=clock.now())):
        raise NotRewrittenError("The order's rows are on their way to the sheet.")
    return gone


def _why_not(order: Order) -> str:
    if order.shown is Shown.COMPLETE and order.items:
        return BOTH_THERE
    return "The order's row stands in the sheet."
