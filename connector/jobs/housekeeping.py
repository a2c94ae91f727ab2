"""Housekeeping: what is done and old goes from the store, the outbox and the spreadsheet.

The APScheduler job only asks for it (`Dispatcher.ask_for_housekeeping`); the shop's next turn of the writer does it, as
it calls Google.
"""

from datetime import datetime, timedelta

from connector.clock import Clock
from connector.jobs.context import ShopContext
from connector.jobs.guards import GUARDS
from connector.jobs.ownership import Ownership
from connector.log import get_logger
from connector.sheets.client import SheetsApi
from connector.sheets.errors import SheetsError
from connector.sheets.owner import number_id
from connector.sheets.session import LATEST_ARRIVAL
from connector.store import batches, outbox, pruning, spreadsheets
from connector.store.batches import BatchState
from connector.store.database import Database

log = get_logger(__name__)

_AT_ONCE = 200
"""Orders in one commit, so that no webhook waits long behind it."""
_MOST_A_RUN = 20_000
KEPT_WAITING = timedelta(days=5)
"""Longer than the whole schedule with all its jitter, and a day for those that were held back by others."""
KEPT_FAILED = timedelta(days=10)
"""Since the event happened; for those who look for what a receiver lacks."""
ENOUGH = 150
"""Old markers that are worth a request of their own."""
KEPT = {BatchState.APPLIED: timedelta(minutes=15), BatchState.VOID: timedelta(days=1)}
"""For how long a marker must stand after its batch was settled. Google works on a request for 180 seconds at the
most. A batch was sent once, so no second try of an applied one can come; one that was fenced off may still come."""
_MARKERS_AT_ONCE = 500
_NUMBERS_KEPT = 2 * LATEST_ARRIVAL
_NUMBERS = 500
"""Earlier numbers that are looked for: starts of the service, since such markers were last deleted."""


def do_housekeeping(context: ShopContext, api: SheetsApi, ownership: Ownership) -> None:
    """One run: old orders, payloads and events, and the markers in the sheet that nobody needs any more."""
    # A marker that is deleted too early lets a request through that it was to stop.
    database, shop, clock, settings = context.database, context.shop, context.steady, context.settings
    prune(database, shop=shop, keep_days=settings.keep_days, clock=clock)
    prune_events(database, shop=shop, clock=clock)
    try:
        ownership.renew()
        delete_old_markers(database, api, shop=shop, spreadsheet_id=settings.spreadsheet_id, clock=clock)
    except SheetsError as error:
        log.warning("housekeeping.failed", reason=error.message)


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


def delete_old_markers(database: Database, api: SheetsApi, *, shop: str, spreadsheet_id: str, clock: Clock) -> int:
    """Deletes the markers of batches settled long ago, if there are many; returns how many. Raises SheetsError."""
    now = clock.now()
    with database.read() as connection:
        old = [
            batch
            for state, kept in KEPT.items()
            for batch in batches.settled_batches(connection, shop, state, before=now - kept, limit=_MARKERS_AT_ONCE)
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
        hold = spreadsheets.get_hold(connection, spreadsheet_id)
    if hold.number is None or hold.taken_at is None or now - hold.taken_at < _NUMBERS_KEPT:
        return set()
    return {number_id(spreadsheet_id, number) for number in range(max(1, hold.number - _NUMBERS), hold.number)}
