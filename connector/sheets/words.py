"""The words that the program writes into a tab of orders and looks for again: the states of the merchant's list, and
how an order's items stand.

A tab keeps the words that it was made with, whatever LANGUAGE says later and however the catalogs change: they stand in
a tag on it. A tab without that tag has the English ones, as all have that were made before there were others.
"""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache, lru_cache
from typing import Any

from connector.language import ENGLISH, LANGUAGES, Language, of_locale, pgettext, speaking, spoken
from connector.models import Shown

NEW = "new"
STATES = (NEW, "confirmed", "packed", "sent", "done", "cancelled")
"""What the words of the merchant's list stand for, in their order."""


@dataclass(frozen=True, slots=True)
class Words:
    """Those of one tab."""

    language: str
    statuses: tuple[str, ...]
    """What the column `Status` offers, one for each of `STATES`. The merchant may write anything else."""
    waiting: str
    complete: str
    unavailable: str

    @property
    def first_status(self) -> str:
        """What the column `Status` begins with. From then on it is the merchant's, and never written again."""
        return self.statuses[0]

    @property
    def is_english(self) -> bool:
        return self.language == ENGLISH.tag

    @property
    def spoken(self) -> Language:
        """The language that the tab was made in."""
        return of_locale(self.language) or ENGLISH

    def of(self, shown: Shown) -> str:
        """How the items stand, in a word."""
        return {Shown.WAITING: self.waiting, Shown.COMPLETE: self.complete, Shown.UNAVAILABLE: self.unavailable}[shown]

    def as_text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def read_words(text: str) -> Words | None:
    """The words as they stand in a tab's tag; None for what can't be understood."""
    try:
        found: dict[str, Any] = json.loads(text)
        words = Words(**{**found, "statuses": tuple(found["statuses"])})
    except (ValueError, TypeError, KeyError):
        return None
    all_words = [getattr(words, field.name) for field in fields(Words) if field.name != "statuses"]
    is_whole = len(words.statuses) == len(STATES) and all(
        isinstance(word, str) and word for word in (*all_words, *words.statuses)
    )
    return words if is_whole else None


def words_spoken() -> Words:
    """Those for a tab that is made in the language that is spoken."""
    return words_in(spoken())


@cache
def words_in(language: Language) -> Words:
    with speaking(language):
        return Words(
            language.tag,
            (
                pgettext("status of an order", "New"),
                pgettext("status of an order", "Confirmed"),
                pgettext("status of an order", "Packed"),
                pgettext("status of an order", "Sent"),
                pgettext("status of an order", "Done"),
                pgettext("status of an order", "Cancelled"),
            ),
            # Translators: the order's items; followed by · and the order's id
            pgettext("items of an order", "waiting"),
            pgettext("items of an order", "complete"),
            pgettext("items of an order", "unavailable"),
        )


ENGLISH_WORDS = words_in(ENGLISH)
FIRST_STATUSES = frozenset(words_in(language).first_status for language in LANGUAGES)


def state_of(status: str, *lists: tuple[str, ...]) -> str | None:
    """Which of `STATES` a merchant means by a word; None for one that is in no list.

    `lists`: words for each of the states, as the tab's tag has them or the merchant; the first counts most. After them
    come the words of all languages, of which another version may have others.
    """
    word = _plain(status)
    found = (_of_list(words).get(word) for words in (*lists, *_of_languages()))
    return next((state for state in found if state is not None), None)


def _plain(word: str) -> str:
    """However it is typed: letters with marks can be, in two ways."""
    return unicodedata.normalize("NFC", word.strip().casefold())


@lru_cache(maxsize=512)
def _of_list(words: tuple[str, ...]) -> Mapping[str, str]:
    return {_plain(word): state for word, state in zip(words, STATES, strict=True)}


@cache
def _of_languages() -> tuple[tuple[str, ...], ...]:
    return tuple(words_in(language).statuses for language in LANGUAGES)


def shown_by(text: str, words: Words = ENGLISH_WORDS) -> Shown | None:
    """What the text of the column `Items` says of the items, in whatever language; None where it says nothing."""
    for known in (words, *map(words_in, LANGUAGES)):
        for shown in Shown:
            if text.startswith(known.of(shown)):
                return shown
    return None
