"""A TTL cache: reads something once for all who look at it at about the same time."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

SHORTEST = 1.0
_LONGEST = 60.0
_REST = 100
_MOST = 64
_PATIENCE = 5.0


class TooSlowError(Exception):
    """Somebody else has been reading this for seconds: the database is slow, or hangs."""


@dataclass(slots=True)
class _Entry(Generic[V]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    values: list[V] = field(default_factory=list)
    until: float = 0.0


class TTLCache(Generic[K, V]):
    """What `read` gives, remembered for each key. Safe to use from several threads.

    A value is kept for a second, or for 100 times what reading it took, 60 seconds at the most: so however many look,
    a processor spends at most a hundredth of its time on it.
    """

    def __init__(self, read: Callable[[K], V], *, seconds: Callable[[], float] = time.monotonic) -> None:
        """`seconds` is a clock that only ever grows."""
        self._read = read
        self._seconds = seconds
        self._lock = threading.Lock()
        self._entries: OrderedDict[K, _Entry[V]] = OrderedDict()

    def get(self, key: K) -> V:
        """Raises what `read` raises, or TooSlowError."""
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            if len(self._entries) > _MOST:
                self._entries.popitem(last=False)
        if not entry.lock.acquire(timeout=_PATIENCE):
            raise TooSlowError
        try:
            began = self._seconds()
            if not entry.values or began >= entry.until:
                entry.values = [self._read(key)]
                ended = self._seconds()
                entry.until = ended + min(max(_REST * (ended - began), SHORTEST), _LONGEST)
            return entry.values[0]
        finally:
            entry.lock.release()

    def forget(self) -> None:
        """Has everything read anew: whoever has just changed something wants to see it."""
        with self._lock:
            self._entries.clear()
