"""Reads single fields out of JSON that anybody may have written.

Nothing here raises: what can't be read as the type that is wanted is None. Text is made storable and
printable: PostgreSQL takes no NUL, UTF-8 no lone surrogate, and a sheet's cell no control characters.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connector.gateways.reading import numerals
from connector.gateways.reading.placeholders import is_placeholder
from connector.gateways.reading.visible import clean, is_visible
from connector.models import Number

number = numerals.number
_LARGEST_EXACT = 2**53
_EARLIEST = 1_230_768_000  # 2009, the year of WhatsApp
_FINER = ((10**17, 10**9), (10**14, 10**6), (10**11, 10**3))
"""From which size on a time is counted in nano-, micro- or milliseconds, and how many of these a second has."""
_TRUE = frozenset({"true", "1", "yes"})
_ADDRESSES = ("src", "url", "link", "href", "imageUrl", "image_url")


def is_nothing(value: Any) -> bool:
    """Whether this is how programs write that there is nothing: also `false`, `[]`, `{}`, and what stands in for a
    value that was lost."""
    if isinstance(value, str):
        return plain(value) is None or is_placeholder(value)
    return value is None or value is False or (isinstance(value, list | dict) and not value)


def plain(value: Any) -> str | None:
    """Text, or a number as its digits; None for anything else and for what shows nothing."""
    if isinstance(value, str):
        text = clean(value)
        return text if text and is_visible(text) else None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        # str() refuses integers of more than 4,300 digits; json.loads has refused them before.
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) <= _LARGEST_EXACT:
        return str(int(value))
    return None


def text(value: Any) -> str | None:
    """The same; None too for what tools write where they have lost a value."""
    found = plain(value)
    return None if found is None or is_placeholder(found) else found


def flag(value: Any) -> bool:
    """Whether this says yes: `true`, 1, or a text of it."""
    return value is True or (not isinstance(value, bool) and (plain(value) or "").lower() in _TRUE)


def picture(value: Any) -> str | None:
    """The address of a picture: by itself, in an object such as `{"src": …}`, or the first of several."""
    for _ in range(3):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = next((value[name] for name in _ADDRESSES if not is_nothing(value.get(name))), None)
    return text(value) if isinstance(value, str) else None


def moment(value: Any, *, now: datetime) -> datetime | None:
    """A time from seconds since 1970 (or milli-, micro- or nanoseconds), or from ISO 8601 with its zone.

    None outside 2009 to one day from now.
    """
    seconds = seconds_of(value)
    if seconds is None or not _EARLIEST <= seconds <= now.timestamp() + 86_400:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def seconds_of(value: Any) -> Number | None:
    """The seconds since 1970 that a time says, however it says them."""
    count = numerals.any_number(value)
    if count is None:
        return _seconds_in_words(value)
    return next((count / parts for least, parts in _FINER if count > least), count)


def mapping(value: Any) -> Mapping[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def _seconds_in_words(value: Any) -> float | None:
    try:
        moment = datetime.fromisoformat(value.strip())
    except (AttributeError, ValueError):
        return None
    try:
        return None if moment.tzinfo is None else moment.timestamp()
    except OverflowError:
        return None
