"""Deletes old markers from the spreadsheet, where some 600 have room."""

from datetime import datetime, timedelta

from connector.clock import Clock
from connector.jobs.guards import GUARDS
from connector.log import get_logger
from connector.sheets.client import SheetsApi
from connector.sheets.deadline import LATEST_ARRIVAL
from connector.sheets.owner import number_id
from connector.store import batches, ownership
from connector.store.batches import BatchState
from connector.store.database import Database

log = get_logger(__name__)

ENOUGH = 150
"""Old markers that are worth a request of their own."""
KEPT = {BatchState.APPLIED: timedelta(minutes=15), BatchState.VOID: timedelta(days=1)}
"""For how long a marker must stand after its batch was settled. Google works on a request for 180 seconds at the
most. A batch was sent once, so no second try of an applied one can come; one that was fenced off may still come."""
_AT_ONCE = 500
_NUMBERS_KEPT = 2 * LATEST_ARRIVAL
_NUMBERS = 500
"""Earlier numbers that are looked for: starts of the service, since such markers were last deleted."""


def delete_old_markers(database: Database, api: SheetsApi, *, shop: str, spreadsheet_id: str, clock: Clock) -> int:
    """Deletes the markers of batches settled long ago, if there are many; returns how many. Raises SheetsError."""
    now = clock.now()
    with database.read() as connection:
        old = [
            batch
            for state, kept in KEPT.items()
            for batch in batches.settled_batches(connection, shop, state, before=now - kept, limit=_AT_ONCE)
        ]
    if len(old) < ENOUGH:
        return 0
    deleted = 0
    numbers = _old_numbers(database, spreadsheet_id, now=now)
    for name, guard in GUARDS.items():
        ids = {batch.marker_id for batch in old if batch.guard == name and batch.spreadsheet_id == spreadsheet_id}
        ids |= numbers
        if ids:
            deleted += guard.delete(api, spreadsheet_id, ids)
    database.write(lambda connection: batches.forget_batches(connection, [batch.id for batch in old]))
    log.info("markers.deleted", markers=deleted)
    return deleted


def _old_numbers(database: Database, spreadsheet_id: str, *, now: datetime) -> set[int]:
    """The ids of earlier owners' numbers, once nothing that was sent under them can arrive any more."""
    with database.read() as connection:
        hold = ownership.get_hold(connection, spreadsheet_id)
    if hold.number is None or hold.taken_at is None or now - hold.taken_at < _NUMBERS_KEPT:
        return set()
    return {number_id(spreadsheet_id, number) for number in range(max(1, hold.number - _NUMBERS), hold.number)}
