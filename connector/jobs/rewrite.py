"""Has an order's rows written again, if they are not in the sheet any more."""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from connector.clock import Clock
from connector.jobs.audit import what_is_gone
from connector.language import gettext as _
from connector.language import marked
from connector.models import Order, Shown
from connector.sheets.client import SheetsApi
from connector.sheets.columns import KEY, tab_word
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.key_columns import SheetRows
from connector.sheets.workbook import Workbook
from connector.store import orders as stored
from connector.store.database import Database
from connector.store.rewrite import Gone, write_anew

T = TypeVar("T")
ONLY_ITS_ID = marked(
    "Only the number of this order is kept here (KEEP_DAYS), so its rows can't be written again. An older version "
    "of the spreadsheet has them: File, Version history."
)
ON_THEIR_WAY = marked("The order's rows are on their way to the sheet.")
BOTH_THERE = marked(
    "The order's row and its item rows stand in the sheet. Delete what is left of them to have them anew."
)


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
                _(
                    "The tab of {tab} has lost its column Order ID, so nothing can tell whose rows are "
                    "there. Undo that in the spreadsheet (Edit, Undo, or File, Version history)."
                ).format(tab=tab_word(tab)),
                kind=Kind.BLOCKED,
            )
    return workbook.rows_known_by_their_ids(layout)


class NotRewrittenError(Exception):
    """The rows are not written again. The text is a sentence that says why."""


def rewrite(database: Database, lookup: SheetLookup, *, shop: str, order_id: str, clock: Clock) -> Gone | None:
    """Has what is gone of an order's rows written anew; None where the store doesn't have the order.

    Two reads at Google. Raises NotRewrittenError, and SheetsError where the sheet can't be read.
    """
    outcome = rewrite_each(database, lookup, shop=shop, order_ids=[order_id], clock=clock)[order_id]
    if isinstance(outcome, NotRewrittenError):
        raise outcome
    return outcome


def rewrite_each(
    database: Database, lookup: SheetLookup, *, shop: str, order_ids: Sequence[str], clock: Clock
) -> dict[str, Gone | NotRewrittenError | None]:
    """What comes of each of some orders, as `rewrite` has it; two reads for all of them. Raises SheetsError."""
    outcomes: dict[str, Gone | NotRewrittenError | None] = {}
    to_look_for: list[Order] = []
    with database.read() as connection:
        for order_id in order_ids:
            order = stored.find_order(connection, shop, order_id)
            outcomes[order_id] = None
            if order is None and stored.is_past(connection, shop, order_id):
                outcomes[order_id] = NotRewrittenError(_(ONLY_ITS_ID))
            elif order is not None and (order.shown is None or order.batch_id is not None):
                outcomes[order_id] = NotRewrittenError(_(ON_THEIR_WAY))
            elif order is not None:
                to_look_for.append(order)
    if not to_look_for:
        return outcomes
    with lookup.rows() as rows:
        for order in to_look_for:
            gone = what_is_gone(order, rows.find([order.order_id])[order.order_id])
            outcomes[order.order_id] = (
                NotRewrittenError(_why_not(order)) if gone is None else _write(database, order, gone, clock)
            )
    return outcomes


def _write(database: Database, order: Order, gone: Gone, clock: Clock) -> Gone | NotRewrittenError:
    is_due = database.write(lambda connection: write_anew(connection, order, gone, now=clock.now()))
    return gone if is_due else NotRewrittenError(_(ON_THEIR_WAY))


def _why_not(order: Order) -> str:
    if order.shown is Shown.COMPLETE and order.items:
        return _(BOTH_THERE)
    return _("The order's row stands in the sheet.")
