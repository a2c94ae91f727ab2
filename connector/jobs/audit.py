"""Compares the sheet with what was received: what is missing there, doubled, or not from here."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from connector.clock import Clock
from connector.models import Order, Shown
from connector.sheets.key_columns import OrderRows, SheetRows
from connector.store import orders as stored
from connector.store import spreadsheets
from connector.store.database import Database
from connector.store.rewrite import Gone, write_anew
from connector.store.statements import in_pieces

_AT_ONCE = 500
ON_ITS_WAY = timedelta(minutes=5)
"""An order that came within this time and has no row is not missing yet."""

Look = Callable[[], SheetRows]
"""Looks at the sheet. Raises SheetsError."""
Progress = Callable[[int, int], object]
"""Told how many orders have been compared, and how many of them are in the sheet."""
_Mark = tuple[Shown | None, str | None, datetime | None, datetime | None]


def _say_nothing(_compared: int, _there: int) -> None:
    pass


class _Finding(StrEnum):
    """What can be wrong with an order."""

    MISSING = "missing"
    DOUBLED = "doubled"
    ITEMS = "items"


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


def compare(
    database: Database,
    look: Look,
    *,
    shop: str,
    clock: Clock,
    since: datetime | None = None,
    progress: Progress = _say_nothing,
) -> Report:
    """Compares the sheet with the store, some hundred orders at a time: memory grows with what is wrong alone.

    What seems wrong is looked at once more, since orders may be written between a look at the sheet and one at the
    store. Two reads at Google, and two more where something seems wrong. Raises SheetsError.
    """
    with look() as rows:
        report = _first_look(database, rows, shop=shop, clock=clock, since=since, progress=progress)
    if not (report.missing or report.doubled or report.items):
        return report
    suspects = (*report.missing, *report.doubled, *report.items)
    before = _marks(database, shop, suspects)
    found: dict[_Finding, list[str]] = {finding: [] for finding in _Finding}
    with look() as rows:
        for some in in_pieces(suspects, _AT_ONCE):
            there = rows.find(some)
            here = {order.order_id: order for order in _find(database, shop, some)}
            for order_id in some:
                order = here.get(order_id)
                # What was written, or asked for, between the two looks is not judged by a sheet of another moment.
                if (None if order is None else _mark(order)) != before.get(order_id):
                    continue
                finding = _judge(order, there[order_id], now=clock.now())
                if finding is not None:
                    found[finding].append(order_id)
    return replace(
        report,
        missing=tuple(found[_Finding.MISSING]),
        doubled=tuple(found[_Finding.DOUBLED]),
        items=tuple(found[_Finding.ITEMS]),
    )


def keep(database: Database, spreadsheet_id: str, report: Report, *, clock: Clock) -> None:
    """Remembers how many of each there were, and when."""
    counts = {name: value if isinstance(value, int) else len(value) for name, value in report.as_json().items()}
    database.write(
        lambda connection: spreadsheets.audited(connection, spreadsheet_id, json.dumps(counts), now=clock.now())
    )


def write_missing(database: Database, look: Look, report: Report, *, shop: str, clock: Clock) -> list[str]:
    """Has all that is missing written anew, after another look at the sheet; the ids of the orders that will be."""
    written = []
    with look() as rows:
        for some in in_pieces((*report.missing, *report.items), _AT_ONCE):
            there = rows.find(some)
            for order in _find(database, shop, some):
                gone = what_is_gone(order, there[order.order_id])
                if gone is not None and _write(database, order, gone, clock):
                    written.append(order.order_id)
    return written


def what_is_gone(order: Order, there: OrderRows) -> Gone | None:
    """What of an order that was written is not in the sheet any more; None: nothing, or not to be told for certain."""
    if order.shown is None or order.batch_id is not None:
        return None
    if not there.times:
        return Gone.ORDER_ROW if there.lines else Gone.ALL
    return Gone.ITEM_ROWS if order.shown is Shown.COMPLETE and order.items and not there.lines else None


def is_to_be_there(order: Order, *, now: datetime) -> bool:
    return order.shown is not None or (order.batch_id is None and now - order.stored_at > ON_ITS_WAY)


def _write(database: Database, order: Order, gone: Gone, clock: Clock) -> bool:
    return database.write(lambda connection: write_anew(connection, order, gone, now=clock.now()))


def _fits(order: Order, lines: int) -> bool:
    if order.shown is Shown.COMPLETE:
        # Of an order that was found in the sheet by a new database the items are not known.
        return lines == len(order.items) if order.items else lines > 0 or order.item_count == 0
    return lines == 0


def _first_look(
    database: Database, rows: SheetRows, *, shop: str, clock: Clock, since: datetime | None, progress: Progress
) -> Report:
    count = 0
    found: dict[_Finding, list[str]] = {finding: [] for finding in _Finding}
    for orders in _each_order(database, shop, since):
        there = rows.find([order.order_id for order in orders])
        for order in orders:
            finding = _judge(order, there[order.order_id], now=clock.now())
            if finding is not None:
                found[finding].append(order.order_id)
        count += len(orders)
        progress(count, count - len(found[_Finding.MISSING]))
    doubled, unknown = _of_no_order(database, rows, shop)
    # Of orders of which only the number is kept it isn't known when they came in.
    doubled = [*found[_Finding.DOUBLED], *([] if since is not None else doubled)]
    return Report(
        count, tuple(found[_Finding.MISSING]), tuple(doubled), tuple(found[_Finding.ITEMS]), unknown=tuple(unknown)
    )


def _judge(order: Order | None, there: OrderRows, *, now: datetime) -> _Finding | None:
    """What is wrong with an order; of one that isn't kept here only whether it stands there twice."""
    if there.times > 1:
        return _Finding.DOUBLED
    if order is None:
        return None
    if not there.times:
        return _Finding.MISSING if is_to_be_there(order, now=now) else None
    return _Finding.ITEMS if order.batch_id is None and not _fits(order, there.lines) else None


def _of_no_order(database: Database, rows: SheetRows, shop: str) -> tuple[list[str], list[str]]:
    """What stands in the sheet and is no order of the store's: what is there twice of those that once were, and all
    that never was."""
    doubled, unknown = [], []
    for page in rows.pages():
        ids = [there.order_id for there in page]
        with database.read() as connection:
            known = stored.known_order_ids(connection, shop, ids)
            past = stored.past_order_ids(connection, shop, [there.order_id for there in page if there.times > 1])
        doubled += sorted(past)
        unknown += [order_id for order_id in ids if order_id not in known]
    return doubled, unknown


def _marks(database: Database, shop: str, order_ids: Sequence[str]) -> dict[str, _Mark]:
    found = (order for some in in_pieces(order_ids, _AT_ONCE) for order in _find(database, shop, some))
    return {order.order_id: _mark(order) for order in found}


def _mark(order: Order) -> _Mark:
    """What changes when something of the order is written, or is to be."""
    return order.shown, order.batch_id, order.write_due_at, order.synced_at


def _each_order(database: Database, shop: str, since: datetime | None) -> Iterator[list[Order]]:
    after = 0
    while True:
        with database.read() as connection:
            some = stored.orders_after(connection, shop, after=after, limit=_AT_ONCE, since=since)
        if not some:
            return
        yield some
        after = some[-1].id


def _find(database: Database, shop: str, order_ids: Sequence[str]) -> list[Order]:
    with database.read() as connection:
        return stored.find_orders(connection, shop, order_ids)
