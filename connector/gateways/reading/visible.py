"""Which characters of a text can be seen.

A name of nothing but invisible ones is no name, whatever its length says; and some of them turn round what stands
behind them, also in the sentence into which somebody puts the name.
"""

import re
import unicodedata

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_TURNS_ROUND = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates. The marks U+200E and U+200F stay: they turn nothing but themselves."""
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Fillers, selectors and the like that Unicode counts as letters, marks or symbols."""
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Zs", "Zl", "Zp"})
_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_PRINTABLE_AND_UNSEEN = _BLANK | _SELECTORS
"""All that is printable by Unicode's categories, and still shows nothing."""


def clean(text: str) -> str:
    """The text without what can't be stored or shown, or turns its surroundings round; line breaks and tabs stay."""
    if text.isprintable():
        return text.strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", _TURNS_ROUND.sub("", _UNPRINTABLE.sub("", text))).strip()


def without_invisible(text: str) -> str:
    """The text without what can't be seen in it, but for the blanks between its words."""
    if text.isascii() or (text.isprintable() and _PRINTABLE_AND_UNSEEN.isdisjoint(text)):
        return text.strip()
    return "".join(sign for sign in text if sign.isspace() or _shows(sign)).strip()


def is_visible(text: str) -> bool:
    """Whether there is anything to be seen in the text."""
    return "!" <= text[:1] <= "~" or any(map(_shows, text))


def _shows(character: str) -> bool:
    if character.isascii():
        return "!" <= character <= "~"
    return character not in _PRINTABLE_AND_UNSEEN and unicodedata.category(character) not in _INVISIBLE
