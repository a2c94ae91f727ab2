"""Which language is meant, and that each thread speaks its own."""

import threading

import pytest

from connector.language import (
    ENGLISH,
    LANGUAGES,
    ShopLanguage,
    in_same_language,
    of_environment,
    of_locale,
    parse_language,
    speak,
    speaking,
    spoken,
)

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
        ("hi_IN.UTF-8", "hi"),
    ],
)
def test_a_locale_has_the_language_of_its_first_part(named: str, tag: str) -> None:
    assert parse_language(named) == of_locale(named) == BY_TAG[tag]


@pytest.mark.parametrize("named", ["", "ja_JP", "portuguese", None])
def test_a_locale_without_texts_has_no_language(named: str | None) -> None:
    assert of_locale(named) is None


def test_a_language_without_texts_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"it is no language .*Set one of en, es, pt-BR, id, hi, ar, de, fr"):
        parse_language("klingon")


def test_each_thread_speaks_its_own_language_and_english_if_nobody_said_anything() -> None:
    heard = []
    with speaking(BY_TAG["ar"]):
        thread = threading.Thread(target=lambda: heard.append(spoken()))
        thread.start()
        thread.join()
        heard.append(spoken())
    assert [*heard, spoken()] == [ENGLISH, BY_TAG["ar"], ENGLISH]


def test_a_list_of_the_systems_own_means_the_first_that_there_are_texts_in() -> None:
    assert parse_language("ja_JP:pt_BR:de") == BY_TAG["pt-BR"]
    assert parse_language("ja:zh") is None


def test_what_a_thread_is_given_along_is_the_language_of_its_beginning() -> None:
    heard = []
    with speaking(BY_TAG["hi"]):
        run = in_same_language(lambda: heard.append(spoken()))
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert heard == [BY_TAG["hi"]]


def test_a_shop_speaks_as_it_is_set_or_else_as_its_spreadsheet_was_last_seen() -> None:
    by_sheet, as_set = ShopLanguage(), ShopLanguage(BY_TAG["de"])
    said = [by_sheet.current]
    for locale in ("pt_BR", None, "ja_JP", "ar"):
        by_sheet.saw(locale)
        as_set.saw(locale)
        said.append(by_sheet.current)
    assert said == [ENGLISH, BY_TAG["pt-BR"], BY_TAG["pt-BR"], ENGLISH, BY_TAG["ar"]]
    assert as_set.current == BY_TAG["de"]


def test_what_is_said_while_another_language_is_found_out_ends_with_what_is_around_it() -> None:
    with speaking(BY_TAG["de"]):
        speak(BY_TAG["fr"])
        assert spoken() == BY_TAG["fr"]
    assert spoken() == ENGLISH


@pytest.mark.parametrize(
    ("environ", "tag"),
    [
        ({"LC_ALL": "", "LANG": "de_DE.UTF-8"}, "de"),
        ({"LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"}, None),
        ({"LC_MESSAGES": "es_MX", "LANG": "de_DE"}, "es"),
        ({}, None),
    ],
)
def test_the_machines_language_is_its_locales(environ: dict[str, str], tag: str | None) -> None:
    assert of_environment(environ) == (None if tag is None else BY_TAG[tag])
