"""Replay: reads quarantined payloads again, with the code that is there now."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from connector.gateways.reading.result import Reading
from connector.gateways.webhook import read_webhook
from connector.gateways.whapi.payload import read_message
from connector.jobs.receive import ReceiveStage
from connector.store import quarantine
from connector.store.database import Database
from connector.store.quarantine import Entry

_AT_ONCE = 100
_MOST_BYTES = 512 * 1024
"""Of payloads that are in work together. What is read from them takes thirty times as much memory."""


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
    for entries in _some_at_a_time(database, shop, ids if ids is not None else _all(database, shop)):
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


def _some_at_a_time(database: Database, shop: str, ids: Iterable[int]) -> Iterator[list[Entry]]:
    """The entries, as many together as go into one commit, and as their payloads leave room for."""
    entries: list[Entry] = []
    for entry_id in dict.fromkeys(ids):
        with database.read() as connection:
            entry = quarantine.find_entry(connection, shop, entry_id)
        if entry is None:
            continue
        if entries and (len(entries) == _AT_ONCE or sum(one.bytes for one in entries) + entry.bytes > _MOST_BYTES):
            yield entries
            entries = []
        entries.append(entry)
    if entries:
        yield entries


def _all(database: Database, shop: str) -> Iterator[int]:
    """The ids of all entries that are there at the beginning, the oldest first."""
    with database.read() as connection:
        newest = quarantine.list_heads(connection, shop, limit=1)
    seen = 0
    while newest and seen < newest[0].id:
        with database.read() as connection:
            heads = quarantine.list_heads(connection, shop, limit=_AT_ONCE, after=seen)
        if not heads:
            return
        seen = heads[-1].id
        yield from (head.id for head in heads if head.id <= newest[0].id)
