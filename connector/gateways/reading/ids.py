"""The ids of orders, people and chats.

A LID (`…@lid`), a group, a channel and a business user id are no numbers that one could call, though some look like
one: who wrote to `wa.me/` with its digits would write to a stranger.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connector.gateways.reading import fields
from connector.gateways.reading.lengths import LONGEST_ID
from connector.gateways.reading.placeholders import lost_in_an_id
from connector.gateways.reading.visible import without_invisible
from connector.gateways.reading.wording import came, kind
from connector.language import gettext as _

FEWEST_DIGITS, MOST_DIGITS = 7, 15
"""Of a number in the international form (E.164 allows fifteen)."""
LID = "lid"
_OF_NUMBERS = frozenset({"s.whatsapp.net", "c.us"})
_JID = re.compile(r"([^\s@:/]{1,64}?)(?:_\d{1,3}|(?<=\d)\.\d{1,3}(?=:))?(?::\d{1,5})?@([A-Za-z][A-Za-z.]{1,30})\Z")
"""User, agent and device, and server: `4915550001111:12@s.whatsapp.net`, `4915550001111.0:12@s.whatsapp.net`."""
_NO_CHATS = frozenset({"broadcast"})
"""What one can write to, but not to answer somebody: his answer would be read by all."""
_BEFORE_A_NUMBER = re.compile(r"\A(?:[=']|tel:|whatsapp:|(?:https?://)?wa\.me/)+", re.IGNORECASE)
"""What makes a spreadsheet keep a number as it is, and what makes a link of it."""
_FRACTION = re.compile(r"\.0+\Z")
"""Of a number that was kept as an amount: `4915550001111.0`."""
_WRITTEN = re.compile(r"\+?[\d\s().\-/\u00a0\u2009\u202f\u2010-\u2013\u200e\u200f]{7,40}\Z", re.ASCII)
_MEANINGFUL = re.compile(r"\w")
_BREAK = re.compile(r"[\t\n\u2028\u2029]")
_ROUNDED_FROM = 1e11
_LAST_DIGITS = 10**5


def phone(*candidates: Any) -> str | None:
    """The digits of the first candidate that is a phone number; None if none of them is.

    A bare number that stands as a LID among the candidates is none.
    """
    texts = [(text, _split(text)) for text in map(_text, candidates) if text]
    lids = {parts[0] for _unused, parts in texts if parts is not None and parts[1].endswith(LID)}
    found = (digits for text, parts in texts if (digits := _digits(text, parts)) is not None)
    return next((digits for digits in found if digits not in lids), None)


def lids(part: Mapping[str, Any]) -> Iterator[str]:
    """The LIDs among an object's fields, whatever these are called: what has the same digits is no number."""
    return (
        value
        for value in part.values()
        if isinstance(value, str) and "@" in value and value.strip().lower().endswith(f"@{LID}")
    )


def chat_id(*candidates: Any) -> str | None:
    """The first candidate that names a chat, without the device that somebody wrote from."""
    for text in filter(None, map(_text, candidates)):
        if (parts := _split(text)) is not None:
            if parts[1] not in _NO_CHATS:
                return f"{parts[0]}@{parts[1]}"
            continue
        if (digits := _digits(text, None)) is not None:
            return digits
    return None


def _split(text: str) -> tuple[str, str] | None:
    match = _JID.match(text)
    return None if match is None else (match[1], match[2].lower())


def _text(candidate: Any) -> str | None:
    text = fields.plain(candidate)
    return None if text is None else _BEFORE_A_NUMBER.sub("", without_invisible(text))


def _digits(text: str, parts: tuple[str, str] | None) -> str | None:
    """`parts`: what `_split` makes of the text."""
    if parts is not None:
        user, server = parts
        if server not in _OF_NUMBERS:
            return None
        text = user.removeprefix("+")
        return text if text.isascii() and text.isdigit() and FEWEST_DIGITS <= len(text) <= MOST_DIGITS else None
    bare = re.sub(r":\d{1,5}\Z", "", text)
    if (whole := _FRACTION.sub("", bare)).isdigit():
        bare = whole
    if not _WRITTEN.match(bare):
        return None
    digits = "".join(sign for sign in bare if sign.isdigit()).removeprefix("00")
    return digits if FEWEST_DIGITS <= len(digits) <= MOST_DIGITS else None


def order_id(value: Any) -> str | None:
    """The id as a text, without what can't be seen in it: copied from somewhere, it must stay the same id."""
    text = fields.plain(value)
    return None if text is None else without_invisible(text)


def is_order_id(text: str) -> bool:
    """Whether this can stand in a URL, in a line of the log and in a cell of its own: on one line, short, and with a
    letter or digit in it."""
    return len(text) <= LONGEST_ID and _MEANINGFUL.search(text) is not None and _BREAK.search(text) is None


def wrong_order_id(value: Any) -> str | None:
    """What is wrong with what came as an order's id, in a sentence; None if it is one."""
    if (sentence := why_lost(value)) is not None:
        return sentence
    if is_order_id(order_id(value) or ""):
        return None
    return f"An order id is a text of 1 to {LONGEST_ID} characters; {kind(value)} came."


def why_lost(value: Any) -> str | None:
    """Why this is no order's id but what came of one on the way, in a sentence with the remedy; None if it isn't so."""
    if isinstance(value, float) and value >= _ROUNDED_FROM and value % _LAST_DIGITS == 0:
        lost: str | None = "a number that a spreadsheet has rounded"
    else:
        text = order_id(value)
        # One that is too long is none, whatever stands in it.
        lost = None if text is None or len(text) > LONGEST_ID else lost_in_an_id(text)
    if lost is None:
        return None
    remedy = (
        _("Format its column as plain text.")
        if "rounded" in lost
        else _("See that the field is mapped to the order's id.")
    )
    return f"Expected the order's id; {came(value)} came, {lost}. {remedy}"
