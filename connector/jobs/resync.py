"""Manual re-sync: makes orders due at once that would be tried later, or not at all any more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from connector.store import batches, fetching
from connector.store import breakers as pauses
from connector.store.database import Database


def ask_for_resync(
    database: Database, shop: str, *, now: datetime, order_ids: Sequence[str] | None = None
) -> list[str]:
    """Makes the orders named, or all that lack their items, due now, and ends pauses.

    Returns the ids of those whose items will be fetched. The pipeline does the work; wake it after this.
    """

    def change(connection: Connection) -> list[str]:
        pauses.lift(connection, shop, now=now)
        batches.write_at_once(connection, shop, now=now, order_ids=order_ids)
        return fetching.try_again(connection, shop, now=now, order_ids=order_ids)

    return database.write(change)
