"""The workers: threads that fetch and write and sleep until something is due, and the scheduler that wakes them."""

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from connector.jobs.circuit_breaker import FAILURES_THAT_OPEN
from connector.jobs.context import ShopContext
from connector.jobs.faults import Faults
from connector.jobs.fetch import FetchStage
from connector.jobs.load_shedding import LoadShedder, most_orders
from connector.jobs.resync import resync_due
from connector.jobs.scheduler import Job, Scheduler, Wait
from connector.jobs.write import WriteStage
from connector.log import get_logger
from connector.models import Order
from connector.store.lock import Lock, LockError

log = get_logger(__name__)

FETCHERS = 20
"""Fetches under way at once."""
_AHEAD = 20
"""Orders that stand ready for them, so that a fetcher needs no look at the store to go on."""
_WHILE_SHEDDING = 2
"""Fetches under way while many webhooks come in at once."""
SECONDS_BETWEEN_BATCHES = 2.5
"""From beginning to beginning. A batch is one read and one write; Google asks for no more than one a second to a
spreadsheet. A little longer than that lets more gather, which saves requests where many come in."""
_BETWEEN_LOOKS = 0.02
"""Seconds. Each order that comes in wakes the stages; in a burst one look serves them all."""
_LONGEST_BETWEEN_LOOKS = 0.1
_TIMES_ITS_TIME = 20
"""A stage rests this many times as long as its last look took: looks must not hold up answers when many are due."""
_LONGEST_SLEEP = 3600.0
_AFTER_A_FAULT = 5.0
_LOCK_RETRY = 2.0
_LOCK = "lock"
_FETCHES = "fetches"


class Workers:
    """Runs fetching and writing for one shop, in the process that holds the shop's lock."""

    def __init__(
        self,
        context: ShopContext,
        fetch: FetchStage,
        write: WriteStage,
        *,
        housekeeping: Callable[[], object],
        lock: Lock,
        written: Callable[[], object] = lambda: None,
        housekeeping_interval: float = 600.0,
        fetchers: int = FETCHERS,
        seconds_between_batches: float = SECONDS_BETWEEN_BATCHES,
    ) -> None:
        """`written` is called after each run of the write stage. What doesn't work is named in `context.problems`."""
        self._context = context
        self._fetch = fetch
        self._write = write
        self._housekeeping = housekeeping
        self._lock = lock
        self.holds_lock = False
        """Whether this process held the shop's lock when it last looked, which is at least every `resync_interval`."""
        self._written = written
        self._faults = Faults(context.problems, clock=context.clock, redact=context.redact)
        self._fetchers = fetchers
        self._seconds_between_batches = seconds_between_batches
        self._stopping = threading.Event()
        self._to_fetch = threading.Event()
        self._to_write = threading.Event()
        self._housekeeping_due = threading.Event()
        self._changed = threading.Condition()
        self._load_shedder = LoadShedder()
        self._in_flight: set[int] = set()
        self._in_flight_lock = threading.Lock()
        self._faulty: set[int] = set()
        """Orders in whose fetch something of our own failed."""
        self._locking = threading.Lock()
        self._pool = ThreadPoolExecutor(fetchers, thread_name_prefix="fetch")
        self._threads: list[threading.Thread] = []
        self._beside: list[tuple[str, str, Callable[[], float], threading.Event]] = []
        self._jobs_running: set[str] = set()
        self._scheduler = Scheduler()
        self._scheduler.every(context.settings.resync_interval, Job.RESYNC, lambda: resync_due(self.wake))
        self._scheduler.every(housekeeping_interval, Job.CLEANUP, self._ask_for_housekeeping)

    def every(self, seconds: float, job: Job, run: Callable[[Wait], object], *, first_after: float) -> None:
        """Has the scheduler run a job in the process that holds the shop's lock, once at a time; before `start`."""
        self._scheduler.every(seconds, job, lambda: self._run_job(job, run), first_after=first_after)

    def beside(self, name: str, work: Callable[[], float]) -> None:
        """Has a thread of its own do other work in the process that holds the shop's lock: `work` is called whenever an
        order has moved on, and after as many seconds as it returns; before `start`."""
        key = f"{name}:{len(self._beside) + 1}"
        self._beside.append((name, key, work, threading.Event()))

    def start(self) -> None:
        """Starts the threads. What is due since before is taken up at once."""
        for part, key, work, due in (
            ("fetching", "fetching", self._run_fetching, self._to_fetch),
            ("writing", "writing", self._run_writing, self._to_write),
            *self._beside,
        ):
            thread = threading.Thread(target=self._run, args=(part, key, work, due), name=part, daemon=True)
            self._threads.append(thread)
            thread.start()
        self._scheduler.start()
        self.wake()

    def stop(self, *, within: float = 10.0) -> bool:
        """Ends the threads. What is not done by then is taken up at the next start. True: nothing was left under way
        in a process that fetched and wrote."""
        self._stopping.set()
        self.wake()
        self._scheduler.stop()
        deadline = time.monotonic() + within
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0.0))
        self._pool.shutdown(wait=False, cancel_futures=True)
        while (self._in_flight or self._jobs_running) and time.monotonic() < deadline:
            self.wait_for_change(0.05)
        with self._locking:
            held = self.holds_lock
            self._lock.release()
            self.holds_lock = False
        return held and not self._in_flight and not any(thread.is_alive() for thread in self._threads)

    def orders_arrived(self, requests: int) -> None:
        """Is told that `requests` requests brought orders."""
        self._load_shedder.arrived(requests)
        self.wake()

    def wake(self) -> None:
        """Something may be due: have the stages look."""
        self._to_fetch.set()
        self._to_write.set()
        self._wake_beside()

    def wait_for_change(self, seconds: float) -> None:
        """Returns when an order has moved on, or after `seconds`."""
        with self._changed:
            self._changed.wait(seconds)

    def _ask_for_housekeeping(self) -> None:
        self._housekeeping_due.set()
        self._to_write.set()

    def _run(self, part: str, key: str, work: Callable[[], float], due: threading.Event) -> None:
        """Repeats `work`, which returns how many seconds it may sleep. A fault of ours must not end the thread."""
        looks_at = -math.inf
        while not self._stopping.wait(max(looks_at - time.monotonic(), 0.0)):
            due.clear()
            began = time.monotonic()
            try:
                sleep = work() if self._holds_lock() else _LOCK_RETRY
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the thread
                # At the end a thread that was waiting for somebody may find the store closed.
                if not self._stopping.is_set():
                    self._faults.happened(part, error, key=key)
                self._stopping.wait(_AFTER_A_FAULT)
                sleep = 0.0
            else:
                self._faults.ended(key)
            looked = time.monotonic()
            rest = min(max(_TIMES_ITS_TIME * (looked - began), _BETWEEN_LOOKS), _LONGEST_BETWEEN_LOOKS)
            looks_at = looked + rest
            due.wait(min(max(sleep, 0.0), _LONGEST_SLEEP))

    def _run_job(self, name: Job, run: Callable[[Wait], object]) -> None:
        if not self._holds_lock():
            return
        self._jobs_running.add(name)
        try:
            run(self._stopping.wait)
        except Exception as error:  # noqa: BLE001 - the next run may go well
            # At the end a job may find the store and the connections closed.
            if not self._stopping.is_set():
                self._faults.happened(name, error)
        else:
            self._faults.ended(name)
        finally:
            self._jobs_running.discard(name)

    def _holds_lock(self) -> bool:
        with self._locking:
            # Once `stop` has let go of the lock, nothing here may take it again.
            try:
                self.holds_lock = not self._stopping.is_set() and self._lock.acquire()
            except LockError as error:
                self.holds_lock = False
                self._faults.name(_LOCK, str(error))
            else:
                self._faults.ended(_LOCK)
            return self.holds_lock

    def _run_fetching(self) -> float:
        while True:
            breaker = self._fetch.breaker()
            now = self._context.clock.now()
            if breaker.is_open(now) and breaker.until is not None:
                return (breaker.until - now).total_seconds()
            # Half-open: one order goes ahead alone, to see whether the channel works again.
            is_half_open = breaker.failures >= FAILURES_THAT_OPEN or breaker.until is not None
            width = self._width(is_half_open=is_half_open)
            with self._in_flight_lock:
                leave_out = set(self._in_flight)
            room = width - len(leave_out)
            due = self._fetch.due(limit=room, leave_out=leave_out) if room > 0 else []
            if room > 0 and not due and not leave_out:
                # An order whose fetch failed is due until it goes well: somebody else has seen to those.
                self._faulty.clear()
                self._faults.ended(_FETCHES)
            if not due or self._stopping.is_set():
                return _LONGEST_SLEEP
            for order in due:
                with self._in_flight_lock:
                    self._in_flight.add(order.id)
                self._pool.submit(self._fetch_one, order)

    def _width(self, *, is_half_open: bool) -> int:
        if is_half_open:
            return 1
        return _WHILE_SHEDDING if self._load_shedder.sheds else self._fetchers + _AHEAD

    def _fetch_one(self, order: Order) -> None:
        try:
            self._fetch.fetch(order)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the thread
            if not self._stopping.is_set():
                self._faulty.add(order.id)
                self._faults.happened("fetching", error, key=_FETCHES, order_id=order.order_id)
            self._stopping.wait(_AFTER_A_FAULT)
        else:
            self._fetch_went_well(order)
        finally:
            with self._in_flight_lock:
                self._in_flight.discard(order.id)
                left = len(self._in_flight)
            if left <= self._fetchers:
                self._to_fetch.set()
            self._to_write.set()
            self._tell()

    def _fetch_went_well(self, order: Order) -> None:
        self._faulty.discard(order.id)
        if not self._faulty:
            self._faults.ended(_FETCHES)

    def _run_writing(self) -> float:
        if self._housekeeping_due.is_set():
            self._housekeeping_due.clear()
            with self._faults.caught("housekeeping"):
                self._housekeeping()
        next_run_at = self._write.next_run_at()
        if next_run_at is None:
            return _LONGEST_SLEEP
        wait = (next_run_at - self._context.clock.now()).total_seconds()
        if wait > 0:
            return wait
        began = time.monotonic()
        written = self._write.run(at_most=most_orders(self._load_shedder.rate))
        self._tell()
        self._written()
        if written.orders or written.more:
            self._stopping.wait(max(began + self._seconds_between_batches - time.monotonic(), 0.0))
        return 0.0

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()
        self._wake_beside()

    def _wake_beside(self) -> None:
        for *_, due in self._beside:
            due.set()
