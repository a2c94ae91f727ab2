"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """The time that a test sets."""

    def __init__(self, now: datetime = datetime(2026, 11, 23, 9, 40, tzinfo=UTC)) -> None:
        self._now = now
        self._leaps = 0.0

    def now(self) -> datetime:
        return self._now

    def elapsed(self) -> float:
        return self._now.timestamp() - self._leaps

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def leap(self, seconds: float) -> None:
        """The clock is set: no time has passed."""
        self._now += timedelta(seconds=seconds)
        self._leaps += seconds
