"""When to try again, as data."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential delays with jitter: after the n-th failure about first * 2^(n-1) seconds, never more than max."""

    first_delay: float
    max_delay: float
    give_up_after: float
    """Seconds from the arrival of an order; a failure after that is the last."""
    jitter: Callable[[], float] = random.random
    """A number from 0 to 1; tests hand in a fixed one."""

    def delay(self, failures: int) -> timedelta:
        """The time to wait after this many failures: 80 % to 120 % of the doubled delay, within first and max."""
        doubled = min(self.max_delay, self.first_delay * 2.0 ** min(max(failures - 1, 0), 62))
        spread = doubled * (0.8 + 0.4 * self.jitter())
        return timedelta(seconds=min(max(spread, self.first_delay), self.max_delay))

    def is_over(self, stored_at: datetime, now: datetime) -> bool:
        """Whether the time for trying has run out."""
        return now - stored_at >= timedelta(seconds=self.give_up_after)
