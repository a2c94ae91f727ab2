"""Reads single fields out of JSON that anybody may have written.

Nothing here raises: what can't be read as the type that is wanted is None. Text is made storable and
printable: PostgreSQL takes no NUL, UTF-8 no lone surrogate, and a sheet's cell no control characters.

A name of nothing but invisible characters is no name, whatever its length says; and some of them turn round what stands
behind them, also in the sentence into which somebody puts the name. What no-code tools write where they have lost a
value is none either: two orders that both come with the id `undefined` are not the same order; taken at its word, the
second would be a duplicate and gone.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connector.gateways.reading import numerals
from connector.models import Number

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_TURNS_ROUND = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates. The marks U+200E and U+200F stay: they turn nothing but themselves."""
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Fillers and the like that Unicode counts as letters, marks or symbols."""
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Zs", "Zl", "Zp"})
_WRITTEN = frozenset(
    {
        "undefined", "null", "NULL", "None", "NaN", "nan", "<nil>", "<null>", "(null)", "<undefined>", "<no value>",
        "[object Object]", "[object Undefined]", "[object Null]", "[object Array]",
    }
)  # fmt: skip
"""As programs spell them. A customer who writes `none` or is called Null is not meant."""
_SHEET_ERROR = (
    r"#[¡¿]?(?:REF|BEZUG|RIF|VALUE|WERT|VALOR|VALEUR|VALORE|NAME|NOM|NOMBRE|NOME|DIV/0|NUM|NUMERO|ZAHL|NULL|NULO|NUL|LEER"
    r"|ERROR|SPILL|CALC|BLOCKED|CONNECT|FIELD)[!?]|#N/[AD]\b|#NV\b|#GETTING_DATA|#{3,}"
)
_TEMPLATE = r"\{\{.*\}\}|\$\{.*\}|<%.*%>"
_ROUNDED = r"\d(?:[.,]\d+)?[eE]\+\d{1,3}\Z"
"""As a spreadsheet shows a long number: `9.64278E+14`. Its last digits are gone."""
_ENDS_ROUNDED = re.compile(rf"(?:\A|[-_ .:#]){_ROUNDED}")
_WHOLE = re.compile(rf"(?:{_SHEET_ERROR})\Z|=?\s*(?:{_TEMPLATE})\Z|{_ROUNDED}", re.DOTALL)
_BETWEEN = r"[-_ .:#,;|/()\[\]]"
_IN_AN_ID = re.compile(
    rf"(?:\A|(?<={_BETWEEN}))(?:undefined|null|none|nan)(?:\Z|(?={_BETWEEN}))|\[object |\{{\{{|\}}\}}|\$\{{|<%"
    rf"|{_SHEET_ERROR}",
    re.IGNORECASE,
)
number = numerals.number
_LARGEST_EXACT = 2**53
_EARLIEST = 1_230_768_000  # 2009, the year of WhatsApp
_FINER = ((10**17, 10**9), (10**14, 10**6), (10**11, 10**3))
"""From which size on a time is counted in nano-, micro- or milliseconds, and how many of these a second has."""
_TRUE = frozenset({"true", "1", "yes"})
_ADDRESSES = ("src", "url", "link", "href", "imageUrl", "image_url")


def clean(text: str) -> str:
    """The text without what can't be stored or shown, or turns its surroundings round; line breaks and tabs stay."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", _TURNS_ROUND.sub("", _UNPRINTABLE.sub("", text))).strip()


def is_visible(text: str) -> bool:
    """Whether there is anything to be seen in the text."""
    return any(map(_shows, text))


def _shows(character: str) -> bool:
    if character.isascii():
        return "!" <= character <= "~"
    if character in _BLANK or "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return False
    return unicodedata.category(character) not in _INVISIBLE


def is_placeholder(text: str) -> bool:
    """Whether the whole text stands for a value that was lost."""
    text = text.strip()
    return text in _WRITTEN or _WHOLE.match(text) is not None


def lost_in_an_id(order_id: str) -> str | None:
    """Why this can be no order's id, though it is a text: what it shows of a value that was lost, in words.

    Stricter than for other texts: `order-undefined` is what the next order without an id will be called as well.
    """
    if _ENDS_ROUNDED.search(order_id):
        return "a number that a spreadsheet has rounded"
    if _IN_AN_ID.search(order_id):
        return "what a tool writes where it has lost a value"
    return None


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
