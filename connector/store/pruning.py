"""Keeps the store small: what is done and old goes, but the ids of orders stay.

An old delivery of an order that was pruned must not come in as a new one, so its id is kept for good, in a table that
holds nothing else.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import ItemsState, Shown
from connector.store.customer_texts import drop_texts
from connector.store.refusals import drop_tries
from connector.store.tables import items, orders, past_orders, quarantine


def prune_orders(connection: Connection, shop: str, *, before: datetime, limit: int) -> int:
    """Deletes the oldest orders that were done before a moment, `limit` at the most; returns how many.

    Done is what is complete in the sheet, and what was given up and says so there.
    """
    pruned = 0
    for condition, done_at in (
        (orders.c.shown == Shown.COMPLETE, orders.c.synced_at),
        (
            sa.and_(orders.c.shown == Shown.UNAVAILABLE, orders.c.items_state == ItemsState.UNAVAILABLE),
            orders.c.stored_at,
        ),
    ):
        oldest = (
            sa.select(orders.c.id, orders.c.order_id, done_at.label("done_at"))
            .where(orders.c.shop == shop, condition, orders.c.batch_id.is_(None))
            .order_by(orders.c.id)
            .limit(limit)
        )
        old = [row for row in connection.execute(oldest) if row.done_at < before]
        if not old:
            continue
        keys = [row.id for row in old]
        connection.execute(sa.insert(past_orders), [{"shop": shop, "order_id": row.order_id} for row in old])
        drop_tries(connection, keys)
        drop_texts(connection, keys)
        connection.execute(sa.delete(items).where(items.c.order_key.in_(keys)))
        connection.execute(sa.delete(orders).where(orders.c.id.in_(keys)))
        pruned += len(keys)
    return pruned


def prune_quarantine(connection: Connection, shop: str, *, before: datetime) -> int:
    """Deletes payloads that were put aside before a moment; returns how many."""
    statement = sa.delete(quarantine).where(quarantine.c.shop == shop, quarantine.c.received_at < before)
    return connection.execute(statement).rowcount
