"""Google's quota of requests, and how much of it is used."""

import threading
import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum

from connector.sheets.client import WRITE
from connector.sheets.errors import Kind

LIMIT = 60
"""Reads, and writes, that Google allows one account in a minute (docs/google-sheets.md, 1.1)."""
WINDOW = 60.0
"""Seconds."""
_NOT_SENT = frozenset({Kind.NOT_SENT, Kind.CREDENTIALS})
"""Failures of calls that came before Google counted them: no connection, or no token."""


class Quota(StrEnum):
    """What Google counts apart."""

    READ = "read"
    WRITE = "write"


def quota_of(operation: str, outcome: str) -> Quota | None:
    """What Google counted a call as that an observer was told of; None where the call never came to Google."""
    if outcome in _NOT_SENT:
        return None
    return Quota.WRITE if operation == WRITE else Quota.READ


class QuotaUse:
    """Remembers the calls of the last minute. Safe to use from several threads."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        """`seconds` is a clock that only ever grows."""
        self._seconds = seconds
        self._lock = threading.Lock()
        self._calls: dict[Quota, deque[float]] = {quota: deque() for quota in Quota}

    def count(self, quota: Quota, *, ago: float = 0.0) -> None:
        """Counts a call that was sent `ago` seconds ago."""
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
