"""The housekeeping of the store: deletes what is done and older than the time for which it is kept."""

from datetime import timedelta

from connector.clock import Clock
from connector.log import get_logger
from connector.store import pruning
from connector.store.database import Database

log = get_logger(__name__)

_AT_ONCE = 200
"""Orders in one commit, so that no webhook waits long behind it."""
_MOST_A_RUN = 20_000


def prune(database: Database, *, shop: str, keep_days: float, clock: Clock) -> int:
    """Deletes old orders and quarantined payloads; returns how many orders went."""
    before = clock.now() - timedelta(days=keep_days)
    payloads = database.write(lambda connection: pruning.prune_quarantine(connection, shop, before=before))
    orders = 0
    while orders < _MOST_A_RUN:
        pruned = database.write(
            lambda connection: pruning.prune_orders(connection, shop, before=before, limit=_AT_ONCE)
        )
        if not pruned:
            break
        orders += pruned
    if orders or payloads:
        log.info("store.pruned", orders=orders, payloads=payloads)
    return orders
