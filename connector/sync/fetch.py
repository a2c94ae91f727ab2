"""The fetch stage: gets the items of one order and stores what came of it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from connector.clock import Clock
from connector.events.announce import NOBODY, Announcer
from connector.logs import get_logger
from connector.models import Item, Order
from connector.observer import OK, UNOBSERVED, Observer
from connector.store import fetching, pauses
from connector.store.database import Database
from connector.store.pauses import Part, Pause
from connector.sync import channel
from connector.sync.retry import RetryPolicy
from connector.whapi.errors import Scope, WhapiError

log = get_logger(__name__)


class ItemSource(channel.TellsState, Protocol):
    """What the stage needs of Whapi."""

    def fetch_items(self, order_id: str, order_token: str) -> tuple[Item, ...]: ...


class FetchStage:
    """Fetches items for orders. Safe to use from several threads at once, for different orders."""

    def __init__(
        self,
        database: Database,
        source: ItemSource,
        *,
        shop: str,
        policy: RetryPolicy,
        clock: Clock,
        redact: Callable[[str], str] = str,
        events: Announcer = NOBODY,
        observer: Observer = UNOBSERVED,
    ) -> None:
        self._database = database
        self._source = source
        self._shop = shop
        self._policy = policy
        self._clock = clock
        self._redact = redact
        self._events = events
        self._paused_until: datetime | None = None
        self._observer = observer

    def pause(self) -> Pause:
        """How the channel is doing."""
        with self._database.read() as connection:
            pause = pauses.get_pause(connection, self._shop, Part.CHANNEL)
        self._paused_until = pause.until
        return pause

    def due(self, *, limit: int, leave_out: set[int]) -> list[Order]:
        """Orders to fetch now; `leave_out`: those being fetched."""
        with self._database.read() as connection:
            return fetching.due_orders(connection, self._shop, now=self._clock.now(), limit=limit, leave_out=leave_out)

    def fetch(self, order: Order) -> bool:
        """Tries once to get the items of a due order, and stores the outcome; True if they came.

        Nothing is tried, and nothing changes, if the channel was paused after the order was handed out.
        """
        if self._paused_until is not None and self._paused_until > self._clock.now():
            return False
        try:
            items = self._source.fetch_items(order.order_id, order.order_token or "")
        except WhapiError as error:
            self._store_failure(order, error)
            return False
        if not items and order.item_count != 0:
            sentence = "Whapi's answer held no items. It will be tried again."
            self._store_failure(order, WhapiError(sentence, scope=Scope.ORDER, kind="no_items"))
            return False
        self._store_items(order, items)
        return True

    def _store_items(self, order: Order, items: tuple[Item, ...]) -> None:
        self._observer.fetch_tried(OK)
        changed = self._database.write_together(self._store_arrived, (order, items))
        log.info("order.items_fetched", order_id=order.order_id, items=len(items), already_there=not changed)

    def _store_arrived(self, connection: Connection, arrived: Sequence[tuple[Order, tuple[Item, ...]]]) -> list[bool]:
        """What several fetches brought at the same time."""
        now = self._clock.now()
        ended = pauses.worked(connection, self._shop, Part.CHANNEL, now=now)
        self._events.worked(connection, Part.CHANNEL, ended, now=now)
        return fetching.items_arrived(connection, arrived, now=now)

    def _store_failure(self, order: Order, error: WhapiError) -> None:
        self._observer.fetch_tried(error.kind)
        reason = channel.explain(error, self._source, redact=self._redact)
        pause = self.pause()
        if error.scope is Scope.ORDER or (error.scope is Scope.SUSPECT and _worked_since(pause, order)):
            self._store_order_failure(order, error, reason)
        else:
            self._store_channel_failure(order, error, reason, pause)

    def _store_order_failure(self, order: Order, error: WhapiError, reason: str) -> None:
        now = self._clock.now()
        if self._policy.is_over(order.stored_at, now):
            self._database.write(
                lambda connection: fetching.give_up(
                    connection, order, error=f"{reason} The time for trying is over.", now=now
                )
            )
            log.warning("order.given_up", order_id=order.order_id, attempts=order.attempts + 1, reason=reason)
            return
        next_attempt_at = now + self._policy.delay(order.attempts + 1)
        self._database.write(
            lambda connection: fetching.attempt_failed(
                connection, order, error=reason, next_attempt_at=next_attempt_at, now=now
            )
        )
        log.warning(
            "order.fetch_failed",
            order_id=order.order_id,
            kind=error.kind,
            attempts=order.attempts + 1,
            next_attempt_at=next_attempt_at.isoformat(timespec="seconds"),
            reason=reason,
        )

    def _store_channel_failure(self, order: Order, error: WhapiError, reason: str, pause: Pause) -> None:
        now = self._clock.now()
        until = channel.paused_until(error, pause, policy=self._policy, now=now)
        # The order goes behind the others, so that the next try is another's: one odd order can't hold them up.
        next_attempt_at = max(now + self._policy.delay(1), until or now)

        def change(connection: Connection) -> None:
            fetching.attempt_set_back(connection, order, error=reason, next_attempt_at=next_attempt_at, now=now)
            channel.failed(connection, self._shop, self._events, error, reason=reason, until=until, now=now)

        self._database.write(change)
        self._paused_until = until or self._paused_until
        log.warning(
            "channel.failed",
            order_id=order.order_id,
            kind=error.kind,
            paused_until=until.isoformat(timespec="seconds") if until else None,
            reason=reason,
        )


def _worked_since(pause: Pause, order: Order) -> bool:
    """Whether others got through after this order last failed in a way that looked like the channel's."""
    return order.setback_at is not None and pause.worked_at is not None and pause.worked_at > order.setback_at
