"""Compares what the channel's history holds with the store, without writing anything."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import NewOrder
from connector.store.known import adds_something, known_orders
from connector.store.same_order import contradiction
from connector.store.tables import past_orders


def missing(connection: Connection, shop: str, found: Sequence[NewOrder]) -> list[NewOrder]:
    """Those of the orders that the store never had, or knows less of than is here now.

    One look-up by key for all of them, and a second only if some are not found. What contradicts the store is left out:
    the history says the same again and again.
    """
    known = known_orders(connection, shop, list({order.order_id for order in found}))
    unknown = {order.order_id for order in found} - known.keys()
    if unknown:
        past = sa.select(past_orders.c.order_id).where(past_orders.c.shop == shop, past_orders.c.order_id.in_(unknown))
        unknown -= set(connection.execute(past).scalars())
    return [
        order
        for order in found
        if order.order_id in unknown
        or ((have := known.get(order.order_id)) and adds_something(have, order) and contradiction(have, order) is None)
    ]
