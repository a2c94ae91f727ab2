"""Takes over from the sheet what the store doesn't know: which orders are written there.

A new database, or one restored from a backup, meets a spreadsheet that is further than itself. What stands there was
written, no matter by whom, and is never written again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.language import gettext as _
from connector.language import marked
from connector.models import ItemsState, Shown
from connector.store.orders import past_order_ids
from connector.store.rewrite import to_be_written_again
from connector.store.statements import insert_missing
from connector.store.tables import orders, past_orders

FOUND_IN_SHEET = marked(
    "The order's row was found in the sheet when this database was new, so its token is not here. Its items will be "
    "fetched if the order is sent again."
)
_FURTHER = {None: 0, Shown.WAITING: 1, Shown.UNAVAILABLE: 2, Shown.COMPLETE: 3}


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order stands in the sheet."""

    shown: Shown
    lines: int
    """Its rows in the tab of items."""
    lacks: tuple[str, ...] = ()
    """The columns of its row whose cells may still wait for their value."""

    @property
    def lacks_items(self) -> bool:
        """Whether it counts as complete, and has no item rows."""
        return self.shown is Shown.COMPLETE and not self.lines


@dataclass(frozen=True, slots=True)
class Learned:
    """What the store did not know."""

    shown: tuple[str, ...] = ()
    """Orders that it had, but not as far as the sheet has them."""
    new: int = 0
    """Orders that it did not have."""


def learn(connection: Connection, shop: str, standings: Mapping[str, Standing], *, now: datetime) -> Learned:
    """Makes the store know of some orders in the sheet. May be repeated.

    Orders of which rows are to be written again are left as they are: the writer looks for these rows by itself.
    """
    ids = list(standings)
    here = sa.select(orders.c.order_id, orders.c.shown, to_be_written_again.label("again"))
    here = here.where(orders.c.shop == shop, orders.c.order_id.in_(ids))
    rows = connection.execute(here).all()
    known = {row.order_id: row.shown for row in rows}
    again = {row.order_id for row in rows if row.again}
    gone = past_order_ids(connection, shop, ids)
    shown = [
        order_id
        for order_id, was in known.items()
        if order_id not in again
        and _FURTHER[standings[order_id].shown] > _FURTHER[was]
        and stands(connection, shop, order_id, was, standings[order_id], now=now)
    ]
    new = [order_id for order_id in ids if order_id not in known and order_id not in gone]
    waiting = [order_id for order_id in new if standings[order_id].shown is Shown.WAITING]
    _add_waiting(connection, shop, {order_id: standings[order_id] for order_id in waiting}, now=now)
    written = [
        {"shop": shop, "order_id": order_id} for order_id in new if standings[order_id].shown is not Shown.WAITING
    ]
    insert_missing(connection, past_orders, written)
    return Learned(tuple(shown), len(new))


def stands(
    connection: Connection, shop: str, order_id: str, was: Shown | None, standing: Standing, *, now: datetime
) -> bool:
    """The order's row is in the sheet and says so much; whether that was news.

    No row changed: a batch holds the order now, and what becomes of that is found out with the batch.
    """
    statement = sa.update(orders).where(
        orders.c.shop == shop,
        orders.c.order_id == order_id,
        orders.c.batch_id.is_(None),
        orders.c.shown.is_not_distinct_from(was),
    )
    first = sa.func.coalesce(orders.c.row_at, sa.literal(now, orders.c.row_at.type))
    values: dict[str, Any] = {"shown": standing.shown, "row_at": first, "gone_at": None}
    if standing.shown is Shown.COMPLETE:
        # With its items, so there is nothing left to fetch or to write.
        values |= {
            # Of an order that was written before it is known.
            "synced_at": sa.func.coalesce(orders.c.synced_at, sa.literal(now, orders.c.synced_at.type)),
            "items_there": None,
            "items_state": ItemsState.READY,
            "order_token": None,
            "next_attempt_at": None,
            "write_due_at": None,
        }
    else:
        values["row_lacks"] = standing.lacks
    return connection.execute(statement.values(**values)).rowcount == 1


def _add_waiting(connection: Connection, shop: str, waiting: Mapping[str, Standing], *, now: datetime) -> None:
    """Orders whose rows wait for their items: known, and to be completed if they are sent once more."""
    insert_missing(
        connection,
        orders,
        [
            {
                "shop": shop,
                "order_id": order_id,
                "received_at": now,
                "stored_at": now,
                "items_state": ItemsState.UNAVAILABLE,
                "attempts": 0,
                "shown": Shown.WAITING,
                "row_lacks": standing.lacks,
                "row_at": now,
                "last_error": _(FOUND_IN_SHEET),
            }
            for order_id, standing in waiting.items()
        ],
        key=["shop", "order_id"],
    )
