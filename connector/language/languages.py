"""The languages that there are texts for, and how people name them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """One of them."""

    tag: str
    """As `LANGUAGE` and HTML name it: BCP 47, such as `pt-BR`."""
    name: str
    """As its speakers name it."""
    is_right_to_left: bool = False

    @property
    def locale(self) -> str:
        """As gettext, Babel and Google's spreadsheets name it, such as `pt_BR`."""
        return self.tag.replace("-", "_")


ENGLISH = Language("en", "English")
LANGUAGES = (
    ENGLISH,
    Language("es", "Español"),
    Language("pt-BR", "Português (Brasil)"),
    Language("id", "Bahasa Indonesia"),
    Language("hi", "हिन्दी"),
    Language("ar", "العربية", is_right_to_left=True),
    Language("de", "Deutsch"),
    Language("fr", "Français"),
)
_BY_PRIMARY = {language.tag.partition("-")[0]: language for language in LANGUAGES} | {"in": LANGUAGES[3]}
"""By the first part of a tag. `in` is what Indonesian was called, and what old systems still say."""


def of_locale(locale: str | None) -> Language | None:
    """The language of a locale such as `es_MX`, `pt-PT` or `ar`; None where there are no texts in it."""
    primary = (locale or "").strip().replace("-", "_").partition("_")[0].partition(".")[0].lower()
    return _BY_PRIMARY.get(primary)


def of_environment(environ: Mapping[str, str]) -> Language | None:
    """The language of who types commands, as the machine's locale has it; None where it says none that there is."""
    locale = next((text for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (text := environ.get(name))), None)
    return of_locale(locale)


def parse_language(text: str) -> Language | None:
    """Reads `LANGUAGE`; None stands for not set. Raises ValueError with a sentence about `it`.

    Many systems have a variable of that name for themselves: a list such as `pt_BR:pt:en`, the best first. Of such a
    list the first counts that there are texts in, and one of other languages only says nothing.
    """
    if ":" in text:
        return next((language for part in text.split(":") if (language := of_locale(part)) is not None), None)
    language = of_locale(text)
    if language is None:
        known = ", ".join(language.tag for language in LANGUAGES)
        raise ValueError(f"it is no language that there are texts in. Set one of {known}.")
    return language
