"""Tells phone numbers from the other ids that WhatsApp has for people and chats.

A LID (`…@lid`), a group, a channel and a business user id are no numbers that one could call, though some look like
one: who wrote to `wa.me/` with its digits would write to a stranger.
"""

import re
from typing import Any

from connector.gateways.reading import fields

FEWEST_DIGITS, MOST_DIGITS = 7, 15
"""Of a number in the international form (E.164 allows fifteen)."""
LID = "lid"
_OF_NUMBERS = frozenset({"s.whatsapp.net", "c.us"})
_JID = re.compile(r"([^\s@:/]{1,64}?)(?:_\d{1,3})?(?::\d{1,5})?@([a-z][a-z.]{1,30})\Z")
"""User, agent and device, and server: `4915550001111:12@s.whatsapp.net`."""
_WRITTEN = re.compile(r"\+?[\d\s().\-/\u00a0\u2010-\u2013\u200e\u200f]{7,40}\Z", re.ASCII)


def phone(*candidates: Any) -> str | None:
    """The digits of the first candidate that is a phone number; None if none of them is.

    A bare number that stands as a LID among the candidates is none.
    """
    texts = [text for candidate in candidates if (text := fields.plain(candidate)) is not None]
    lids = {user for user, server in filter(None, map(_split, texts)) if server == LID}
    return next((digits for text in texts if (digits := _digits(text)) is not None and digits not in lids), None)


def chat_id(*candidates: Any) -> str | None:
    """The first candidate that names a chat, without the device that somebody wrote from."""
    for candidate in candidates:
        text = fields.plain(candidate)
        if text is None:
            continue
        if (parts := _split(text)) is not None:
            return f"{parts[0]}@{parts[1]}"
        if (digits := _digits(text)) is not None:
            return digits
    return None


def _split(text: str) -> tuple[str, str] | None:
    match = _JID.match(text)
    return None if match is None else (match[1], match[2])


def _digits(text: str) -> str | None:
    parts = _split(text)
    if parts is not None:
        user, server = parts
        if server not in _OF_NUMBERS:
            return None
        text = user.removeprefix("+")
        return text if text.isascii() and text.isdigit() and FEWEST_DIGITS <= len(text) <= MOST_DIGITS else None
    bare = re.sub(r":\d{1,5}\Z", "", text)
    if not _WRITTEN.match(bare):
        return None
    digits = "".join(sign for sign in bare if sign.isdigit()).removeprefix("00")
    return digits if FEWEST_DIGITS <= len(digits) <= MOST_DIGITS else None
