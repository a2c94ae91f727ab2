"""Replay: reads quarantined payloads again, with the code that is there now."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from connector.gateways.reading.result import Reading
from connector.gateways.webhook import read_webhook
from connector.gateways.whapi.payload import read_message
from connector.jobs.receive import ReceiveStage
from connector.store import quarantine
from connector.store.database import Database
from connector.store.quarantine import Entry

_AT_ONCE = 100


@dataclass(slots=True)
class Replayed:
    """What came of it."""

    understood: int = 0
    """Entries that have left the quarantine."""
    left: int = 0
    """Entries that are still not understood, and stay."""
    new: list[str] = field(default_factory=list)
    """The ids of orders that were taken in."""
    duplicates: int = 0
    ignored: int = 0


def replay(database: Database, receive: ReceiveStage, shop: str, *, ids: Sequence[int] | None = None) -> Replayed:
    """Takes in what is understood now, of the entries named or of all; ids that are not there count for nothing.

    An entry leaves the quarantine in the commit that stores its orders, so that neither can be lost or doubled.
    """
    replayed = Replayed()
    for entries in _by_ids(database, shop, ids) if ids is not None else _all(database, shop):
        together, understood = Reading(), []
        for entry in entries:
            reading = _read(entry)
            if not reading.orders and not reading.ignored:
                replayed.left += 1
                continue
            understood.append(entry.id)
            together.orders += reading.orders
            together.ignored += reading.ignored
            together.changes += reading.changes
            # Of a payload that is understood in part, the rest is kept as entries of their own.
            together.unclear += reading.unclear
        if understood:
            result = receive.receive(together, keep_unclear=True, replaces=understood)
            # An order under the id of another is kept anew as what it was.
            replayed.understood += len(understood) - result.contradictions
            replayed.left += result.contradictions
            replayed.new += [taken.order_id for taken in result.taken if taken.is_new]
            replayed.duplicates += result.duplicates
            replayed.ignored += result.ignored
    return replayed


def _read(entry: Entry) -> Reading:
    """What the entry holds. Where an order says no time of its own, the time counts at which it came in."""
    part = json.loads(entry.payload)
    if not entry.field.startswith("messages["):
        return read_webhook(part, now=entry.received_at)
    reading = Reading()
    read_message(part, reading, now=entry.received_at, at=entry.field.partition(".")[0])
    return reading


def _by_ids(database: Database, shop: str, ids: Sequence[int]) -> Iterator[list[Entry]]:
    with database.read() as connection:
        found = [quarantine.find_entry(connection, shop, entry_id) for entry_id in dict.fromkeys(ids)]
    yield [entry for entry in found if entry is not None]


def _all(database: Database, shop: str) -> Iterator[list[Entry]]:
    """All entries that are there at the beginning, some at a time, the oldest first."""
    with database.read() as connection:
        newest = quarantine.list_entries(connection, shop, limit=1)
    seen = 0
    while newest and seen < newest[0].id:
        with database.read() as connection:
            entries = quarantine.list_entries(connection, shop, limit=_AT_ONCE, after=seen)
        if not entries:
            return
        seen = entries[-1].id
        yield [entry for entry in entries if entry.id <= newest[0].id]
