"""Many shops and their turns, simulated: without threads, store and waiting.

The policy is the real one: whose turn it is, how many fetches each shop may begin (connector/jobs/turns.py), and what
Google is asked (connector/sheets/budget.py). What stands around it is a model: an order comes in, is due when it has
been fetched, and a turn brings all of a shop that are due into its sheet, with one read and one write. Nothing fails.
"""

import math
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.demand import Message
from benchmarks.simulated_time import Program, SimulatedTime
from connector.jobs.pool import FOR_MANY, Threads
from connector.jobs.turns import LONGEST_BETWEEN_BATCHES, ToFetch, ToWrite, choose, fetch_room
from connector.sheets.budget import Budget, Reservation
from connector.sheets.quota import LIMIT, WINDOW, Quota

FETCH = 0.35
CALL = 0.9
"""A read, and a write, each."""


@dataclass(slots=True)
class _Shop:
    name: str
    account: str
    to_fetch: deque[float] = field(default_factory=deque)
    """When the messages came whose orders wait for a fetcher."""
    fetching: int = 0
    due: deque[tuple[float, float]] = field(default_factory=deque)
    """For each order that waits for a turn when it was due and when its message came."""
    began: tuple[float, ...] = ()
    """When its turns of the last minute began."""
    is_busy: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """An order whose row is there."""

    shop: str
    sent: float
    """When its message came."""
    wait: float
    """Seconds from the message to the row."""


@dataclass
class Outcome:
    """What came of it."""

    written: list[Written]
    calls: dict[str, dict[Quota, list[float]]]
    """For each account and kind when each call came to Google."""

    def p99(self, shops: Collection[str]) -> float:
        """Of the orders of these shops together."""
        return quantile([each.wait for each in self.written if each.shop in shops], 0.99)

    def add(self, other: "Outcome") -> None:
        """Takes in what came of it in another instance, which has other accounts."""
        self.written += other.written
        self.calls |= other.calls


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least this share of them does not exceed."""
    return sorted(values)[math.ceil(len(values) * share) - 1]


def most_in_any_window(moments: Sequence[float]) -> int:
    """The most of them that lie within any 60 seconds."""
    moments = sorted(moments)
    first = most = 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - WINDOW:
            first += 1
        most = max(most, last - first + 1)
    return most


class Fleet:
    """The shops of one instance, each with one of its accounts, and the fetchers and writers for all of them."""

    def __init__(
        self,
        accounts: Mapping[str, str],
        *,
        quota: int = LIMIT,
        threads: Threads = FOR_MANY,
        longest_gap: float = LONGEST_BETWEEN_BATCHES,
        between_looks: float = 0.0,
    ) -> None:
        """`accounts` names each shop's account; `quota` is what Google allows each. Between two looks of the
        dispatcher at what may begin lie `between_looks` seconds at the least."""
        self._time = SimulatedTime()
        self._shops = {name: _Shop(name, account) for name, account in accounts.items()}
        self._budgets = {account: Budget(self._time, limit=quota) for account in accounts.values()}
        self._threads = threads
        self._longest_gap = longest_gap
        self._between_looks = between_looks
        self._fetching: dict[str, _Shop] = {}
        """Those with orders to fetch or fetches under way."""
        self._writing: dict[str, ToWrite] = {}
        """Of those that have something due or their turn, what the policy has to know."""
        self._may_fetch = self._may_write = False
        """Whether anything has happened since the last look that lets a fetch, or a turn, begin."""
        self._wakes_at = math.inf
        self._may_look_at = 0.0
        self.outcome = Outcome([], {account: {kind: [] for kind in Quota} for account in self._budgets})

    def run(self, messages: Sequence[Message]) -> Outcome:
        """Until every order has its row."""
        self._time.start(self._arrivals(sorted(messages, key=lambda message: message.at)), at=0.0)
        while True:
            looks_at = self._time.now if self._may_fetch or self._may_write else self._wakes_at
            looks_at = max(looks_at, self._may_look_at)
            moment = min(self._time.next_at(), looks_at)
            if moment == math.inf:
                return self.outcome
            self._time.advance(moment)
            if moment == looks_at:
                self._look()

    def _arrivals(self, messages: Sequence[Message]) -> Program:
        for message in messages:
            yield message.at
            shop = self._shops[message.shop]
            shop.to_fetch.append(message.at)
            self._fetching[shop.name] = shop
            self._may_fetch = True

    def _look(self) -> None:
        now = self._time.now
        self._may_look_at = now + self._between_looks
        if self._may_fetch:
            self._may_fetch = False
            self._begin_fetches(now)
        if self._may_write or now >= self._wakes_at:
            self._may_write = False
            self._begin_turns(now)

    def _begin_fetches(self, now: float) -> None:
        wanting = [
            ToFetch(shop.name, shop.to_fetch[0] if shop.to_fetch else now, len(shop.to_fetch), shop.fetching)
            for shop in self._fetching.values()
        ]
        for name, room in fetch_room(wanting, fetchers=self._threads.fetchers).items():
            shop = self._shops[name]
            for _ in range(room):
                shop.fetching += 1
                self._time.start(self._fetch(shop, shop.to_fetch.popleft()), at=now)

    def _fetch(self, shop: _Shop, sent: float) -> Program:
        yield self._time.now + FETCH
        shop.fetching -= 1
        shop.due.append((self._time.now, sent))
        if not shop.fetching and not shop.to_fetch:
            del self._fetching[shop.name]
        # Else this one is behind others of its shop, and nothing that may begin has changed.
        if shop.name not in self._writing:
            self._update(shop)
        self._may_fetch |= any(other.to_fetch for other in self._fetching.values())

    def _begin_turns(self, now: float) -> None:
        turns = choose(
            self._writing.values(), self._budgets, now=now, writers=self._threads.writers, longest=self._longest_gap
        )
        # Rounding may leave a moment of no length to wait for.
        self._wakes_at = now + max(turns.wait, 1e-6)
        for name in turns.begin:
            shop = self._shops[name]
            reservation = self._budgets[shop.account].take()
            assert reservation is not None
            shop.is_busy = True
            shop.began = (*(began for began in shop.began if now - began < WINDOW), now)
            self._time.start(self._turn(shop, reservation), at=now)

    def _turn(self, shop: _Shop, reservation: Reservation) -> Program:
        orders = [sent for _, sent in shop.due]
        shop.due.clear()
        self._update(shop)
        for kind in (Quota.READ, Quota.WRITE):
            self.outcome.calls[shop.account][kind].append(self._time.now)
            yield self._time.now + CALL
            reservation.count(kind, ago=CALL)
        reservation.end()
        self.outcome.written.extend(Written(shop.name, sent, self._time.now - sent) for sent in orders)
        shop.is_busy = False
        self._update(shop)

    def _update(self, shop: _Shop) -> None:
        """Something has changed for the policy of turns."""
        self._may_write = True
        if not shop.due and not shop.is_busy:
            del self._writing[shop.name]
            return
        due_at = shop.due[0][0] if shop.due else None
        self._writing[shop.name] = ToWrite(shop.name, shop.account, due_at, shop.began, is_busy=shop.is_busy)
