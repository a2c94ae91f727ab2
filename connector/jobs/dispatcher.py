"""The dispatcher: one thread that looks for what is due in all shops, and pools of threads that do it.

It works for the shops whose service accounts this instance has (`leases.py`). What is due stands in the store, so
nothing is lost if the process dies: the next one looks there.
"""

import math
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from queue import SimpleQueue

from connector.clock import Clock
from connector.jobs.arrival_rate import ArrivalRate, most_orders
from connector.jobs.chores import Chores
from connector.jobs.leases import Leases
from connector.jobs.ledger import Ledger, NotOursError
from connector.jobs.pool import FOR_ONE, Pool, Threads
from connector.jobs.shop_work import AFTER_A_FAULT, ShopWork
from connector.jobs.turns import SECONDS_BETWEEN_BATCHES, choose, fetch_room
from connector.log import get_logger
from connector.models import Order
from connector.sheets.budget import Reservation
from connector.store.database import Database
from connector.store.due import Due, shops_with_work

log = get_logger(__name__)

_BETWEEN_LOOKS = 0.02
"""Seconds. Each order that comes in wakes the dispatcher; in a burst one look serves them all."""
_LONGEST_BETWEEN_LOOKS = 0.1
_TIMES_ITS_TIME = 20
"""It rests this many times as long as its last look took: looks must not hold up answers when many are due."""
_LONGEST_SLEEP = 3600.0
_AHEAD = 20
"""Orders of a lone shop that stand ready for the fetchers, so that they need no look at the store to go on."""
_WHILE_SHEDDING = 2
"""Fetches under way for a shop while many webhooks come in at once."""


class Dispatcher:
    """Runs fetching and writing for the shops of this instance."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        threads: Threads = FOR_ONE,
        seconds_between_batches: float = SECONDS_BETWEEN_BATCHES,
    ) -> None:
        self._database = database
        self.leases = Leases(database, clock=clock, wanted=self._accounts, is_idle=self._is_idle_for, changed=self.wake)
        self._ledger = Ledger(database, self.leases, clock=clock)
        self._clock = clock
        self.threads = threads
        self._seconds_between_batches = seconds_between_batches
        self._works: dict[str, ShopWork] = {}
        self._leaving: dict[str, ShopWork] = {}
        """Shops that were removed while something of theirs was under way."""
        self._changing = threading.Lock()
        """Held while something is begun, so that nothing of a shop is begun any more once it is removed."""
        self.chores = Chores(threads.chores)
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._look_at_all = False
        self._due_elsewhere: SimpleQueue[Mapping[str, Due]] = SimpleQueue()
        """What other processes have stored, or made due."""
        self._changed = threading.Condition()
        self._arrivals = ArrivalRate()
        self._failure: str | None = None
        self._fetch_pool = Pool(threads.fetchers, "fetch")
        self._write_pool = Pool(threads.writers, "write")
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)

    def add(self, work: ShopWork) -> None:
        """From now on the shop's orders are fetched and written; what is due since before is taken up at once, but not
        before what was begun for the shop's former settings has ended."""
        with self._changing:
            work.predecessor = self._leaving.pop(work.shop, None)
            self._works = {**self._works, work.shop: work}
        # One look for all that are added: looking into each of a thousand would hold up everybody for seconds.
        self._look_at_all = True
        self.chores.wake(work.shop)
        if work.account.email not in self.leases.held():
            self.leases.wake()
        self._woken.set()

    def remove(self, shop: str) -> None:
        """Begins nothing of the shop's any more; what is under way goes on."""
        with self._changing:
            work = self._works.get(shop)
            self._works = {name: work for name, work in self._works.items() if name != shop}
            if work is not None and (busy := work.busy_one()) is not None:
                self._leaving[shop] = busy
        self.chores.remove(shop)

    def start(self) -> None:
        self.leases.start()
        self._thread.start()
        self.wake()

    def stop(self, *, within: float = 10.0) -> bool:
        """Ends the threads. What is not done by then is taken up at the next start. True: nothing was left under way
        in a process that fetched and wrote."""
        self._stopping.set()
        self._woken.set()
        deadline = time.monotonic() + within
        if self._thread.is_alive():
            self._thread.join(within)
        for pool in (self._fetch_pool, self._write_pool):
            pool.stop()
        self.chores.stop()
        while not self._is_idle and time.monotonic() < deadline:
            self.wait_for_change(0.05)
        ended_well = self.works_for_any and self._is_idle
        self.leases.stop()
        return ended_well

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def wait_for_stop(self, seconds: float) -> bool:
        """Waits, for a job that rests in between; True: end now."""
        return self._stopping.wait(seconds)

    def orders_arrived(self, shop: str, requests: int) -> None:
        """Is told that `requests` requests brought orders to a shop."""
        self._arrivals.arrived(requests)
        self.wake(shop)

    def wake(self, shop: str | None = None) -> None:
        """Something may be due in the shop, or in any: have a look."""
        if shop is None:
            self._look_at_all = True
        elif (work := self._works.get(shop)) is not None:
            work.wake()
        self.chores.wake(shop)
        self._woken.set()

    def others_stored(self, due: Mapping[str, Due], *, events: Iterable[str]) -> None:
        """Another process has stored something: what is due by now in these shops, and where events are to be told."""
        self._due_elsewhere.put(due)
        for shop in events:
            self.chores.wake(shop)
        self._woken.set()

    def ask_for_housekeeping(self, shop: str) -> None:
        """Has the shop's next turn begin with that: it calls Google, as only one thread at a time may."""
        if (work := self._works.get(shop)) is not None:
            work.housekeeping_due = True
            self._woken.set()

    def wait_for_change(self, seconds: float) -> None:
        """Returns when an order has moved on, or after `seconds`."""
        with self._changed:
            self._changed.wait(seconds)

    @property
    def works_for_any(self) -> bool:
        """Whether this instance fetches and writes for any shop."""
        return bool(self.leases.held())

    def works_for(self, shop: str) -> bool:
        """Whether this instance fetches and writes for the shop."""
        work = self._works.get(shop)
        return work is not None and work.account.email in self.leases.held()

    def _accounts(self) -> set[str]:
        return {work.account.email for work in self._works.values()}

    def _is_idle_for(self, account: str) -> bool:
        """Whether nothing of an account is under way."""
        works = (*self._works.values(), *self._leaving.values())
        return all(work.is_idle for work in works if work.account.email == account)

    def _say_what_fails(self) -> None:
        """Names at each shop why this instance can work for none."""
        if (failure := self.leases.failure) == self._failure:
            return
        self._failure = failure
        for work in self._works.values():
            work.kept_from_work(failure)

    @property
    def _is_idle(self) -> bool:
        works = (*self._works.values(), *self._leaving.values())
        return all(work.is_idle for work in works) and self.chores.is_idle

    def _run(self) -> None:
        looks_at = -math.inf
        while not self._stopping.wait(max(looks_at - time.monotonic(), 0.0)):
            self._woken.clear()
            began = time.monotonic()
            sleep = self._look_or_rest()
            looked = time.monotonic()
            rest = min(max(_TIMES_ITS_TIME * (looked - began), _BETWEEN_LOOKS), _LONGEST_BETWEEN_LOOKS)
            looks_at = looked + rest
            self._woken.wait(min(max(sleep, 0.0), _LONGEST_SLEEP))

    def _look_or_rest(self) -> float:
        """As `_look`, and never raises: nothing may end the thread."""
        try:
            with self._changing:
                return self._look()
        except Exception:
            if not self._stopping.is_set():
                log.exception("dispatcher.fault")
            return AFTER_A_FAULT

    def _look(self) -> float:
        """Begins what is due; seconds until something else is."""
        self._say_what_fails()
        held = self.leases.held()
        works = [work for work in self._works.values() if work.account.email in held and work.may_begin]
        if not works:
            return _LONGEST_SLEEP  # Whatever makes it ours wakes this thread.
        if self._look_at_all:
            self._look_at_all = False
            self._find_work(list(self._works.values()))
        while not self._due_elsewhere.empty():
            for shop, due in self._due_elsewhere.get().items():
                if (work := self._works.get(shop)) is not None:
                    work.wake_for(due)
        began = time.monotonic()
        self._begin_fetches(works, began)
        for work in works:
            if work.writes_at <= began and not work.is_writing:
                self._look_for_writes(work)
        next_turn = self._begin_turns(works)
        # What is due and couldn't be begun waits for something that is under way, whose end wakes this thread.
        later = (at for work in works for at in (work.fetches_at, work.writes_at) if at > began)
        next_look = min(later, default=math.inf) - time.monotonic()
        shops = {work.shop for work in works}
        return min(next_look, next_turn, self.chores.begin_due(self._woken.set, shops=shops))

    def _find_work(self, works: list[ShopWork]) -> None:
        """Wakes the shops in which something is due."""
        if len(works) == 1:
            works[0].wake()
            return
        try:
            with self._database.read() as connection:
                due = shops_with_work(connection)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the thread
            self._look_at_all = True
            for work in works:
                self._stumbled(work, "fetching", error)
            return
        for work in works:
            if (found := due.get(work.shop)) is not None:
                work.wake_for(found)

    def _begin_fetches(self, works: list[ShopWork], now: float) -> None:
        """Hands out orders whose items are due, fairly."""
        if not any(work.fetches_at <= now for work in works):
            return
        if len(works) == 1:
            room = {works[0].shop: self.threads.fetchers + _AHEAD - len(works[0].in_flight)}
        else:
            wanting = (work.to_fetch(now) for work in works if work.fetches_at <= now or work.in_flight)
            room = fetch_room(wanting, fetchers=self.threads.fetchers)
        for work in works:
            if work.fetches_at <= now and room.get(work.shop, 0) > 0:
                self._hand_out(work, room[work.shop])

    def _hand_out(self, work: ShopWork, room: int) -> None:
        most = _WHILE_SHEDDING if self._arrivals.is_high else room + len(work.in_flight)
        try:
            due = work.due_fetches(most)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the thread
            self._stumbled(work, "fetching", error)
            return
        work.faults.ended("fetching")
        for order in due:
            self._fetch_pool.submit(self._fetch, work, order)

    def _look_for_writes(self, work: ShopWork) -> None:
        try:
            work.look_for_writes()
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the thread
            self._stumbled(work, "writing", error)

    def _stumbled(self, work: ShopWork, part: str, error: Exception) -> None:
        """A look at what is due failed. At the end a look may find the store closed."""
        if not self._stopping.is_set():
            work.faults.happened(part, error)
        work.rest()

    def _begin_turns(self, works: list[ShopWork]) -> float:
        """Gives the writers to those that have waited longest; seconds until somebody else may have one."""
        now, at = time.monotonic(), self._clock.now()
        self._begin_housekeeping(works)
        writing = [work for work in works if work.has_to_write]
        turns = choose(
            [work.to_write(now, at, is_alone=len(works) == 1) for work in writing],
            {work.account.name: work.account.budget for work in writing},
            now=now,
            writers=self.threads.writers,
            shortest=self._seconds_between_batches,
        )
        for shop in turns.begin:
            self._begin_turn(self._works[shop])
        return turns.wait

    def _begin_housekeeping(self, works: list[ShopWork]) -> None:
        """Of several shops one at each look, and none while its account's budget is short: it can wait."""
        is_alone = len(works) == 1
        for work in works:
            is_due = work.housekeeping_due and work.write_due is None and not work.is_writing
            if is_due and (is_alone or work.account.budget.may_begin() <= 0):
                self._begin_turn(work)
                return

    def _begin_turn(self, work: ShopWork) -> None:
        work.is_writing = True
        # What the turn will call is taken from the account's budget now, before others are given theirs.
        self._write_pool.submit(self._turn, work, work.account.budget.take(*work.calls))

    def _fetch(self, work: ShopWork, order: Order) -> None:
        try:
            if not self._stopping.is_set() and not work.fetch_one(order):
                self._stopping.wait(AFTER_A_FAULT)
        finally:
            work.fetched(order, look_below=self.threads.fetchers)
            self._moved_on(work)

    def _turn(self, work: ShopWork, reservation: Reservation | None) -> None:
        is_well = False
        try:
            with reservation or nullcontext(), self._ledger.noted(work.account, work.calls, reservation):
                is_well = work.take_turn(at_most=most_orders(self._arrivals.a_second))
        except NotOursError:
            pass  # The next renewal of the lease says who has the account.
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the thread
            work.faults.happened("writing", error)
        finally:
            work.turn_ended(is_well=is_well)
            self._moved_on(work)

    def _moved_on(self, work: ShopWork) -> None:
        """An order of the shop has moved on: there may be something to write, or to tell."""
        work.moved_on()
        self.chores.wake(work.shop)
        with self._changed:
            self._changed.notify_all()
        self._woken.set()
