"""Reads single fields out of JSON that anybody may have written.

Nothing here raises: what can't be read as the type that is wanted is None. Text is made storable and
printable: PostgreSQL takes no NUL, UTF-8 no lone surrogate, and a sheet's cell no control characters.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connector.models import Number
from connector.totals import tidy

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NUMERAL = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,18})?\Z")
_LARGEST_EXACT = 2**53
_LARGEST_AMOUNT = 1e15
_EARLIEST = 1_230_768_000  # 2009, the year of WhatsApp
_MILLISECONDS_FROM = 10**11


def clean(text: str) -> str:
    """The text without what can't be stored or shown; line breaks and tabs stay."""
    if text.isprintable():  # As most are; there is nothing to look for then.
        return text.strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", text)).strip()


def text(value: Any) -> str | None:
    """Text, or a number as its digits; None for anything else and for what is empty after cleaning."""
    if isinstance(value, str):
        return clean(value) or None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        # str() refuses integers of more than 4,300 digits; json.loads has refused them before.
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) <= _LARGEST_EXACT:
        return str(int(value))
    return None


def number(value: Any) -> Number | None:
    """A finite number of a size that amounts and quantities have; numerals in strings count."""
    if isinstance(value, str) and _NUMERAL.match(numeral := value.strip()):
        value = float(numeral)  # float() itself takes off less than strip() does
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if abs(value) > _LARGEST_AMOUNT or not math.isfinite(value):
        return None
    return tidy(value)


def moment(value: Any, *, now: datetime) -> datetime | None:
    """A time from seconds (or milliseconds) since 1970; None outside 2009 to one day from now."""
    seconds = number(value)
    if seconds is None:
        return None
    if seconds > _MILLISECONDS_FROM:
        seconds = seconds / 1000
    if not _EARLIEST <= seconds <= now.timestamp() + 86_400:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def mapping(value: Any) -> Mapping[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def phone(value: Any) -> str | None:
    """The number of a WhatsApp contact id: what stands before `@`."""
    contact = text(value)
    return contact.partition("@")[0] or None if contact else None
