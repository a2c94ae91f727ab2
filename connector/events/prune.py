"""The housekeeping of the outbox: what could not be delivered goes after some days, so that it never fills the disk."""

from datetime import timedelta

from connector.clock import Clock
from connector.log import get_logger
from connector.store import outbox
from connector.store.database import Database

log = get_logger(__name__)

KEPT_WAITING = timedelta(days=5)
"""Longer than the whole schedule with all its jitter, and a day for those that were held back by others."""
KEPT_FAILED = timedelta(days=10)
"""Since the event happened; for whoever looks for what a receiver lacks."""


def prune_events(database: Database, *, shop: str, clock: Clock) -> int:
    """Deletes old events; returns how many of them nobody had given up yet, such as those to a former address."""
    now = clock.now()
    dropped = database.write(
        lambda connection: outbox.prune(
            connection, shop, waiting_before=now - KEPT_WAITING, failed_before=now - KEPT_FAILED
        )
    )
    if dropped:
        log.warning("events.dropped", events=dropped)
    return dropped
