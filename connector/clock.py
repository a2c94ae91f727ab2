"""The time, as a thing that can be handed in, so that tests set it instead of waiting for it."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

_BOOT_TIME: int | None = getattr(time, "CLOCK_BOOTTIME", None)
"""Linux has a clock that nobody sets and that goes on while the machine is suspended."""


class Clock(Protocol):
    """Tells the time, always in UTC."""

    def now(self) -> datetime: ...

    def elapsed(self) -> float:
        """Seconds since some moment, by a clock that is never set: what lies between two looks has passed."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def elapsed(self) -> float:
        return time.monotonic() if _BOOT_TIME is None else time.clock_gettime(_BOOT_TIME)


class SteadyClock:
    """Another clock, from which this one takes no leap ahead: the time at its making, and what has passed since.

    For ages at whose end something is given up or deleted. A machine without a battery starts days behind, and its
    clock is set once it has a network: what was stored before looks days old then. By this clock nothing looks older
    than it is, and what is stored after the leap looks younger until the next start.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begun = clock.now(), clock.elapsed()

    def now(self) -> datetime:
        at, elapsed = self._begun
        return min(self._clock.now(), at + timedelta(seconds=self._clock.elapsed() - elapsed))

    def elapsed(self) -> float:
        return self._clock.elapsed()
