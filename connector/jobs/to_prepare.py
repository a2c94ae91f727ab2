"""The orders that are still to be packed. The store doesn't know: what the sheet's `Status` says of them decides."""

import math
from dataclasses import dataclass

from connector.jobs.context import ShopContext
from connector.jobs.rewrite import SheetLookup
from connector.language import gettext as _
from connector.language import marked
from connector.models import Order, Shown
from connector.sheets.account import GoogleAccount
from connector.sheets.errors import SheetsError
from connector.sheets.statuses import PACKED, READS, read_statuses
from connector.store.orders import find_orders

MOST = 200
"""Orders at a time: the newest, since a merchant who never writes into `Status` has all orders of years open."""
MOST_ROWS = 1000
"""Rows whose orders are looked up for that: half of them from the bottom of the sheet up and half from its top down,
since the newest orders may stand at either end."""
NOT_READ = marked(
    "The spreadsheet can't be read at present, so nothing tells what is packed. The status page says why."
)
NO_STATUS = marked(
    "The tab of the orders, or its column Status or Order ID, was deleted, so nothing tells what is packed. Undo that "
    "in the spreadsheet (File, Version history)."
)
TOO_MANY = marked("Too much was read from the spreadsheet within a minute. Open this again in {seconds} s.")


class NotKnownError(Exception):
    """What is to be prepared can't be told now. The text is a sentence that says why."""

    def __init__(self, sentence: str, *, seconds: int | None = None) -> None:
        super().__init__(sentence)
        self.seconds = seconds
        """When to come again, if that is known."""


@dataclass(frozen=True, slots=True)
class ToPrepare:
    """What is to be packed."""

    orders: tuple[Order, ...]
    """With their items, the oldest first; where there are too many, the newest of them."""
    without_items: tuple[Order, ...]
    """Those whose items are not here, so that nobody can pack them yet."""
    left: int
    """How many more rows there are in the sheet."""


def find_to_prepare(context: ShopContext, lookup: SheetLookup, account: GoogleAccount) -> ToPrepare:
    """The orders in the sheet whose `Status` is neither Packed, Sent, Done nor Cancelled.

    Up to two reads at Google, within the account's budget. Raises NotKnownError, and what the database raises.
    """
    reservation = account.budget.take(reads=READS, writes=0, reserve=True)
    if reservation is None:
        seconds = max(math.ceil(account.budget.may_begin(READS, 0, reserve=True)), 1)
        raise NotKnownError(_(TOO_MANY).format(seconds=seconds), seconds=seconds)
    try:
        with reservation:
            statuses = lookup.with_sheet(read_statuses)
    except SheetsError:
        raise NotKnownError(_(NOT_READ)) from None
    if statuses is None:
        raise NotKnownError(_(NO_STATUS))
    wanted = [order_id for order_id, status in statuses.items() if status not in PACKED]
    half = MOST_ROWS // 2
    looked_up = wanted if len(wanted) <= MOST_ROWS else [*wanted[:half], *wanted[-half:]]
    with context.database.read() as connection:
        found = sorted(find_orders(connection, context.shop, looked_up), key=_age)
    known = [order for order in found if order.shown is not None]
    whole = [order for order in known if order.shown is Shown.COMPLETE and order.items]
    there = {order.id for order in whole}
    without = tuple(order for order in known if order.id not in there)
    return ToPrepare(tuple(whole[-MOST:]), without, len(wanted) - len(looked_up) + len(whole[:-MOST]))


def _age(order: Order) -> tuple[float, int]:
    return order.received_at.timestamp(), order.id
