"""How many calls Google counted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sandbox.google.standin import CallRecord

WINDOW = 60.0
LIMIT = 60
_REFUSED = "429"
_LATE = "late "
"""Begins the outcome of a commit that came late: its call was counted when it came in."""


def most_in_a_minute(calls: Iterable[CallRecord]) -> Mapping[tuple[str, str], int]:
    """The most calls in any 60 seconds, by account and kind; those that Google refused for their number are left out,
    as Google does not count them."""
    moments: dict[tuple[str, str], list[float]] = defaultdict(list)
    for call in calls:
        if call.account and call.outcome != _REFUSED and not call.outcome.startswith(_LATE):
            moments[call.account, "writes" if call.is_write else "reads"].append(call.time.timestamp())
    return {key: _most(sorted(times)) for key, times in moments.items()}


def over_the_limit(most: Mapping[tuple[str, str], int], limit: int = LIMIT) -> list[str]:
    """A sentence for each account that made more calls than Google allows."""
    return [
        f"Quota: {account.partition('@')[0]} made {count} {kind} within 60 seconds; Google allows {limit}."
        for (account, kind), count in sorted(most.items())
        if count > limit
    ]


def _most(times: list[float]) -> int:
    most = first = 0
    for last, moment in enumerate(times):
        while moment - times[first] >= WINDOW:
            first += 1
        most = max(most, last - first + 1)
    return most
