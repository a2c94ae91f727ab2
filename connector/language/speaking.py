"""Texts in the language that is spoken at present, as gettext's functions give them.

A text is looked up where it is made, not where it is shown: what the store keeps stays in the language of its time.
Who says nothing speaks English.
"""

import gettext as catalogs
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import ParamSpec, TypeVar

from connector.language.languages import ENGLISH, LANGUAGES, Language

P = ParamSpec("P")
T = TypeVar("T")
DOMAIN = "connector"
CATALOGS = Path(__file__).with_name("catalogs")
_spoken: ContextVar[Language] = ContextVar("language", default=ENGLISH)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """What this thread says meanwhile is in that language. A thread that it starts meanwhile speaks English."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def speak(language: Language) -> None:
    """As `speaking`, up to the end of the one around it, in which it turns out only now whose language that is."""
    _spoken.set(language)


def in_same_language(run: Callable[P, T]) -> Callable[P, T]:
    """For a thread that is started now: what it says is in the language that is spoken here."""
    language = spoken()

    def speaking_it(*arguments: P.args, **named: P.kwargs) -> T:
        with speaking(language):
            return run(*arguments, **named)

    return speaking_it


def spoken() -> Language:
    """The language that is spoken at present."""
    return _spoken.get()


def gettext(message: str) -> str:
    """The text in the language that is spoken; the English one where it has none. `message` is a literal, since the
    catalogs are made from the code; what is to be put in has a name in braces, and is put in by `format` afterwards."""
    return _catalog(_spoken.get()).gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    """The form for `count` things. Some languages have two of them, and Arabic has six."""
    return _catalog(_spoken.get()).ngettext(one, many, count)


def pgettext(context: str, message: str) -> str:
    """As `gettext`, for a word that means different things in different places: `context` says where it stands."""
    return _catalog(_spoken.get()).pgettext(context, message)


def marked(message: str) -> str:
    """A text that is defined here and looked up elsewhere: only marks it for the catalogs."""
    return message


def in_each_language(message: str) -> frozenset[str]:
    """The text in all the languages, English among them."""
    return frozenset(_catalog(language).gettext(message) for language in LANGUAGES)


@cache
def _catalog(language: Language) -> catalogs.NullTranslations:
    if language is ENGLISH:
        return catalogs.NullTranslations()
    return catalogs.translation(DOMAIN, CATALOGS, [language.locale], fallback=True)
