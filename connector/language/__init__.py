"""The languages that shop owners read: which there are, which one is spoken at present, and its texts.

Whoever works for a shop says so once, `with speaking(language)`; what is written below in that thread comes out in it.
"""

from connector.language.languages import ENGLISH, LANGUAGES, Language, of_locale, parse_language
from connector.language.speaking import gettext, in_each_language, marked, ngettext, pgettext, speaking, spoken

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Language",
    "gettext",
    "in_each_language",
    "marked",
    "ngettext",
    "of_locale",
    "parse_language",
    "pgettext",
    "speaking",
    "spoken",
]
