"""Google's quotas: so many reads and writes a minute, for each user and for the user's whole
project (docs/google-sheets.md, 1.1).

Refilled every full minute. A batch counts as one, whatever its size. A refused call uses nothing up.
"""

from collections import Counter
from dataclasses import dataclass
from threading import Lock
from typing import Any

from connector.clock import Clock
from sandbox.google.errors import ApiError

PROJECT_NUMBER = "603366585132"


@dataclass
class Limits:
    per_user: int = 60
    per_project: int = 300


class Quota:
    """`reads` and `writes` can be set while it runs; `enabled = False` lets everything pass
    and goes on counting."""

    def __init__(self, clock: Clock) -> None:
        self.enabled = True
        self.reads = Limits()
        self.writes = Limits()
        self._clock = clock
        self._lock = Lock()
        self._minute = 0
        self._used: Counter[tuple[str, str]] = Counter()
        self._used_by_project: Counter[tuple[str, str]] = Counter()

    def spend(self, user: str, *, write: bool) -> None:
        """Counts a call, or raises the 429 of the limit that it would exceed."""
        kind, limits = ("write", self.writes) if write else ("read", self.reads)
        project = user.partition("@")[2]
        with self._lock:
            self._turn_minute()
            if self.enabled:
                if self._used[kind, user] >= limits.per_user:
                    raise _exceeded(kind, limits.per_user, per_user=True)
                if self._used_by_project[kind, project] >= limits.per_project:
                    raise _exceeded(kind, limits.per_project, per_user=False)
            self._used[kind, user] += 1
            self._used_by_project[kind, project] += 1

    def used(self) -> dict[str, int]:
        """The calls of this minute, of all users."""
        with self._lock:
            self._turn_minute()
            return {f"{kind}s": self._total(kind) for kind in ("read", "write")}

    def _total(self, kind: str) -> int:
        return sum(count for (counted, _), count in self._used.items() if counted == kind)

    def refill(self) -> None:
        with self._lock:
            self._clear()

    def _turn_minute(self) -> None:
        minute = int(self._clock.now().timestamp() // 60)
        if minute != self._minute:
            self._minute = minute
            self._clear()

    def _clear(self) -> None:
        self._used.clear()
        self._used_by_project.clear()


def _exceeded(kind: str, limit: int, *, per_user: bool) -> ApiError:
    word = kind.capitalize()
    by_user = " per user" if per_user else ""
    info: dict[str, Any] = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {
            "quota_limit_value": str(limit),
            "service": "sheets.googleapis.com",
            "consumer": f"projects/{PROJECT_NUMBER}",
            "quota_unit": "1/min/{project}/{user}" if per_user else "1/min/{project}",
            "quota_location": "global",
            "quota_metric": f"sheets.googleapis.com/{kind}_requests",
            "quota_limit": f"{word}RequestsPerMinutePer{'User' if per_user else 'Project'}",
        },
    }
    link = {
        "description": "Request a higher quota limit.",
        "url": "https://cloud.google.com/docs/quotas/help/request_increase",
    }
    return ApiError(
        429,
        f"Quota exceeded for quota metric '{word} requests' and limit '{word} requests per minute{by_user}' "
        f"of service 'sheets.googleapis.com' for consumer 'project_number:{PROJECT_NUMBER}'.",
        [info, {"@type": "type.googleapis.com/google.rpc.Help", "links": [link]}],
    )
