"""Re-sync: the APScheduler job that has failed item fetches tried again, and the re-sync that somebody asks for.

The way of a failed fetch: `fetch.py` stores it with the time of its next try, by the policy in `retry.py`, so a restart
forgets nothing. The scheduler (`scheduler.py`) calls `resync_due` every RESYNC_INTERVAL seconds. That wakes the
dispatcher, which reads from the store what is due in which shop (`store/due.py`), and hands the orders whose time has
come to the fetch stage again (`ShopWork.due_fetches`).

`ask_for_resync` makes orders due before their time: the command `resync`, `POST /resync`, the page.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from connector.store import batches, breakers, fetching
from connector.store.database import Database


def resync_due(wake_dispatcher: Callable[[], object]) -> None:
    """The periodic job: has failed fetches whose next try is due taken up again, and rows that are due written.

    What is due is read from the store, by the instance that works for the shop; so the job may run in any number of
    processes, and a run too many does nothing.
    """
    wake_dispatcher()


def ask_for_resync(
    database: Database, shop: str, *, now: datetime, order_ids: Sequence[str] | None = None
) -> list[str]:
    """Makes the orders named, or all that lack their items, due now, and resets the circuit breakers.

    Returns the ids of those whose items will be fetched. The dispatcher does the rest; wake it after this.
    """

    def change(connection: Connection) -> list[str]:
        breakers.reset(connection, shop, now=now)
        batches.write_at_once(connection, shop, now=now, order_ids=order_ids)
        return fetching.try_again(connection, shop, now=now, order_ids=order_ids)

    return database.write(change)
