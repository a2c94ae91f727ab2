"""Chores: small work beside fetching and writing, such as sending a shop's events, in a few threads for all shops."""

import math
import threading
import time
from collections.abc import Callable, Container
from dataclasses import dataclass

from connector.jobs.faults import Faults
from connector.jobs.pool import Pool

_AFTER_A_FAULT = 5.0


@dataclass(slots=True)
class _Chore:
    shop: str
    part: str
    key: str
    work: Callable[[], float]
    faults: Faults
    due_at: float = 0.0
    is_running: bool = False


class Chores:
    """Each chore is done by one thread at a time: when its shop is woken, and after as many seconds as it asks for.

    Who calls `begin_due`, and when, is the dispatcher's business.
    """

    def __init__(self, threads: int) -> None:
        self._pool = Pool(threads, "chore")
        self._lock = threading.Lock()
        self._chores: list[_Chore] = []
        self._is_stopping = False

    def add(self, shop: str, part: str, work: Callable[[], float], faults: Faults) -> None:
        """`work` returns after how many seconds it wants to be called again."""
        with self._lock:
            self._chores.append(_Chore(shop, part, f"{part}:{len(self._chores) + 1}", work, faults))

    def remove(self, shop: str) -> None:
        """Begins nothing of the shop's any more; what is under way goes on."""
        with self._lock:
            self._chores = [chore for chore in self._chores if chore.shop != shop]

    def wake(self, shop: str | None) -> None:
        """Something may have come up in the shop; None: in any."""
        with self._lock:
            for chore in self._chores:
                if shop is None or chore.shop == shop:
                    chore.due_at = 0.0

    def begin_due(self, ended: Callable[[], object], *, shops: Container[str]) -> float:
        """Has the pool do what is due for these shops; seconds until more is. `ended` is called after each."""
        now = time.monotonic()
        wait = math.inf
        with self._lock:
            for chore in self._chores:
                if chore.is_running or chore.shop not in shops:
                    continue
                if chore.due_at > now:
                    wait = min(wait, chore.due_at - now)
                    continue
                chore.is_running, chore.due_at = True, math.inf
                self._pool.submit(self._run, chore, ended)
        return wait

    @property
    def is_idle(self) -> bool:
        return not any(chore.is_running for chore in self._chores)

    def stop(self) -> None:
        """Begins nothing more."""
        self._is_stopping = True
        self._pool.stop()

    def _run(self, chore: _Chore, ended: Callable[[], object]) -> None:
        seconds = _AFTER_A_FAULT
        try:
            with chore.faults.at_work():
                seconds = self._work(chore)
        finally:
            with self._lock:
                # Woken meanwhile, it is due at once.
                chore.due_at = min(chore.due_at, time.monotonic() + max(seconds, 0.0))
                chore.is_running = False
            ended()

    def _work(self, chore: _Chore) -> float:
        try:
            seconds = chore.work()
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the thread
            # At the end a thread that was waiting for somebody may find the store closed.
            if not self._is_stopping:
                chore.faults.happened(chore.part, error, key=chore.key)
            return _AFTER_A_FAULT
        chore.faults.ended(chore.key)
        return seconds
