"""Replay: reads quarantined payloads again, with the code that is there now."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from sqlalchemy import Connection

from connector.gateways.reading.parts import Part
from connector.gateways.reading.result import Reading
from connector.gateways.whapi.payload import read_message
from connector.jobs.receive import IntakeResult, ReceiveStage
from connector.jobs.routing import CHANNEL, Owner, Sentence, of_another_shop, of_no_shop, route_parts, route_webhook
from connector.store import quarantine
from connector.store.database import Database
from connector.store.quarantine import Entry, quarantined
from connector.store.shops import UNROUTED

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

    def count(self, result: IntakeResult) -> None:
        self.new += [taken.order_id for taken in result.taken if taken.is_new]
        self.duplicates += result.duplicates
        self.ignored += result.ignored


def replay(database: Database, receive: ReceiveStage, shop: str, *, ids: Sequence[int] | None = None) -> Replayed:
    """Takes in what is understood now, of the entries named or of all; ids that are not there count for nothing.

    An entry leaves the quarantine in the commit that stores its orders, so that neither can be lost or doubled.
    """
    replayed = Replayed()
    for entries in _some_at_a_time(database, shop, ids if ids is not None else _all(database, shop)):
        together, understood = Reading(), []
        for entry in entries:
            reading = _read(entry, receive.owner, rest=shop, sentence=of_another_shop).get(shop, Reading())
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
            replayed.count(result)
    return replayed


def replay_unrouted(
    database: Database, stages: Mapping[str, ReceiveStage], owner: Owner, *, ids: Sequence[int] | None = None
) -> Replayed:
    """Routes what no shop could be found for again. `stages`: the receive stages of all shops, by their names.

    An entry leaves the quarantine after its orders were stored: whatever happens between the two, they are there, and
    routed once more they are known.
    """

    def served(channel_id: str | None) -> str | None:
        shop = owner(channel_id)
        return shop if shop in stages else None

    replayed = Replayed()
    some = _some_at_a_time(database, UNROUTED, ids if ids is not None else _all(database, UNROUTED))
    for entry in chain.from_iterable(some):
        readings = _read(entry, served, rest=UNROUTED, sentence=of_no_shop)
        left = readings.pop(UNROUTED, Reading())
        if not readings:
            replayed.left += 1
            continue
        for shop, reading in readings.items():
            replayed.count(stages[shop].receive(reading, keep_unclear=True))
        _replace(database, entry, left)
        replayed.understood += 1
    return replayed


def _replace(database: Database, entry: Entry, left: Reading) -> None:
    """Drops an entry of the unrouted, and keeps what is left of it."""
    parts = [quarantined(part.field, part.reason, part.part) for part in left.unclear]

    def change(connection: Connection) -> None:
        quarantine.drop(connection, UNROUTED, [entry.id])
        quarantine.keep(connection, UNROUTED, parts, now=entry.received_at)

    database.write(change)


def _read(entry: Entry, owner: Owner, *, rest: str, sentence: Sentence) -> dict[str, Reading]:
    """What the entry holds, by the shops that get it. Where an order says no time of its own, the time counts at which
    it came in."""
    part = json.loads(entry.payload)
    if entry.field.startswith("messages[") and not entry.field.endswith(f".{CHANNEL}"):
        reading = Reading()
        read_message(part, reading, now=entry.received_at, at=entry.field.partition(".")[0])
        return route_parts([Part("", part, reading)], owner, rest=rest, sentence=sentence)
    return route_webhook(part, owner, rest=rest, sentence=sentence, now=entry.received_at)


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
