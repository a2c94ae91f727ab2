"""Many shops and their turns, simulated: without threads, store and waiting.

The policy is the real one. What stands around it is a model: orders come in, are due when they have been fetched, and
a turn brings all of a shop that are due into its sheet, with one read and one write.
"""

import math
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

from connector.jobs.turns import LONGEST_BETWEEN_BATCHES, ToWrite, choose
from connector.sheets.budget import Budget, Hold
from connector.sheets.quota import WINDOW, Quota
from tests.unit.simulated_time import Program, SimulatedTime

FETCH = 0.35
CALL = 0.9
"""A read, and a write, each."""


@dataclass(frozen=True, slots=True)
class Message:
    at: float
    shop: str


@dataclass
class _Shop:
    name: str
    account: str
    due: deque[tuple[float, float]] = field(default_factory=deque)
    """For each order that waits when it was due and when its message came."""
    began: deque[float] = field(default_factory=lambda: deque(maxlen=24))
    is_busy: bool = False


@dataclass
class Outcome:
    """What came of it."""

    waits: dict[str, list[float]]
    """For each shop the seconds from message to row, of all its orders."""
    calls: dict[str, dict[Quota, list[float]]]
    """For each account and kind when each call came to Google."""

    def p99(self, shops: Sequence[str]) -> float:
        """Of the orders of these shops together."""
        waits = sorted(chain.from_iterable(self.waits[shop] for shop in shops))
        return waits[math.ceil(len(waits) * 0.99) - 1]


def steady(shops: Sequence[str], *, per_minute: float, seconds: float, seed: int) -> list[Message]:
    """Orders at random moments; the busiest shop has most, the n-th the n-th part of that."""
    draw = random.Random(seed)
    weights = [1 / rank for rank in range(1, len(shops) + 1)]
    moments: list[float] = []
    now = draw.expovariate(per_minute / 60)
    while now < seconds:
        moments.append(now)
        now += draw.expovariate(per_minute / 60)
    return [Message(at, shop) for at, shop in zip(moments, draw.choices(shops, weights, k=len(moments)), strict=True)]


def flood(shop: str, *, orders: int, start: float, seconds: float) -> list[Message]:
    """Orders of one shop, evenly spread."""
    return [Message(start + seconds * number / orders, shop) for number in range(orders)]


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
    """Shops, each with one of the accounts, and writers for all of them."""

    def __init__(
        self, accounts: dict[str, str], *, writers: int = 16, longest_gap: float = LONGEST_BETWEEN_BATCHES
    ) -> None:
        """`accounts` names each shop's account."""
        self._time = SimulatedTime()
        self._shops = {name: _Shop(name, account) for name, account in accounts.items()}
        self._active: dict[str, _Shop] = {}
        """Those that have something due or their turn."""
        self._budgets = {account: Budget(self._time) for account in accounts.values()}
        self._writers = writers
        self._longest_gap = longest_gap
        self._wakes_at = math.inf
        self.outcome = Outcome(
            {name: [] for name in accounts}, {account: {kind: [] for kind in Quota} for account in accounts.values()}
        )

    def run(self, messages: Sequence[Message]) -> Outcome:
        """Until every order has its row."""
        for message in messages:
            self._time.start(self._arrival(message), at=message.at + FETCH)
        while (moment := min(self._time.next_at(), self._wakes_at)) < math.inf:
            self._time.advance(moment)
            self._choose()
        return self.outcome

    def _arrival(self, message: Message) -> Program:
        shop = self._shops[message.shop]
        shop.due.append((self._time.now, message.at))
        self._active[shop.name] = shop
        yield from ()

    def _choose(self) -> None:
        turns = choose(
            [
                ToWrite(
                    shop.name,
                    shop.account,
                    shop.due[0][0] if shop.due else None,
                    tuple(shop.began),
                    is_busy=shop.is_busy,
                )
                for shop in self._active.values()
            ],
            self._budgets,
            now=self._time.now,
            writers=self._writers,
            longest=self._longest_gap,
        )
        # Rounding may leave a moment of no length to wait for.
        self._wakes_at = self._time.now + max(turns.wait, 1e-6)
        for name in turns.begin:
            shop = self._shops[name]
            hold = self._budgets[shop.account].take()
            assert hold is not None
            shop.is_busy = True
            shop.began.append(self._time.now)
            self._time.start(self._turn(shop, hold), at=self._time.now)

    def _turn(self, shop: _Shop, hold: Hold) -> Program:
        orders = [sent for _, sent in shop.due]
        shop.due.clear()
        for kind in (Quota.READ, Quota.WRITE):
            self.outcome.calls[shop.account][kind].append(self._time.now)
            yield self._time.now + CALL
            hold.count(kind, ago=CALL)
        hold.end()
        self.outcome.waits[shop.name].extend(self._time.now - sent for sent in orders)
        shop.is_busy = False
        if not shop.due:
            del self._active[shop.name]
