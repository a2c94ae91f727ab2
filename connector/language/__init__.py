"""The languages that shop owners read: which there are, which one is spoken at present, and its texts.

Whoever works for a shop says so once, `with speaking(language)`; what is written below in that thread comes out in it.
"""

from connector.language.languages import ENGLISH, LANGUAGES, Language, of_environment, of_locale, parse_language
from connector.language.numbers import counted, number
from connector.language.shop import ShopLanguage
from connector.language.speaking import (
    gettext,
    in_each_language,
    in_same_language,
    marked,
    ngettext,
    pgettext,
    speak,
    speaking,
    spoken,
)

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Language",
    "ShopLanguage",
    "counted",
    "gettext",
    "in_each_language",
    "in_same_language",
    "marked",
    "ngettext",
    "number",
    "of_environment",
    "of_locale",
    "parse_language",
    "pgettext",
    "speak",
    "speaking",
    "spoken",
]
