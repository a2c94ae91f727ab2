"""Reads single fields out of JSON that anybody may have written.

Nothing here raises: what can't be read as the type that is wanted is None. Text is made storable and
printable: PostgreSQL takes no NUL, UTF-8 no lone surrogate, and a sheet's cell no control characters.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from connector.gateways.reading import numerals
from connector.gateways.reading.placeholders import is_placeholder
from connector.gateways.reading.unwrap import opened
from connector.gateways.reading.visible import clean, is_visible
from connector.models import Number

_LARGEST_EXACT = 2**53
_EARLIEST = 1_230_768_000  # 2009, the year of WhatsApp
_FINER = ((10**17, 10**9), (10**14, 10**6), (10**11, 10**3))
"""From which size on a time is counted in nano-, micro- or milliseconds, and how many of these a second has."""
_TRUE = frozenset({"true", "1", "yes", "y", "on", "t"})
_FROM_ME = frozenset({"from_me", "fromMe", "FromMe", "isFromMe", "is_from_me"})
_ADDRESSES = ("src", "url", "link", "href", "imageUrl", "image_url", "secure_url", "original_image_url")
_DEEPEST_PICTURE = 4
_SECONDS = ("seconds", "_seconds")
_NANOSECONDS = re.compile(r"\d{19}\Z", re.ASCII)
_ZONE_IN_LETTERS = re.compile(r"\s*(?:UTC|GMT)\Z")


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


def is_from_me(message: Mapping[str, Any]) -> bool:
    """Whether a message of Whapi's says that the shop itself has sent it, also where somebody has respelled that."""
    if "from_me" in message:
        return flag(message["from_me"])
    return any(flag(message[name]) for name in _FROM_ME & message.keys())


def picture(value: Any) -> str | None:
    """The address of a picture: by itself, in an object such as `{"src": …}` or in one within it, or the first of
    several. A text that is no address stays a text. None for the picture itself, which no cell has room for."""
    layer = [value]
    for _ in range(_DEEPEST_PICTURE):
        below: list[Any] = []
        for each in map(opened, layer):
            if isinstance(each, str) and (found := text(each)) is not None:
                return None if found.startswith("data:") or found.lower() == "none" else found
            if isinstance(each, dict):
                below += [each[name] for name in _ADDRESSES if not is_nothing(each.get(name))] or [
                    inner for inner in each.values() if isinstance(inner, dict | list)
                ]
            elif isinstance(each, list):
                below += each
        layer = below
    return None


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
    if isinstance(value, dict):
        value = next((value[name] for name in (*_SECONDS, "$date") if name in value), value)
    count = int(value) if isinstance(value, str) and _NANOSECONDS.match(value.strip()) else numerals.any_number(value)
    if count is None:
        return _seconds_in_words(value)
    return next((count / parts for least, parts in _FINER if count > least), count)


def mapping(value: Any) -> Mapping[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def _seconds_in_words(value: Any) -> float | None:
    if not isinstance(value, str):
        return None
    written = value.strip()
    try:
        moment = datetime.fromisoformat(_ZONE_IN_LETTERS.sub("Z", written))
    except ValueError:
        try:
            moment = parsedate_to_datetime(written)  # As in mails: `Mon, 21 Sep 2026 10:00:00 GMT`.
        except (ValueError, IndexError, OverflowError):
            return None
    try:
        return None if moment.tzinfo is None else moment.timestamp()
    except OverflowError:
        return None
