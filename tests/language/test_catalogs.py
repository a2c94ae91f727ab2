"""The catalogs have every text of the code, in every language, with the same things to be put in."""

import re
from collections.abc import Iterator
from string import Formatter

import pytest
from babel.messages.catalog import Message

from connector.language import ENGLISH, LANGUAGES, Language
from connector.language.speaking import CATALOGS, DOMAIN
from scripts.translations import as_mo, as_po, po_file, read, template

OTHERS = [language for language in LANGUAGES if language is not ENGLISH]
EACH = pytest.mark.parametrize("language", OTHERS, ids=lambda language: language.tag)
PERCENT = re.compile(r"%\((\w+)\)[sd]|%%")


def placeholders(text: str) -> set[str]:
    """`{name}` of Python's format, with how it is to be written, and `%(name)s` of the templates."""
    fields = {f"{name}!{how}:{form}" for _, name, form, how in Formatter().parse(text) if name is not None}
    return fields | {found[0] for found in PERCENT.finditer(text)}


def forms(message: Message) -> Iterator[tuple[str, str]]:
    """Each translated form, with the English one that it stands for."""
    if isinstance(message.id, str):
        yield message.id, str(message.string)
        return
    one, many, *_ = message.id
    strings = tuple(message.string or ())
    for number, form in enumerate(strings):
        yield (one if number == 0 and len(strings) > 1 else many), form


def test_the_catalogs_have_what_the_code_marks_and_no_text_lacks_a_translation() -> None:
    marked = template()
    wanted = {(message.context, message.id) for message in marked if message.id}

    assert (CATALOGS / f"{DOMAIN}.pot").read_bytes() == as_po(marked), "Run make translations."
    for language in OTHERS:
        has = {(message.context, message.id): message for message in read(language) if message.id}
        empty = [id_ for (_, id_), message in has.items() if not all(form.strip() for _, form in forms(message))]
        fuzzy = [message.id for message in has.values() if message.fuzzy]
        assert (language.tag, has.keys() ^ wanted, empty, fuzzy) == (language.tag, set(), [], []), (
            "Run make translations."
        )


@EACH
def test_a_translation_has_the_placeholders_of_its_text(language: Language) -> None:
    others = [
        (english, form)
        for message in read(language)
        if message.id
        for english, form in forms(message)
        # A form for one, or for two, may say so in a word.
        if not (
            placeholders(form) == placeholders(english) or (isinstance(message.id, tuple) and says_it(english, form))
        )
    ]
    assert others == []


def says_it(english: str, form: str) -> bool:
    """Whether all that the form lacks is the number."""
    return placeholders(english) - placeholders(form) <= {
        "count",
        "count!None:",
        "count!None:,",
        "%(num)s",
        "%(count)s",
    }


@EACH
def test_what_the_service_reads_is_made_from_what_is_edited(language: Language) -> None:
    assert po_file(language).with_suffix(".mo").read_bytes() == as_mo(read(language)), "Run make translations."


@EACH
@pytest.mark.parametrize("end", [", and run setup again.", "It will be tried again."])
def test_what_is_taken_off_the_end_of_a_sentence_is_its_end_in_each_language(language: Language, end: str) -> None:
    """Another end is put in its place, where somebody is there who can be asked, or the next try is a person's."""
    catalog = read(language)
    text = {message.id: str(message.string) for message in catalog if isinstance(message.id, str)}
    whole = [english for english in text if english.endswith(end) and english != end]
    assert len(whole) > 1
    assert [english for english in whole if not text[english].endswith(text[end])] == []
