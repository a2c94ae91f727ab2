"""Reads the header `Retry-After`."""

import time
from email.utils import parsedate_to_datetime

_LONGEST = 24 * 3600.0


def retry_after_seconds(value: str | None) -> float | None:
    """Seconds, from either form that HTTP allows, a day at the most; None if there is none or it is nonsense."""
    if value is None:
        return None
    try:
        seconds = float(value) if value.strip().isdigit() else parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), _LONGEST)
