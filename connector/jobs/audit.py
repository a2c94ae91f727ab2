"""Compares the sheet with what was received: what is missing there, doubled, or not from here."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.clock import Clock
from connector.models import Order, Shown
from connector.sheets.key_columns import SheetRows
from connector.store import orders as stored
from connector.store import spreadsheets
from connector.store.database import Database
from connector.store.rewrite import Gone, write_anew

_AT_ONCE = 500
ON_ITS_WAY = timedelta(minutes=5)
"""An order that came within this time and has no row is not missing yet."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a comparison has found. All but the first are order ids."""

    orders: int
    """Orders that were received, as far as the store keeps them."""
    missing: tuple[str, ...] = ()
    """Received, and without a row in the tab of orders."""
    doubled: tuple[str, ...] = ()
    """With more than one row there."""
    items: tuple[str, ...] = ()
    """With fewer item rows than items, or with more."""
    unknown: tuple[str, ...] = ()
    """In the sheet, and never received here."""

    @property
    def is_equal(self) -> bool:
        return not (self.missing or self.doubled or self.items or self.unknown)

    def as_json(self) -> dict[str, int | list[str]]:
        return {
            "orders": self.orders,
            "missing": list(self.missing),
            "doubled": list(self.doubled),
            "items": list(self.items),
            "unknown": list(self.unknown),
        }


def compare(database: Database, rows: SheetRows, *, shop: str, clock: Clock, since: datetime | None = None) -> Report:
    """Compares what was read from the sheet with the store, a few hundred orders at a time."""
    count = 0
    missing, doubled, wrong_items = [], [], []
    here: set[str] = set()
    for order in _each_order(database, shop, since):
        count += 1
        here.add(order.order_id)
        lines = rows.lines.get(order.order_id, 0)
        if order.order_id not in rows.states:
            if is_to_be_there(order, now=clock.now()):
                missing.append(order.order_id)
        elif rows.times[order.order_id] > 1:
            doubled.append(order.order_id)
        elif order.batch_id is None and not _fits(order, lines):
            wrong_items.append(order.order_id)
    unknown = [order_id for order_id in rows.order_ids if order_id not in here]
    known = _known(database, shop, unknown)
    doubled += [order_id for order_id in sorted(known) if rows.times.get(order_id, 0) > 1 and order_id not in here]
    return Report(
        count,
        tuple(missing),
        tuple(doubled),
        tuple(wrong_items),
        tuple(sorted(set(unknown) - known)),
    )


def keep(database: Database, spreadsheet_id: str, report: Report, *, clock: Clock) -> None:
    """Remembers how many of each there were, and when."""
    counts = {name: value if isinstance(value, int) else len(value) for name, value in report.as_json().items()}
    database.write(
        lambda connection: spreadsheets.audited(connection, spreadsheet_id, json.dumps(counts), now=clock.now())
    )


def write_missing(database: Database, rows: SheetRows, report: Report, *, shop: str, clock: Clock) -> list[str]:
    """Has all that is missing written anew; the ids of the orders that will be. What was read of the sheet must be
    fresh."""
    written = []
    for start in range(0, len(ids := [*report.missing, *report.items]), _AT_ONCE):
        with database.read() as connection:
            found = stored.find_orders(connection, shop, ids[start : start + _AT_ONCE])
        for order in found:
            gone = what_is_gone(order, rows)
            if gone is not None and _write(database, order, gone, clock):
                written.append(order.order_id)
    return written


def what_is_gone(order: Order, rows: SheetRows) -> Gone | None:
    """What of an order that was written is not in the sheet any more; None: nothing, or not to be told for certain."""
    lines = rows.lines.get(order.order_id, 0)
    if order.shown is None or order.batch_id is not None:
        return None
    if order.order_id not in rows.states:
        return Gone.ORDER_ROW if lines else Gone.ALL
    return Gone.ITEM_ROWS if order.shown is Shown.COMPLETE and order.items and not lines else None


def is_to_be_there(order: Order, *, now: datetime) -> bool:
    return order.shown is not None or (order.batch_id is None and now - order.stored_at > ON_ITS_WAY)


def _write(database: Database, order: Order, gone: Gone, clock: Clock) -> bool:
    return database.write(lambda connection: write_anew(connection, order, gone, now=clock.now()))


def _fits(order: Order, lines: int) -> bool:
    if order.shown is Shown.COMPLETE:
        # Of an order that was found in the sheet by a new database the items are not known.
        return lines == len(order.items) if order.items else lines > 0 or order.item_count == 0
    return lines == 0


def _each_order(database: Database, shop: str, since: datetime | None) -> Iterator[Order]:
    after = 0
    while True:
        with database.read() as connection:
            some = stored.orders_after(connection, shop, after=after, limit=_AT_ONCE, since=since)
        if not some:
            return
        yield from some
        after = some[-1].id


def _known(database: Database, shop: str, order_ids: list[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(order_ids), _AT_ONCE):
        with database.read() as connection:
            known |= stored.known_order_ids(connection, shop, order_ids[start : start + _AT_ONCE])
    return known
