"""The receive stage: stores what a request brought, before it is answered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from connector.clock import Clock
from connector.events.announce import NOBODY, Announcer
from connector.logs import get_logger
from connector.store import intake, quarantine
from connector.store.database import Database
from connector.store.intake import Taken
from connector.store.quarantine import quarantined
from connector.whapi.payload import Reading

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one request's content."""

    taken: tuple[Taken, ...]
    ignored: int
    quarantined: int

    @property
    def accepted(self) -> int:
        return sum(taken.is_new for taken in self.taken)

    @property
    def duplicates(self) -> int:
        return len(self.taken) - self.accepted


class ReceiveStage:
    """Takes in what webhooks and forwarders bring. Safe to use from several threads."""

    def __init__(
        self,
        database: Database,
        *,
        shop: str,
        grace: float,
        clock: Clock,
        arrived: Callable[[], None],
        events: Announcer = NOBODY,
    ) -> None:
        """`grace`: seconds that an order's row waits for its items; `arrived` is called after orders were stored."""
        self._database = database
        self._shop = shop
        self._grace = timedelta(seconds=grace)
        self._clock = clock
        self._arrived = arrived
        self._events = events

    def receive(self, reading: Reading, *, keep_unclear: bool, replaces: Sequence[int] = ()) -> Receipt:
        """Stores all of it in one commit, and returns when it is on disk; `replaces`: the quarantined entries that it
        was read from, which are dropped in the same commit."""
        parts = [quarantined(part.field, part.reason, part.part) for part in reading.unclear] if keep_unclear else []
        if not reading.orders and not parts and not replaces:
            return Receipt((), reading.ignored, 0)
        now = self._clock.now()

        def change(connection: Connection) -> list[Taken]:
            if replaces:
                quarantine.drop(connection, self._shop, replaces)
            quarantine.keep(connection, self._shop, parts, now=now)
            taken = intake.add_orders(connection, self._shop, reading.orders, now=now, grace=self._grace)
            self._events.received(connection, [order.order_id for order in taken if order.is_new], now=now)
            return taken

        taken = self._database.write(change)
        for order in taken:
            log.info("order.received", order_id=order.order_id, is_new=order.is_new)
        for part in parts:
            log.warning("payload.quarantined", field=part.field, reason=part.reason)
        if taken:
            self._arrived()
        return Receipt(tuple(taken), reading.ignored, len(parts))
