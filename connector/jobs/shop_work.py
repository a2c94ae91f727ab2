"""What one shop has for the workers to do: fetches, turns of the writer, and how each of them ended.

Between two of its turns a shop is this record and the rows of the store: it has no thread of its own.
"""

import math
import time
from collections.abc import Callable
from datetime import datetime

from connector.jobs.circuit_breaker import FAILURES_THAT_OPEN
from connector.jobs.context import ShopContext
from connector.jobs.faults import Faults
from connector.jobs.fetch import FetchStage
from connector.jobs.turns import MOST_FETCHES, ToFetch, ToWrite
from connector.jobs.write import WriteStage
from connector.models import Order
from connector.sheets.account import GoogleAccount
from connector.store.due import Due

FETCHES = "fetches"
LOCK = "lock"
HALF_OPEN = 1
"""Fetches at once while nobody knows whether the channel works again."""
AFTER_A_FAULT = 5.0
"""Seconds that a shop rests after a fault of our own."""
_NEVER = math.inf
_MINUTE = 60.0


class ShopWork:
    """One shop's side of the dispatcher. Times are seconds of `time.monotonic` where they aren't moments."""

    def __init__(
        self,
        context: ShopContext,
        fetch: FetchStage,
        write: WriteStage,
        *,
        account: GoogleAccount,
        housekeeping: Callable[[], object],
        written: Callable[[], object] = lambda: None,
    ) -> None:
        """`written` is called after each run of the write stage. What doesn't work is named in `context.problems`."""
        self.context = context
        self.faults = Faults(
            context.problems,
            clock=context.clock,
            redact=context.redact,
            secrets=context.secrets,
            language=context.language,
        )
        self.account = account
        self._fetch = fetch
        self._write = write
        self._housekeeping = housekeeping
        self._written = written
        self.fetches_at = _NEVER
        """When to look for fetches: never until somebody wakes the shop, which any thread may do."""
        self.writes_at = _NEVER
        """When to look for rows to write."""
        self._rests_until = 0.0
        self.write_due: datetime | None = None
        """Since when there is something to write that nothing forbids; None where there is nothing."""
        self.calls = 1, 1
        """Reads and writes that the next turn is expected to cost."""
        self.housekeeping_due = False
        self.is_writing = False
        self.wrote_at: datetime | None = None
        """When the sheet last took rows from this process."""
        self.predecessor: ShopWork | None = None
        """The same shop with its former settings: nothing may begin while something of that is under way."""
        self._turns: tuple[float, ...] = ()
        """When its turns of the last minute began that wrote something: no gap has to follow the others."""
        self.in_flight: set[int] = set()
        """The orders whose items are being fetched."""
        self._fetches_fail = self._writes_fail = False
        self._faulty: set[int] = set()
        """Orders in whose fetch something of our own failed."""

    @property
    def shop(self) -> str:
        return self.context.shop

    @property
    def is_idle(self) -> bool:
        """Whether nothing of it is under way."""
        return not self.in_flight and not self.is_writing

    def busy_one(self) -> "ShopWork | None":
        """This, or what came before it, if something of it is under way."""
        return next((one for one in (self, self.predecessor) if one is not None and not one.is_idle), None)

    @property
    def may_begin(self) -> bool:
        """Whether nothing of its predecessor is under way any more."""
        if self.predecessor is not None and self.predecessor.is_idle:
            self.predecessor = None
        return self.predecessor is None

    @property
    def has_to_write(self) -> bool:
        return self.is_writing or self.write_due is not None

    def to_write(self, now: float, at: datetime, *, is_alone: bool) -> ToWrite:
        """What the policy of turns has to know, at `now`, which is the moment `at`."""
        due_at = None if self.write_due is None else now - max((at - self.write_due).total_seconds(), 0.0)
        return ToWrite(
            self.shop,
            self.account.name,
            due_at,
            self._turns,
            is_busy=self.is_writing,
            is_suspect=self._writes_fail,
            is_alone=is_alone,
            reads=self.calls[0],
            writes=self.calls[1],
        )

    def to_fetch(self, now: float) -> ToFetch:
        """What the policy of fetches has to know. How many orders are due, only a look at the store tells."""
        waiting = MOST_FETCHES if self.fetches_at <= now else 0
        return ToFetch(self.shop, self.fetches_at, waiting, len(self.in_flight), is_suspect=self._fetches_fail)

    def wake(self) -> None:
        """Something may be due. What failed by a fault of our own rests all the same."""
        self.fetches_at = self.writes_at = self._rests_until

    def wake_for(self, due: Due) -> None:
        """The same where it is known what is due, and when."""
        now, at = time.monotonic(), self.context.clock.now()
        if due.fetch_at is not None and due.fetch_at <= at:
            self.fetches_at = self._rests_until
        if due.write_at is not None:
            self.writes_at = max(min(self.writes_at, now + (due.write_at - at).total_seconds()), self._rests_until)

    def due_fetches(self, most: int) -> list[Order]:
        """Orders to fetch now, `most` under way at once. Where there are none, says in `fetches_at` when to look again.

        They count as under way from now on: `fetch_one` is to be called with each.
        """
        # Set before the look, so that a wake-up that comes during it isn't lost.
        self.fetches_at = _NEVER
        breaker = self._fetch.breaker()
        self._fetches_fail = breaker.failures > 0
        now = self.context.clock.now()
        if breaker.is_open(now) and breaker.until is not None:
            self.fetches_at = min(self.fetches_at, time.monotonic() + (breaker.until - now).total_seconds())
            return []
        if breaker.failures >= FAILURES_THAT_OPEN or breaker.until is not None:
            # Half-open: one order goes ahead alone, to see whether the channel works again.
            most = min(most, HALF_OPEN)
        under_way = self.in_flight.copy()
        room = most - len(under_way)
        due = self._fetch.due(limit=room, leave_out=under_way) if room > 0 else []
        if room > 0 and not due and not under_way:
            # An order whose fetch failed is due until it goes well: somebody else has seen to those.
            self._faulty.clear()
            self.faults.ended(FETCHES)
        self.in_flight.update(order.id for order in due)
        return due

    def fetch_one(self, order: Order) -> bool:
        """Tries once to get an order's items; False after a fault of our own, after which the shop should rest."""
        with self.faults.at_work():
            return self._fetch_one(order)

    def _fetch_one(self, order: Order) -> bool:
        try:
            self._fetch.fetch(order)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the thread
            self._faulty.add(order.id)
            self.faults.happened("fetching", error, key=FETCHES, order_id=order.order_id)
            return False
        self._faulty.discard(order.id)
        if not self._faulty:
            self.faults.ended(FETCHES)
        return True

    def look_for_writes(self) -> None:
        """Sets `write_due`; where nothing is due, says in `writes_at` when to look again."""
        # Set before the look, so that a wake-up that comes during it isn't lost.
        self.writes_at = _NEVER
        next_run_at = self._write.next_run_at()
        self._writes_fail = self._write.fails
        self.write_due = next_run_at
        self.calls = 1, 1
        if next_run_at is None:
            self.faults.ended("writing")
        else:
            reads, writes = self._write.ownership.calls_before()
            self.calls = 1 + reads, 1 + writes
            wait = (next_run_at - self.context.clock.now()).total_seconds()
            if wait > 0:
                self.write_due = None
                self.writes_at = min(self.writes_at, time.monotonic() + wait)

    def take_turn(self, *, at_most: int) -> bool:
        """Cleans up where that is due, then writes one batch of what is ready, of `at_most` orders; False after a fault
        of our own."""
        with self.faults.at_work():
            return self._take_turn(at_most)

    def _take_turn(self, at_most: int) -> bool:
        if self.housekeeping_due:
            self.housekeeping_due = False
            with self.faults.caught("housekeeping"):
                self._housekeeping()
        if self.write_due is None:
            return True
        began = time.monotonic()
        try:
            written = self._write.run(at_most=at_most)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the thread
            self.faults.happened("writing", error)
            return False
        self.faults.ended("writing")
        self._written()
        if written.orders:
            self.wrote_at = self.context.clock.now()
        if written.orders or written.more:
            self._turns = (*(turn for turn in self._turns if began - turn < _MINUTE), began)
        return True

    def turn_ended(self, *, is_well: bool) -> None:
        """Lets the next turn come, after a fault only after a while."""
        self.write_due = None
        if is_well:
            self.writes_at = self._rests_until
        else:
            self.rest()
        self.is_writing = False

    def moved_on(self) -> None:
        """An order of the shop has moved on: there may be something to write."""
        self.writes_at = self._rests_until

    def fetched(self, order: Order, *, look_below: int) -> None:
        """The fetch of an order has ended. There is a look for more where no more than `look_below` are under way."""
        self.in_flight.discard(order.id)
        if len(self.in_flight) <= look_below:
            self.fetches_at = self._rests_until

    def kept_from_work(self, reason: str | None) -> None:
        """Names why nothing can be begun in this process; None: it can again."""
        if reason is None:
            self.faults.ended(LOCK)
        else:
            self.faults.name(LOCK, reason)

    def rest(self) -> None:
        """After a fault of our own, the next look comes only after a while."""
        self._rests_until = time.monotonic() + AFTER_A_FAULT
        self.fetches_at = self.writes_at = self._rests_until
