"""Looks for rows that are to be written a second time once more, right before their batch.

Between the moment at which somebody missed them and the batch may lie an hour: the merchant may have undone the
deletion, or restored a version that has them. What is there again is not written.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from connector.jobs.context import ShopContext
from connector.jobs.learning import standing_of
from connector.log import get_logger
from connector.models import Order
from connector.sheets.key_columns import OrderRows
from connector.sheets.layout import Layout
from connector.sheets.workbook import Workbook
from connector.store import learned
from connector.store.rewrite import Gone, is_to_be_written_again, write_anew

log = get_logger(__name__)


class SecondLook:
    """Has what is there again taken out of the batches of one shop. For one thread at a time."""

    def __init__(self, context: ShopContext, workbook: Workbook) -> None:
        self._context = context
        self._workbook = workbook

    def finds_rows(self, orders: Sequence[Order], layout: Layout) -> bool:
        """Whether rows of some of the orders are there though they were gone: then the store knows it now, and the
        batch is to be made anew. One read where one of the orders was written before, else none. Raises SheetsError.
        """
        again = {order.order_id: order for order in orders if is_to_be_written_again(order)}
        if not again:
            return False
        with self._workbook.rows_known_by_their_ids(layout) as rows:
            found = rows.find(again.keys())
        back = [there for order_id, there in found.items() if _is_back(again[order_id], there)]
        halves = [again[order_id] for order_id, there in found.items() if _only_items_differ(again[order_id], there)]
        if not back and not halves:
            return False

        def change(connection: Connection) -> None:
            now = self._context.clock.now()
            for there in back:
                was = again[there.order_id].shown
                learned.stands(
                    connection, self._context.shop, there.order_id, was, standing_of(there, layout.words), now=now
                )
            for order in halves:
                gone = Gone.ORDER_ROW if found[order.order_id].lines else Gone.ALL
                write_anew(connection, order, gone, now=now)

        self._context.database.write(change)
        log.info("rows.are_back", orders=len(back), items=len(halves))
        return True


def _is_back(order: Order, there: OrderRows) -> bool:
    return there.times > 0 if order.shown is None else there.lines > 0


def _only_items_differ(order: Order, there: OrderRows) -> bool:
    return order.shown is None and not there.times and (there.lines > 0) != order.items_there
