"""Load shedding: while many webhooks come in at once, fetches and batches do less, so that answers stay quick.

An answer that comes late is a webhook that is sent again; an order that is fetched a little later is just that.
"""

import time
from collections.abc import Callable

from connector.jobs.set_aside import MOST_ORDERS

MANY = 100
"""Arrivals a second."""
_OVER = 0.25
"""Seconds over which they are counted."""
_WHILE_SHEDDING = 50_000
"""Orders in a batch meanwhile, times arrivals a second: the answers wait while a request is put together, and the
more of them there are, the less it may hold them up. 500 orders at 100 arrivals a second, 20 at 2,500."""


class ArrivalRate:
    """Counts arrivals. Safe to use from several threads: a miscount now and then does no harm."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._since = seconds()
        self._count = 0
        self._rate = 0.0

    def arrived(self, count: int) -> None:
        """Counts `count` more arrivals."""
        self._count += count

    @property
    def a_second(self) -> float:
        """How many came lately, a second."""
        now = self._seconds()
        if now - self._since >= _OVER:
            self._rate = self._count / (now - self._since)
            self._since, self._count = now, 0
        return self._rate

    @property
    def is_high(self) -> bool:
        """Whether many came lately."""
        return self.a_second > MANY


def most_orders(rate: float) -> int:
    """How many orders a batch may hold while webhooks come in at `rate` a second."""
    return max(int(_WHILE_SHEDDING / rate), 1) if rate > MANY else MOST_ORDERS
