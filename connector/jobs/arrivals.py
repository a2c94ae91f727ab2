"""When webhooks arrived since the start, kept in memory alone: nothing is written for it on the way to the answer."""

import threading
from datetime import datetime

LONGEST_TEST = 64
"""Characters of a test's name; what is longer was not sent by `setup`."""


class Arrivals:
    """The latest webhook, and the latest of those that `setup` had Whapi send. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest: datetime | None = None
        self._test: str | None = None

    def note(self, now: datetime, *, test: str | None) -> None:
        """One has arrived with the right secret; `test`: the name that it bears if it is a test."""
        with self._lock:
            self._latest = now
            if test is not None and len(test) <= LONGEST_TEST:
                self._test = test

    @property
    def latest(self) -> datetime | None:
        with self._lock:
            return self._latest

    @property
    def test(self) -> str | None:
        with self._lock:
            return self._test
