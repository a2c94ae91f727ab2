"""The time, as a thing that can be handed in, so that tests set it instead of waiting for it."""

import time
from datetime import UTC, datetime
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
