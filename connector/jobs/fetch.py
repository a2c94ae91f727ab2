"""The fetch stage: gets the items of one order and stores what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from connector.amounts import same_amount, scaled
from connector.gateways.whapi.client import AUTHORISED
from connector.gateways.whapi.errors import Scope, WhapiError
from connector.jobs import circuit_breaker
from connector.jobs.context import ShopContext
from connector.language import gettext as _
from connector.log import get_logger
from connector.models import Item, Order
from connector.observer import OK
from connector.price_scale import suspicion
from connector.store import breakers, fetching, refusals
from connector.store.breakers import CircuitBreaker, Part

log = get_logger(__name__)


TRIES_BEFORE_NAMED = 3
"""Times that Whapi may fail with an order's items, though the channel works, before the order is named as a problem."""
_OF_LATE = 2 * circuit_breaker.LONGEST_OPEN


class ItemSource(circuit_breaker.TellsState, Protocol):
    """What the stage needs of Whapi."""

    def fetch_items(self, order_id: str, order_token: str) -> tuple[Item, ...]: ...


@dataclass(frozen=True, slots=True)
class _Arrived:
    """An order with the items that came for it, as they go to the store."""

    order: Order
    items: tuple[Item, ...]
    is_total_corrected: bool = False
    remark: str | None = None
    """What is odd about the items; a sentence."""


class FetchStage:
    """Fetches items for orders. Safe to use from several threads at once, for different orders."""

    def __init__(self, context: ShopContext, source: ItemSource) -> None:
        self._context = context
        self._source = source
        self._open_until: datetime | None = None

    def breaker(self) -> CircuitBreaker:
        """How the channel is doing."""
        with self._context.database.read() as connection:
            breaker = breakers.get_breaker(connection, self._context.shop, Part.CHANNEL)
        self._open_until = breaker.until
        return breaker

    def due(self, *, limit: int, leave_out: set[int]) -> list[Order]:
        """Orders to fetch now; `leave_out`: those being fetched."""
        with self._context.database.read() as connection:
            return fetching.due_orders(
                connection, self._context.shop, now=self._context.clock.now(), limit=limit, leave_out=leave_out
            )

    def fetch(self, order: Order) -> bool:
        """Tries once to get the items of a due order, and stores the outcome; True if they came.

        Nothing is tried, and nothing changes, if the channel's breaker opened after the order was handed out.
        """
        if self._open_until is not None and self._open_until > self._context.clock.now():
            return False
        try:
            items = self._source.fetch_items(order.order_id, order.order_token or "")
        except WhapiError as error:
            self._store_failure(order, error)
            return False
        except Exception as error:
            # An order that nobody foresaw must not hold up a thread for ever: it waits its turn like any other failure.
            log.exception("fetch.fault", order_id=order.order_id)
            sentence = _("The items can't be fetched because of a fault of the connector's ({name}). ").format(
                name=type(error).__name__
            )
            self._store_failure(
                order,
                WhapiError(
                    _("{sentence}It will be tried again.").format(sentence=sentence), scope=Scope.SUSPECT, kind="fault"
                ),
            )
            return False
        if not items and order.item_count != 0:
            sentence = _("Whapi's answer held no items. It will be tried again.")
            self._store_failure(order, WhapiError(sentence, scope=Scope.ORDER, kind="no_items"))
            return False
        self._store_items(order, items)
        return True

    def _store_items(self, order: Order, items: tuple[Item, ...]) -> None:
        self._context.observer.fetch_tried(OK)
        changed = self._context.database.write_in_micro_batch(
            self._store_arrived, self._in_units(order, items), of=self._context.shop
        )
        log.info("order.items_fetched", order_id=order.order_id, items=len(items), already_there=not changed)

    def _in_units(self, order: Order, items: tuple[Item, ...]) -> _Arrived:
        """The items with their prices divided, unless the total shows that they, or it, never needed it."""
        divisor = self._context.settings.price_divisor
        if self._context.settings.item_price_divisor is None:
            return _Arrived(order, items, remark=suspicion(items, currency=order.currency))
        if divisor == 1:
            return _Arrived(order, items)
        as_it_came = None if order.total_price is None else order.total_price * divisor
        items, total = scaled(items, as_it_came, divisor)
        if total is None or same_amount(total, order.total_price):
            return _Arrived(order, items)
        return _Arrived(replace(order, total_price=total), items, is_total_corrected=True)

    def _store_arrived(self, connection: Connection, arrived: Sequence[_Arrived]) -> list[bool]:
        """What several fetches brought at the same time."""
        now = self._context.clock.now()
        ended = breakers.record_success(connection, self._context.shop, Part.CHANNEL, now=now)
        self._context.events.worked(connection, Part.CHANNEL, ended, now=now)
        for each in arrived:
            if each.is_total_corrected:
                fetching.correct_total(connection, each.order)
        remarks = {each.order.id: each.remark for each in arrived if each.remark is not None}
        return fetching.items_arrived(
            connection, [(each.order, each.items) for each in arrived], remarks=remarks, now=now
        )

    def _store_failure(self, order: Order, error: WhapiError) -> None:
        self._context.observer.fetch_tried(error.kind)
        # The first failure that could be either's is taken for the channel's; after the next, the channel is asked.
        again = error.scope is Scope.SUSPECT and order.setback_at is not None
        state = circuit_breaker.ask(error, self._source, also=again)
        breaker = self.breaker()
        reason = circuit_breaker.explain(error, state, redact=self._context.redact)
        works = again and state == AUTHORISED and self._stands_alone(order)
        if error.scope is Scope.ORDER or works or (error.scope is Scope.SUSPECT and _worked_since(breaker, order)):
            self._store_order_failure(order, error, reason, channel_works=works)
        else:
            self._store_channel_failure(order, error, reason, breaker)

    def _stands_alone(self, order: Order) -> bool:
        """Whether the failure is this order's where the channel says that it works: hardly another order has failed so
        of late; or its time is over, and it must not hold up others any longer."""
        now = self._context.clock.now()
        if self._is_over(order):
            return True
        others = circuit_breaker.FAILURES_THAT_OPEN - 1
        with self._context.database.read() as connection:
            since = now - _OF_LATE
            return (
                refusals.set_back_since(connection, self._context.shop, since, leave_out=order.id, limit=others)
                < others
            )

    def _is_over(self, order: Order) -> bool:
        """Whether the order's time for trying has run out."""
        return self._context.retry.is_over(order.stored_at, self._context.steady.now())

    def _store_order_failure(self, order: Order, error: WhapiError, reason: str, *, channel_works: bool) -> None:
        now = self._context.clock.now()
        gives_up = self._is_over(order)
        next_attempt_at = now + self._context.retry.delay(order.attempts + 1)
        is_suspect = error.scope is Scope.SUSPECT

        def change(connection: Connection) -> bool:
            if channel_works:
                ended = breakers.record_recovery(connection, self._context.shop, Part.CHANNEL, now=now)
                self._context.events.worked(connection, Part.CHANNEL, ended, now=now)
            if gives_up:
                sentence = _("{reason} The time for trying is over.").format(reason=reason)
                return fetching.give_up(connection, order, error=sentence, now=now)
            is_due = fetching.attempt_failed(
                connection, order, error=reason, next_attempt_at=next_attempt_at, set_back=is_suspect, now=now
            )
            if is_due and is_suspect and order.attempts + 1 >= TRIES_BEFORE_NAMED:
                refusals.set_items_aside(connection, order.id, now=now)
            return is_due

        if not self._context.database.write(change):
            # The items came another way meanwhile: nothing failed that is still wanted.
            log.info("order.fetch_not_needed", order_id=order.order_id, kind=error.kind)
        elif gives_up:
            log.warning("order.given_up", order_id=order.order_id, attempts=order.attempts + 1, reason=reason)
        else:
            log.warning(
                "order.fetch_failed",
                order_id=order.order_id,
                kind=error.kind,
                attempts=order.attempts + 1,
                next_attempt_at=next_attempt_at.isoformat(timespec="seconds"),
                reason=reason,
            )

    def _store_channel_failure(self, order: Order, error: WhapiError, reason: str, breaker: CircuitBreaker) -> None:
        now = self._context.clock.now()
        until = circuit_breaker.open_until(error, breaker, policy=self._context.retry, now=now)
        # The order goes behind the others, so that the next try is another's: one odd order can't hold them up.
        next_attempt_at = max(now + self._context.retry.delay(1), until or now)

        def change(connection: Connection) -> None:
            # No row changes where the items came another way meanwhile; the channel failed all the same.
            fetching.attempt_set_back(connection, order, error=reason, next_attempt_at=next_attempt_at, now=now)
            circuit_breaker.failed(
                connection, self._context.shop, self._context.events, error, reason=reason, until=until, now=now
            )

        self._context.database.write(change)
        self._open_until = until or self._open_until
        log.warning(
            "channel.failed",
            order_id=order.order_id,
            kind=error.kind,
            paused_until=until.isoformat(timespec="seconds") if until else None,
            reason=reason,
        )


def _worked_since(breaker: CircuitBreaker, order: Order) -> bool:
    """Whether others got through after this order last failed in a way that looked like the channel's."""
    return order.setback_at is not None and breaker.worked_at is not None and breaker.worked_at > order.setback_at
