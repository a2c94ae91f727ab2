"""Which language is meant, and that each thread speaks its own."""

import threading

import pytest

from connector.language import ENGLISH, LANGUAGES, of_locale, parse_language, speaking, spoken

BY_TAG = {language.tag: language for language in LANGUAGES}


@pytest.mark.parametrize(
    ("named", "tag"),
    [
        ("en", "en"),
        ("pt-BR", "pt-BR"),
        ("pt_PT", "pt-BR"),
        ("es_419", "es"),
        (" DE_at ", "de"),
        ("in_ID", "id"),
        ("ar-EG", "ar"),
    ],
)
def test_a_locale_has_the_language_of_its_first_part(named: str, tag: str) -> None:
    assert parse_language(named) == of_locale(named) == BY_TAG[tag]


@pytest.mark.parametrize("named", ["", "ja_JP", "portuguese", None])
def test_a_locale_without_texts_has_no_language(named: str | None) -> None:
    assert of_locale(named) is None


def test_a_language_without_texts_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"it is 'klingon'.*Set one of en, es, pt-BR, id, hi, ar, de, fr"):
        parse_language("klingon")


def test_each_thread_speaks_its_own_language_and_english_if_nobody_said_anything() -> None:
    heard = []
    with speaking(BY_TAG["ar"]):
        thread = threading.Thread(target=lambda: heard.append(spoken()))
        thread.start()
        thread.join()
        heard.append(spoken())
    assert [*heard, spoken()] == [ENGLISH, BY_TAG["ar"], ENGLISH]
