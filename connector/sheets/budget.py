"""The budget of one service account: how much it may still ask of Google without being refused.

Whoever is about to call asks first, for as many calls as it expects to make, and holds them until it is done. A call
that was made counts from its beginning until 60 seconds after its answer, because nobody here knows when within that
time Google counted it. So whatever that moment was, no 60 seconds hold more calls than Google allows.
"""

import math
import threading
import time
from bisect import insort
from collections.abc import Callable
from contextvars import ContextVar, Token
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from connector.sheets.quota import LIMIT, WINDOW, Quota

RESERVE = 4
"""Reads, and writes, of any 60 seconds that are kept from turns: for checks, fences and what people ask for."""


@dataclass(frozen=True, slots=True)
class Pause:
    """The account makes no calls for a while."""

    seconds: float
    """How long it still lasts."""
    reason: str


class _Window:
    """What counts against one limit: calls that are held, and calls whose answer came in the last 60 seconds."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.held = 0
        self._calls: list[tuple[float, float]] = []
        """For each call when it stops counting, and when it was sent; sorted."""

    def add(self, *, sent: float, answered: float) -> None:
        insort(self._calls, (answered + WINDOW, sent))

    def taken(self, now: float) -> int:
        while self._calls and self._calls[0][0] <= now:
            del self._calls[0]
        return self.held + len(self._calls)

    def sent_since(self, moment: float) -> int:
        return sum(sent > moment for _, sent in self._calls)

    def wait(self, calls: int, now: float) -> float:
        """Seconds until there is room for as many. Of what is held, it is supposed that it is all called now."""
        lacking = self.taken(now) + min(calls, self.most) - self.most
        if lacking <= 0 or not calls:
            return 0.0
        return self._calls[lacking - 1][0] - now if lacking <= len(self._calls) else WINDOW


class Reservation:
    """Calls that somebody has taken from the budget and not made yet.

    Within `with reservation:`, what the budget is told of in that thread belongs to it. At the end, what was not called
    goes back. Calls beyond what was taken count as well; then others wait the longer.
    """

    def __init__(self, budget: "Budget", left: dict[Quota, int], *, reserve: bool) -> None:
        self.budget = budget
        self.left = left
        self.reserve = reserve
        self.made = dict.fromkeys(Quota, 0)
        """What was called, also beyond what was taken."""
        self._token: Token[Reservation | None] | None = None

    def count(self, quota: Quota, *, ago: float = 0.0) -> None:
        """Counts a call that was sent `ago` seconds ago and has just been answered."""
        self.budget.count(quota, ago=ago, reservation=self)

    def end(self) -> None:
        """Gives back what was not called. Once is enough, twice does no harm."""
        self.budget.give_back(self)

    def __enter__(self) -> Self:
        self._token = _CURRENT.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._token is not None:
            _CURRENT.reset(self._token)
            self._token = None
        self.end()


_CURRENT: ContextVar[Reservation | None] = ContextVar("reservation", default=None)


class Budget:
    """What one account may call. Safe to use from several threads."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic, *, limit: int = LIMIT) -> None:
        """`seconds` is a clock that only ever grows. `limit`: reads, and writes, in any 60 seconds."""
        self._seconds = seconds
        self._lock = threading.Lock()
        self._all = {quota: _Window(limit) for quota in Quota}
        self.for_turns: Final = max(limit - RESERVE, 1)
        """Reads, and writes, that turns may have in any 60 seconds."""
        self._turns = {quota: _Window(self.for_turns) for quota in Quota}
        self._turn_at = -math.inf
        self._paused_until = seconds()
        self._reason = ""

    def may_begin(self, reads: int = 1, writes: int = 1, *, reserve: bool = False) -> float:
        """0 if so many calls may begin now, otherwise the seconds until they may, as far as that is known: what is
        given back before then makes it sooner, what others take makes it later.

        With `reserve` they may use what is kept from turns. Who needs more than there ever is waits until nothing
        is used.
        """
        with self._lock:
            return self._wait(self._seconds(), {Quota.READ: reads, Quota.WRITE: writes}, reserve=reserve)

    def take(self, reads: int = 1, writes: int = 1, *, reserve: bool = False) -> Reservation | None:
        """Takes so many calls, which may begin now; None: they may not, see `may_begin`."""
        calls = {Quota.READ: reads, Quota.WRITE: writes}
        with self._lock:
            if self._wait(self._seconds(), calls, reserve=reserve) > 0:
                return None
            for quota, number in calls.items():
                for window in self._windows(quota, reserve=reserve):
                    window.held += number
            if not reserve:
                self._turn_at = self._seconds()
        return Reservation(self, calls, reserve=reserve)

    def since_turn(self) -> float:
        """Seconds since a turn last took calls; infinite: none has."""
        with self._lock:
            return self._seconds() - self._turn_at

    def count(self, quota: Quota, *, ago: float = 0.0, reservation: Reservation | None = None) -> None:
        """Counts a call that was sent `ago` seconds ago and has just been answered.

        It belongs to the reservation that is named, else to the one that this thread is in; one that nobody took
        beforehand counts as one of the reserve's.
        """
        reservation = reservation or _CURRENT.get()
        if reservation is not None and reservation.budget is not self:
            reservation = None
        with self._lock:
            now = self._seconds()
            is_held = reservation is not None and reservation.left[quota] > 0
            if reservation is not None:
                reservation.made[quota] += 1
            if reservation is not None and is_held:
                reservation.left[quota] -= 1
            for window in self._windows(quota, reserve=reservation is None or reservation.reserve):
                window.held -= is_held
                window.add(sent=now - ago, answered=now)

    def count_earlier(self, quota: Quota, *, ago: float) -> None:
        """Counts a turn's call that was answered `ago` seconds ago, before this budget began to count: by an earlier
        process, or by another one that the account was taken over from."""
        with self._lock:
            answered = self._seconds() - ago
            for window in self._windows(quota, reserve=False):
                window.add(sent=answered, answered=answered)

    def give_back(self, reservation: Reservation) -> None:
        """Ends a reservation, see `Reservation.end`."""
        with self._lock:
            for quota, number in reservation.left.items():
                for window in self._windows(quota, reserve=reservation.reserve):
                    window.held -= number
                reservation.left[quota] = 0

    def pause(self, seconds: float, reason: str) -> None:
        """Google has refused a call (429): nothing begins for so long. A longer pause that goes on already stays."""
        with self._lock:
            until = self._seconds() + seconds
            if until > self._paused_until:
                self._paused_until, self._reason = until, reason

    def paused(self) -> Pause | None:
        """The pause that goes on, if there is one. It ends by itself."""
        with self._lock:
            left = self._paused_until - self._seconds()
            return Pause(left, self._reason) if left > 0 else None

    def used(self, quota: Quota) -> int:
        """Calls that were sent in the last 60 seconds, of those that have been answered."""
        with self._lock:
            return self._all[quota].sent_since(self._seconds() - WINDOW)

    def use(self) -> float:
        """How much of what turns may call is in use, held calls included: 0 none, 1 all of it."""
        with self._lock:
            now = self._seconds()
            windows = [*self._all.values(), *self._turns.values()]
            return max(window.taken(now) / window.most for window in windows)

    def _wait(self, now: float, calls: dict[Quota, int], *, reserve: bool) -> float:
        return max(
            self._paused_until - now,
            *(
                window.wait(number, now)
                for quota, number in calls.items()
                for window in self._windows(quota, reserve=reserve)
            ),
            0.0,
        )

    def _windows(self, quota: Quota, *, reserve: bool) -> tuple[_Window, ...]:
        return (self._all[quota],) if reserve else (self._all[quota], self._turns[quota])
