"""What was asked of the stand-in: a bounded list of the latest calls, and counters that never forget."""

from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime
from threading import Lock


@dataclass(frozen=True)
class Call:
    """One call and what became of it."""

    at: datetime
    method: str
    path: str
    route: str
    """The route without ids, such as `GET /business/orders`."""
    outcome: str
    """The answer's status, or the name of the fault that struck."""


class Calls:
    """The latest calls, and how many there were by route and outcome. Tokens never stand in it."""

    def __init__(self, keep: int = 1000) -> None:
        self._lock = Lock()
        self._latest: deque[Call] = deque(maxlen=keep)
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, call: Call) -> None:
        with self._lock:
            self._latest.append(call)
            self._counts[call.route, call.outcome] += 1

    def latest(self) -> list[Call]:
        """The latest calls, oldest first."""
        with self._lock:
            return list(self._latest)

    def count(self, route: str, outcome: str | None = None) -> int:
        """How many calls a route had, of one outcome or of all."""
        with self._lock:
            return sum(
                times
                for (counted, ended), times in self._counts.items()
                if counted == route and outcome in (None, ended)
            )

    def counts(self) -> dict[str, dict[str, int]]:
        """How many calls each route had, by outcome."""
        with self._lock:
            table: dict[str, dict[str, int]] = {}
            for (route, outcome), times in sorted(self._counts.items()):
                table.setdefault(route, {})[outcome] = times
            return table
