"""Compares what the channel's history holds with the store, without writing anything."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import ItemsState, NewOrder
from connector.store.tables import orders, past_orders


def missing(connection: Connection, shop: str, found: Sequence[NewOrder]) -> list[NewOrder]:
    """Those of the orders that the store never had, or has without the token that is here now.

    One look-up by key for all of them, and a second only if some are not found.
    """
    lacks_token = sa.and_(orders.c.items_state == ItemsState.UNAVAILABLE, orders.c.order_token.is_(None))
    query = sa.select(orders.c.order_id, lacks_token.label("lacks_token")).where(
        orders.c.shop == shop, orders.c.order_id.in_({order.order_id for order in found})
    )
    known = {row.order_id: bool(row.lacks_token) for row in connection.execute(query)}
    unknown = {order.order_id for order in found} - known.keys()
    if unknown:
        past = sa.select(past_orders.c.order_id).where(past_orders.c.shop == shop, past_orders.c.order_id.in_(unknown))
        unknown -= set(connection.execute(past).scalars())
    return [
        order
        for order in found
        if order.order_id in unknown or (known.get(order.order_id) and order.order_token is not None)
    ]
