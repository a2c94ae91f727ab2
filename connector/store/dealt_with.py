"""What somebody has said to be dealt with: an order that was given up or looks odd, a payload in quarantine.

It stays where it is, with when and where that was said, and no longer counts as something to look at. An order counts
anew once more is told of it.
"""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import ItemsState, Shown
from connector.store.statements import count
from connector.store.tables import is_odd, orders, quarantine


class By(StrEnum):
    """Where it was said. The names stand in the store."""

    PAGE = "page"
    """On the status page, with the shop's password, or the only one there is."""
    OPERATOR = "operator"
    """On the status page of one of several shops, with the operator's password."""
    API = "api"
    COMMAND = "command"
    """On the command line."""


is_dealt_with = sa.and_(
    orders.c.dealt_with_at.is_not(None),
    sa.or_(orders.c.changed_at.is_(None), orders.c.changed_at <= orders.c.dealt_with_at),
)
"""`Order.is_dealt_with`, for the database."""
is_given_up = sa.and_(orders.c.shown == Shown.UNAVAILABLE, orders.c.items_state == ItemsState.UNAVAILABLE)
to_look_at = sa.and_(is_odd, sa.not_(is_dealt_with))
"""Whether an order is odd, and still to be looked at."""


def deal_with_order(connection: Connection, shop: str, order_id: str, by: By, *, now: datetime) -> bool:
    """Whether there was something to deal with. No row changed: the order is neither given up nor odd, or somebody
    else was faster, and stays on record."""
    statement = sa.update(orders).where(
        orders.c.shop == shop,
        orders.c.order_id == order_id,
        sa.or_(is_given_up, is_odd),
        sa.not_(is_dealt_with),
    )
    return connection.execute(statement.values(dealt_with_at=now, dealt_with_by=by)).rowcount == 1


def deal_with_entry(connection: Connection, shop: str, entry_id: int, by: By, *, now: datetime) -> bool:
    """The same for a payload in quarantine. No row changed: it was dealt with, or is there no longer."""
    statement = sa.update(quarantine).where(
        quarantine.c.shop == shop, quarantine.c.id == entry_id, quarantine.c.dealt_with_at.is_(None)
    )
    return connection.execute(statement.values(dealt_with_at=now, dealt_with_by=by)).rowcount == 1


def count_given_up(connection: Connection, shop: str) -> int:
    """How many orders were given up that nobody has dealt with."""
    return count(connection, orders, orders.c.shop == shop, is_given_up, sa.not_(is_dealt_with))
