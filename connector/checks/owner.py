"""Whether this installation is the one that writes into the spreadsheet, and whether its database stays."""

from collections.abc import Iterator
from datetime import timedelta

from connector.clock import Clock
from connector.findings import Finding
from connector.jobs.ownership import Ownership, lost_sentence, waits_sentence
from connector.sheets.client import SheetsApi
from connector.sheets.layout import Layout
from connector.store import ownership
from connector.store.database import Database

_NAME = "google"
_NEW = timedelta(hours=1)
"""So old a database may be and still count as one that had just been made."""
_SAID_FOR = timedelta(days=7)


def check_owner(
    layout: Layout, api: SheetsApi, database: Database, spreadsheet_id: str, *, clock: Clock
) -> Iterator[Finding]:
    """Calls nobody."""
    other = Ownership(database, api, spreadsheet_id, clock=clock).other_owner(layout)
    with database.read() as connection:
        hold = ownership.get_hold(connection, spreadsheet_id)
    if other is not None:
        yield Finding.problem(_NAME, lost_sentence(other, hold) if hold.lost_to else waits_sentence(other))
    yield from _check_new_database(database, hold, clock=clock)


def _check_new_database(database: Database, hold: ownership.Hold, *, clock: Clock) -> Iterator[Finding]:
    now = clock.now()
    if hold.learned_at is None or not hold.learned_orders or now - hold.learned_at > _SAID_FOR:
        return
    _, created_at = database.write(lambda connection: ownership.installation_of(connection, now=now))
    if hold.learned_at - created_at <= _NEW:
        yield Finding.warning(
            _NAME,
            f"On {hold.learned_at:%Y-%m-%d %H:%M} UTC this database was new, and {hold.learned_orders:,} orders stood "
            "in the spreadsheet already; they are not written again. If the database is new at each start, its disk is "
            "lost each time, and with it orders that wait for their items: put DATABASE_URL on a disk that stays.",
        )
