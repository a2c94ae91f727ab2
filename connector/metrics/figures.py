"""What the store says of the orders, read at little cost however many there are."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from connector.clock import Clock
from connector.models import Status
from connector.store import breakers, orders, quarantine
from connector.store.breakers import CircuitBreaker, Part
from connector.store.database import Database

_REST = 100
"""Counting a million orders takes a good part of a tenth of a second. It is done again after 100 times what it took, so
that it never takes more than a hundredth of the time."""
_LONGEST_REST = 60.0


@dataclass(frozen=True, slots=True)
class Figures:
    """The store at one moment."""

    orders: Mapping[Status, int]
    """May be as old as counting takes times 100, 60 seconds at the most; with 10,000 orders about a tenth of a second.
    """
    oldest_unwritten: datetime | None
    quarantined: int
    breakers: Mapping[Part, CircuitBreaker]
    at: datetime


class StoreFigures:
    """Reads the figures of one shop. For one thread at a time."""

    def __init__(
        self, database: Database, shop: str, clock: Clock, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        """`seconds` is a clock that only ever grows; counting is timed with it."""
        self._database = database
        self._shop = shop
        self._clock = clock
        self._seconds = seconds
        self._counted: dict[Status, int] | None = None
        self._count_again_at = 0.0

    def read(self) -> Figures:
        """Raises what the database raises."""
        with self._database.read() as connection:
            began = self._seconds()
            if self._counted is None or began >= self._count_again_at:
                self._counted = orders.count_by_status(connection, self._shop)
                ended = self._seconds()
                self._count_again_at = ended + min(_REST * (ended - began), _LONGEST_REST)
            return Figures(
                self._counted,
                orders.oldest_unwritten(connection, self._shop),
                quarantine.count_quarantined(connection, self._shop),
                {part: breakers.get_breaker(connection, self._shop, part) for part in Part},
                self._clock.now(),
            )
