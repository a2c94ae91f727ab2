"""Puts events into the outbox. The stages call this within the transactions that change what the events tell of, so
that neither is stored without the other. Without targets nothing is read or written.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from connector.events.payload import (
    ORDER,
    SERVICE,
    EventType,
    Spreadsheet,
    about_order,
    about_part,
    about_problem,
    about_refused,
)
from connector.models import Order, Shown
from connector.problems import NamedProblem
from connector.store import breakers, outbox
from connector.store.breakers import CircuitBreaker, Part, Told
from connector.store.orders import find_orders
from connector.store.outbox import NewEvent
from connector.store.refusals import Refused
from connector.store.statements import in_pieces

LASTING = timedelta(minutes=5)
"""A failure that goes away by itself is told of only if it has not done so by then."""

_AT_ONCE = 50
_SAID_BY = {
    Shown.WAITING: EventType.WAITING,
    Shown.COMPLETE: EventType.SYNCED,
    Shown.UNAVAILABLE: EventType.FAILED,
}


class Publisher:
    """Tells of one shop's orders and parts."""

    def __init__(
        self,
        *,
        shop: str,
        spreadsheet: Spreadsheet,
        targets: Sequence[str],
        alerts: Sequence[str] = (),
        alerts_of_orders: bool = False,
        row_url: Callable[[Order], str | None] = lambda _: None,
    ) -> None:
        """`targets`: the keys of the addresses that get all events; `alerts`: of those that get only what somebody must
        mend, and its end; `alerts_of_orders`: and that an order came in. `row_url`: the link to an order's row."""
        self._shop = shop
        self._spreadsheet = spreadsheet
        self._targets = tuple(targets)
        self._mending = (*self._targets, *alerts)
        """Who is told of what somebody must mend."""
        self._of_new_orders = tuple(alerts) if alerts_of_orders else ()
        """Who is told in short that an order came in."""
        self._row_url = row_url

    def received(self, connection: Connection, order_ids: Sequence[str], *, now: datetime) -> None:
        """Orders were taken in that the store never had."""
        if (self._targets or self._of_new_orders) and order_ids:
            for found in self._find(connection, order_ids):
                self._add_orders(connection, [(EventType.RECEIVED, order) for order in found], now)
                # An order may be as large as a request, and of many at once a message says a line each.
                short = [(EventType.RECEIVED, replace(order, items=(), title=None, note=None)) for order in found]
                self._add_orders(connection, short, now, targets=self._of_new_orders)

    def shown(self, connection: Connection, order_ids: Sequence[str], *, now: datetime) -> None:
        """The sheet says something new of these orders' items. An order's row says each thing once at the most."""
        if self._targets and order_ids:
            for found in self._find(connection, order_ids):
                self._add_orders(connection, [(_SAID_BY[order.shown], order) for order in found if order.shown], now)

    def changed(self, connection: Connection, order_ids: Sequence[str], *, now: datetime) -> None:
        """Something new was told of orders that the store has."""
        if self._targets and order_ids:
            for found in self._find(connection, order_ids):
                self._add_orders(connection, [(EventType.CHANGED, order) for order in found], now)

    def failed(self, connection: Connection, part: Part, *, must_mend: bool, now: datetime) -> None:
        """A failure of the part was stored. Told of once its breaker is open and somebody must mend something, or it
        lasts; a second time only if at first nobody had to mend anything. Alerts tell of what must be mended alone."""
        if not self._mending:
            return
        breaker = breakers.get_breaker(connection, self._shop, part)
        if not breaker.is_open(now) or breaker.since is None:
            return
        tells = Told.MEND if must_mend else Told.LASTS if now - breaker.since >= LASTING else Told.NOTHING
        if tells > breaker.told:
            breakers.keep_told(connection, self._shop, part, tells)
            self._add_part(connection, EventType.PROBLEM, part, breaker, now, tells)

    def worked(self, connection: Connection, part: Part, ended: CircuitBreaker, *, now: datetime) -> None:
        """The part works; `ended`: the record of failures that this ended."""
        if self._mending and ended.told:
            self._add_part(connection, EventType.RECOVERED, part, ended, now, ended.told)

    def set_aside(self, connection: Connection, refused: Refused, *, now: datetime) -> None:
        """An order's rows are refused, and it was set aside."""
        self._add_refused(connection, EventType.PROBLEM, [refused], now)

    def freed(self, connection: Connection, refused: Sequence[Refused], *, now: datetime) -> None:
        """Orders that were set aside are in the sheet now."""
        self._add_refused(connection, EventType.RECOVERED, refused, now)

    def problem(self, connection: Connection, problem: NamedProblem, *, is_over: bool, now: datetime) -> None:
        """Something that the parts of the service have named began, or ended."""
        if self._mending:
            type_ = EventType.RECOVERED if is_over else EventType.PROBLEM
            payload = about_problem(type_, problem, spreadsheet=self._spreadsheet, now=now)
            new = [NewEvent(_new_id(), type_, SERVICE, payload)]
            outbox.add(connection, self._shop, self._mending, new, now=now)

    def _find(self, connection: Connection, order_ids: Sequence[str]) -> Iterator[list[Order]]:
        """The orders, some at a time: each may be as large as a request."""
        for some in in_pieces(dict.fromkeys(order_ids), _AT_ONCE):
            yield find_orders(connection, self._shop, some)

    def _add_refused(self, connection: Connection, type_: EventType, refused: Sequence[Refused], now: datetime) -> None:
        if not self._mending:
            return
        new = [
            NewEvent(_new_id(), type_, ORDER, about_refused(type_, order, spreadsheet=self._spreadsheet, now=now))
            for order in refused
        ]
        outbox.add(connection, self._shop, self._mending, new, now=now)

    def _add_orders(
        self,
        connection: Connection,
        told: Sequence[tuple[EventType, Order]],
        now: datetime,
        *,
        targets: Sequence[str] | None = None,
    ) -> None:
        chosen = self._targets if targets is None else targets
        if not chosen:
            return
        new = [
            NewEvent(
                _new_id(),
                type_,
                order.order_id,
                about_order(type_, order, row_url=self._row_url(order), spreadsheet=self._spreadsheet, now=now),
            )
            for type_, order in told
        ]
        outbox.add(connection, self._shop, chosen, new, now=now)

    def _add_part(
        self,
        connection: Connection,
        type_: EventType,
        part: Part,
        breaker: CircuitBreaker,
        now: datetime,
        tells: Told,
    ) -> None:
        payload = about_part(type_, part, breaker, spreadsheet=self._spreadsheet, now=now)
        targets = self._mending if tells is Told.MEND else self._targets
        outbox.add(connection, self._shop, targets, [NewEvent(_new_id(), type_, part, payload)], now=now)


NOBODY = Publisher(shop="", spreadsheet=Spreadsheet("", ""), targets=())
"""Tells nobody."""


def _new_id() -> str:
    return f"msg_{uuid.uuid4().hex}"
