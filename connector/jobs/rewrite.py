"""Has an order's rows written again, if they are not in the sheet any more."""

from connector.clock import Clock
from connector.jobs.audit import what_is_gone
from connector.jobs.lookup import SheetLookup
from connector.models import Order, Shown
from connector.store import orders as stored
from connector.store.database import Database
from connector.store.rewrite import Gone, write_anew

ONLY_ITS_ID = (
    "Only the number of this order is kept here (KEEP_DAYS), so its rows can't be written again. An older version "
    "of the spreadsheet has them: File, Version history."
)

BOTH_THERE = "The order's row and its item rows stand in the sheet. Delete what is left of them to have them anew."


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
