"""Re-sync: the APScheduler job that has failed item fetches tried again, and the re-sync that somebody asks for.

A fetch that fails is stored with the time of its next try (`fetch.py`, by the policy in `retry.py`); a restart forgets
nothing. `resync_due` runs every RESYNC_INTERVAL seconds and wakes the workers, which then take up every order whose
time has come. `ask_for_resync` makes orders due before their time: the command `resync`, `POST /resync`, the page.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from connector.store import batches, breakers, fetching
from connector.store.database import Database


def resync_due(wake_workers: Callable[[], object]) -> None:
    """The periodic job: has the fetch stage look for failed fetches that are due again, and the write stage for rows.

    The workers read from the store what is due, in the process that holds the shop's lock; so the job may run in any
    number of processes, and a run too many does nothing.
    """
    wake_workers()


def ask_for_resync(
    database: Database, shop: str, *, now: datetime, order_ids: Sequence[str] | None = None
) -> list[str]:
    """Makes the orders named, or all that lack their items, due now, and resets the circuit breakers.

    Returns the ids of those whose items will be fetched. The workers do the rest; wake them after this.
    """

    def change(connection: Connection) -> list[str]:
        breakers.reset(connection, shop, now=now)
        batches.write_at_once(connection, shop, now=now, order_ids=order_ids)
        return fetching.try_again(connection, shop, now=now, order_ids=order_ids)

    return database.write(change)
