"""The receive stage: stores what a request brought, before it is answered."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from connector.amounts import scaled
from connector.gateways.reading.result import Reading
from connector.jobs.context import ShopContext
from connector.language import gettext as _
from connector.log import get_logger, log_orders
from connector.models import Item, NewOrder, OrderChange
from connector.price_scale import suspicion
from connector.store import intake, quarantine
from connector.store.changes import put_changes
from connector.store.intake import OrderIntake
from connector.store.quarantine import Quarantined, quarantined

log = get_logger(__name__)


_LONGEST_LOGGED = 200
"""Characters of a sentence about something unclear. The whole stands in the quarantine."""
_NOT_KEPT = {"received_at", "items", "warning", "unfetchable", "amounts_certain"}
"""What the sender didn't say, or says anew with each delivery."""
_KEPT = [field.name for field in fields(NewOrder) if field.name not in _NOT_KEPT]
_KEPT_OF_ITEMS = [field.name for field in fields(Item)]
LONGEST_TEST = 64
"""Characters of a test's name; what is longer was not sent by `setup`."""


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What became of one request's content."""

    taken: tuple[OrderIntake, ...]
    ignored: int
    quarantined: int

    @property
    def accepted(self) -> int:
        return sum(taken.is_new for taken in self.taken)

    @property
    def duplicates(self) -> int:
        return sum(taken.is_duplicate for taken in self.taken)

    @property
    def contradictions(self) -> int:
        """Orders under the id of a known one that are other orders. They count as quarantined."""
        return len(self.taken) - self.accepted - self.duplicates


@dataclass(frozen=True, slots=True)
class _Packet:
    """What one request brought, as it goes to the store."""

    orders: Sequence[NewOrder]
    parts: Sequence[Quarantined]
    ignored: int
    replaces: Sequence[int]
    changes: Sequence[OrderChange]

    @property
    def is_empty(self) -> bool:
        return not (self.orders or self.parts or self.replaces or self.changes)


@dataclass(frozen=True, slots=True)
class _Stored:
    """What became of one request's content in the store."""

    taken: list[OrderIntake]
    new_parts: list[Quarantined]
    """What was put aside and was not there already."""


class ShopLeavingError(Exception):
    """Something came for a shop that takes no more orders. The text is a sentence with the remedy."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This shop is being removed and takes no more orders. Nothing was stored. If it is "
                "to stay, add it again."
            )
        )


class ReceiveStage:
    """Takes in what webhooks and forwarders bring. Safe to use from several threads."""

    def __init__(
        self,
        context: ShopContext,
        *,
        arrived: Callable[[int], None],
        is_anothers: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`arrived` is called after something was stored, with the number of requests that brought it. `is_anothers`:
        whether a channel is known to be another shop's."""
        self._context = context
        self._grace = timedelta(seconds=context.settings.items_grace)
        self._price_divisor = context.settings.price_divisor
        self._suspects_prices = context.settings.item_price_divisor is None
        self._arrived = arrived
        self._is_anothers = is_anothers
        self._is_closed = False

    def close(self) -> None:
        """Takes nothing any more."""
        self._is_closed = True

    def owner(self, channel_id: str | None) -> str | None:
        """The shop, for what it takes from a channel; None for another shop's channel."""
        is_anothers = channel_id is not None and self._is_anothers(channel_id)
        return None if is_anothers else self._context.shop

    def receive(self, reading: Reading, *, keep_unclear: bool, replaces: Sequence[int] = ()) -> IntakeResult:
        """Stores all of it in one commit, and returns when it is on disk; `replaces`: the quarantined entries that it
        was read from, which are dropped in the same commit. Raises ShopLeavingError once it is closed."""
        if self._is_closed:
            raise ShopLeavingError
        packet = self._pack(reading, keep_unclear=keep_unclear, replaces=replaces)
        if packet.is_empty:
            return self._done(IntakeResult((), reading.ignored, 0))
        stored = self._context.database.write_in_micro_batch(self._store, packet, self._tell, of=self._context.shop)
        contradictions = sum(order.contradiction is not None for order in stored.taken)
        return self._done(IntakeResult(tuple(stored.taken), packet.ignored, len(packet.parts) + contradictions))

    def _pack(self, reading: Reading, *, keep_unclear: bool, replaces: Sequence[int] = ()) -> _Packet:
        parts = [quarantined(part.field, part.reason, part.part) for part in reading.unclear] if keep_unclear else []
        orders = reading.orders
        if self._price_divisor != 1:
            orders = [self._in_units(order) for order in orders]
        elif self._suspects_prices:
            orders = [self._with_suspicion(order) for order in orders]
        return _Packet(orders, parts, reading.ignored, replaces, reading.changes)

    def _in_units(self, order: NewOrder) -> NewOrder:
        """The order with its amounts divided, unless its sender's way of writing them is certain."""
        if order.amounts_certain:
            return order
        items, total = scaled(order.items or (), order.total_price, self._price_divisor)
        return replace(order, items=items or None, total_price=total)

    def _with_suspicion(self, order: NewOrder) -> NewOrder:
        """The order, with a word on prices that look as if they were to be divided."""
        if order.amounts_certain or not order.items:
            return order
        sentence = suspicion(order.items, currency=order.currency)
        return order if sentence is None else replace(order, warning=" ".join(filter(None, (order.warning, sentence))))

    def _store(self, connection: Connection, packets: Sequence[_Packet]) -> list[_Stored]:
        """What several requests brought at the same time. For each, what became of it."""
        now = self._context.clock.now()
        for packet in packets:
            if packet.replaces:
                quarantine.drop(connection, self._context.shop, packet.replaces)
        new_parts = [quarantine.keep(connection, self._context.shop, packet.parts, now=now) for packet in packets]
        new_orders = [order for packet in packets for order in packet.orders]
        taken = intake.add_orders(connection, self._context.shop, new_orders, now=now, grace=self._grace)
        others = zip(new_orders, taken, strict=True)
        new_others = quarantine.keep(
            connection, self._context.shop, [part for order, one in others for part in _other(order, one)], now=now
        )
        self._context.events.received(connection, [order.order_id for order in taken if order.is_new], now=now)
        changes = [change for packet in packets for change in packet.changes]
        self._context.events.changed(connection, put_changes(connection, self._context.shop, changes, now=now), now=now)
        each = iter(taken)
        stored = [
            _Stored(list(islice(each, len(packet.orders))), parts)
            for packet, parts in zip(packets, new_parts, strict=True)
        ]
        stored[0].new_parts.extend(new_others)  # For the log, where all of a commit's are told together.
        return stored

    def _tell(self, together: Sequence[_Stored]) -> None:
        """One line of the log, and one look of the stages, for all that one commit stored; one more for each request
        that brought something to put aside."""
        taken = [order for stored in together for order in stored.taken]
        for is_new in (True, False):
            log_orders(log, "received", [order.order_id for order in taken if order.is_new is is_new], is_new=is_new)
        for stored in together:
            if stored.new_parts:
                first = stored.new_parts[0]
                log.warning(
                    "payload.quarantined",
                    count=len(stored.new_parts),
                    field=first.field[:_LONGEST_LOGGED],
                    reason=first.reason[:_LONGEST_LOGGED],
                )
        self._arrived(len(together))

    def _done(self, result: IntakeResult) -> IntakeResult:
        self._context.observer.received(
            accepted=result.accepted,
            duplicates=result.duplicates,
            ignored=result.ignored,
            quarantined=result.quarantined,
        )
        return result


def _other(order: NewOrder, taken: OrderIntake) -> list[Quarantined]:
    """What is kept of an order under the id of another: all that is known of it, as `POST /orders` takes it."""
    if taken.contradiction is None:
        return []
    # When it came in is the entry's business, so that a repeated delivery is known.
    said = _known(order, _KEPT)
    items = [_known(item, _KEPT_OF_ITEMS) for item in order.items or ()]
    return [quarantined(quarantine.OTHER_ORDER, taken.contradiction, said | ({"items": items} if items else {}))]


def _known(said: NewOrder | Item, names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(said, name)) is not None}


class Arrivals:
    """The latest webhook, and the latest of those that `setup` had Whapi send. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest: datetime | None = None
        self._test: str | None = None

    def note(self, now: datetime, *, test: str | None) -> None:
        """One has arrived with the right secret; `test`: the name that it bears if it is a test."""
        with self._lock:
            self._latest = now
            if test is not None and len(test) <= LONGEST_TEST:
                self._test = test

    @property
    def latest(self) -> datetime | None:
        with self._lock:
            return self._latest

    @property
    def test(self) -> str | None:
        with self._lock:
            return self._test
