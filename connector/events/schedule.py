"""When an event is sent again: the schedule that the Standard Webhooks specification proposes."""

from collections.abc import Callable
from datetime import timedelta

_MINUTE, _HOUR = 60, 3600
DELAYS = (
    5, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR,
)  # fmt: skip
"""Seconds after the first, second, … try in a row that failed. The first try is at once."""
SPAN = timedelta(seconds=sum(DELAYS))
"""An event as old as this has been due for the whole schedule; its next failed try is its last."""
LONGEST_DELAY = timedelta(seconds=DELAYS[-1])
_JITTER = 0.1


def delay_after(failures: int, *, jitter: Callable[[], float]) -> timedelta:
    """The wait after so many failed tries in a row, and up to a tenth more; after the last delay always the last."""
    seconds = DELAYS[min(max(failures, 1), len(DELAYS)) - 1]
    return timedelta(seconds=seconds * (1 + _JITTER * jitter()))
