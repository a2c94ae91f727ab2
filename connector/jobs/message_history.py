"""Reads the channel's message history page by page and takes in the orders that no webhook brought.

The beginning and the end of the time to be read are fixed when a reading begins, and the oldest message comes first, so
messages that are sent meanwhile don't move anything. What can move is an old message that is deleted: each page
therefore begins a little before the end of the last one. Reading a message twice does no harm.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection

from connector.gateways.reading.result import Reading
from connector.gateways.whapi.errors import Scope, WhapiError
from connector.gateways.whapi.payload import MessagePage, read_message
from connector.jobs import circuit_breaker
from connector.jobs.context import ShopContext
from connector.jobs.receive import ReceiveStage
from connector.log import get_logger
from connector.store import breakers, fetching, quarantine
from connector.store.breakers import CircuitBreaker, Part
from connector.store.known import missing
from connector.store.quarantine import quarantined

log = get_logger(__name__)

MESSAGES_AT_ONCE = 200
LEFT_TO_WEBHOOKS = timedelta(seconds=60)
"""Younger messages are not read: their webhooks are on their way. An order in the history may lack its token, and would
be shown as unavailable a moment before the webhook brings the token."""
_OVERLAP = 20
"""Of a page, every so-many-th message is read again with the next page."""


class MessageSource(circuit_breaker.TellsState, Protocol):
    """What the reading needs of Whapi."""

    def list_messages(self, *, time_from: int, time_to: int, offset: int, count: int) -> MessagePage: ...


@dataclass(frozen=True, slots=True)
class Position:
    """Where a reading stands."""

    since: datetime
    until: datetime
    offset: int = 0
    """The message to begin with, counted from the oldest in that time."""
    count: int = MESSAGES_AT_ONCE
    """How many messages to ask for."""
    read: int = 0
    """The messages read so far, each counted once."""

    def smaller(self) -> "Position":
        """The same place with half as many messages at once."""
        return replace(self, count=max(self.count // 2, 1))

    def past_one(self) -> "Position":
        """Behind the next message."""
        return replace(self, offset=self.offset + 1, read=max(self.read, self.offset + 1))


@dataclass(frozen=True, slots=True)
class Page:
    """What came of one page."""

    order_ids: tuple[str, ...]
    """The orders on it."""
    new: tuple[str, ...]
    """Those of them that were taken in because the store did not have them."""
    total: int
    """The messages in the whole time, as far as is known."""
    read: int
    """The messages read so far."""
    following: Position | None
    """Where to go on; None: this was the last page."""


class HistoryReader:
    """Reads the history of one channel. A reading keeps nothing but its position."""

    def __init__(self, context: ShopContext, source: MessageSource, receive: ReceiveStage) -> None:
        self._context = context
        self._source = source
        self._receive = receive

    def begin(self, since: datetime) -> Position | None:
        """The position from which to read what was sent since then; None if all of it is left to the webhooks."""
        until = self._context.clock.now() - LEFT_TO_WEBHOOKS
        return Position(since, until) if since <= until else None

    def breaker(self) -> CircuitBreaker:
        """How the channel is doing."""
        with self._context.database.read() as connection:
            return breakers.get_breaker(connection, self._context.shop, Part.CHANNEL)

    def seconds_open(self) -> float:
        """For how long nobody should call Whapi."""
        until = self.breaker().until
        return 0.0 if until is None else max((until - self._context.clock.now()).total_seconds(), 0.0)

    def read(self, position: Position) -> Page:
        """Reads one page and takes in what is missing; writes nothing if nothing is. Raises WhapiError."""
        page = self._source.list_messages(
            time_from=max(int(position.since.timestamp()), 0),
            time_to=max(int(position.until.timestamp()), 0),
            offset=position.offset,
            count=position.count,
        )
        order_ids, new = self._take_in(page.messages, offset=position.offset)
        end = position.offset + len(page.messages)
        read = max(position.read, end)
        following = None if _is_last(page, position, end) else _following(page, position, end)
        return Page(order_ids, new, max(page.total or 0, read), read, following)

    def failed(self, error: WhapiError) -> str:
        """Opens the channel's breaker where the failure concerns all of it, as a failed fetch does; returns the
        sentence.

        A failure that only looks like the channel's doesn't count here: it may concern nothing but the history.
        """
        reason = circuit_breaker.explain(error, circuit_breaker.ask(error, self._source), redact=self._context.redact)
        now = self._context.clock.now()
        if error.scope is Scope.CHANNEL:
            until = circuit_breaker.open_until(error, self.breaker(), policy=self._context.retry, now=now)
            self._context.database.write(
                lambda connection: circuit_breaker.failed(
                    connection, self._context.shop, self._context.events, error, reason=reason, until=until, now=now
                )
            )
        log.warning("history.failed", kind=error.kind, reason=reason)
        return reason

    def worked(self) -> None:
        """Ends the channel's record of failures, if no order is waiting to be fetched, which would end it otherwise."""
        if not self.breaker().failures:
            return
        with self._context.database.read() as connection:
            if fetching.any_to_fetch(connection, self._context.shop):
                return
        now = self._context.clock.now()

        def change(connection: Connection) -> None:
            ended = breakers.record_recovery(connection, self._context.shop, Part.CHANNEL, now=now)
            self._context.events.worked(connection, Part.CHANNEL, ended, now=now)

        self._context.database.write(change)

    def _take_in(self, messages: Sequence[Any], *, offset: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The ids of all orders among the messages, and of the new ones."""
        reading, now = Reading(), self._context.clock.now()
        for index, message in enumerate(messages, offset):
            read_message(message, reading, now=now, at=f"messages[{index}]")
        order_ids = tuple(order.order_id for order in reading.orders)
        if not reading.orders and not reading.unclear:
            return (), ()
        parts = [quarantined(part.field, part.reason, part.part) for part in reading.unclear]
        with self._context.database.read() as connection:
            lacking = missing(connection, self._context.shop, reading.orders) if reading.orders else []
            kept = quarantine.are_kept(connection, self._context.shop, parts) if parts else []
        unclear = [part for part, is_kept in zip(reading.unclear, kept, strict=True) if not is_kept]
        if not lacking and not unclear:
            return order_ids, ()
        # A webhook may bring the same order at this moment; then the store says that it is not new.
        result = self._receive.receive(Reading(orders=lacking, unclear=unclear), keep_unclear=True)
        return order_ids, tuple(taken.order_id for taken in result.taken if taken.is_new)


def _is_last(page: MessagePage, position: Position, end: int) -> bool:
    """A short page alone proves nothing, as the gateway may give fewer than were asked for; nor does a total that may
    count something else. Both together do, and so does a short page that leads no further."""
    if len(page.messages) >= position.count:
        return False
    return end <= position.read or not page.messages or (page.total is not None and end >= page.total)


def _following(page: MessagePage, position: Position, end: int) -> Position:
    """The next page, of twice the size again where it had to be made smaller."""
    count = min(position.count * 2, MESSAGES_AT_ONCE)
    return replace(position, offset=end - len(page.messages) // _OVERLAP, count=count, read=max(position.read, end))
