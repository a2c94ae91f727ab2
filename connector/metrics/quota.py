"""How much of Google's quota this process has used in the last minute."""

import threading
import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum

LIMIT = 60
"""Reads, and writes, that Google allows one account in a minute (docs/google-sheets.md, 1.1)."""
WINDOW = 60.0


class Quota(StrEnum):
    """What Google counts apart."""

    READ = "read"
    WRITE = "write"


class QuotaUse:
    """Remembers the calls of the last minute. Safe to use from several threads."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        """`seconds` is a clock that only ever grows."""
        self._seconds = seconds
        self._lock = threading.Lock()
        self._calls: dict[Quota, deque[float]] = {quota: deque() for quota in Quota}

    def count(self, quota: Quota, *, ago: float = 0.0) -> None:
        """Counts a call that was sent so many seconds ago."""
        with self._lock:
            self._calls[quota].append(self._seconds() - ago)
            self._forget(quota)

    def used(self, quota: Quota) -> int:
        """Calls that were sent in the last 60 seconds."""
        with self._lock:
            self._forget(quota)
            return len(self._calls[quota])

    def _forget(self, quota: Quota) -> None:
        calls, oldest = self._calls[quota], self._seconds() - WINDOW
        while calls and calls[0] <= oldest:
            calls.popleft()
