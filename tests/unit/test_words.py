"""The words that are written into tabs: in each language they can be told apart, found again, and typed."""

import pytest

from connector.language import LANGUAGES, Language, gettext, speaking
from connector.models import Shown
from connector.sheets import tags
from connector.sheets.columns import COLUMNS, Tab, tab_titles
from connector.sheets.words import ENGLISH_WORDS, STATES, read_words, shown_by, state_of, words_in

EACH = [pytest.param(language, id=language.tag) for language in LANGUAGES]


@pytest.mark.parametrize("language", EACH)
def test_each_word_means_one_thing(language: Language) -> None:
    words = words_in(language)

    assert [state_of(f"{word.upper()} ") for word in words.statuses] == list(STATES)
    assert [shown_by(f"{words.of(shown)} · 1") for shown in Shown] == list(Shown)
    assert state_of("my own word") is None


@pytest.mark.parametrize("language", EACH)
def test_a_word_that_is_typed_stays_a_text(language: Language) -> None:
    """What takes the place of another text is taken as if it had been typed: no number, no date, no formula."""
    words = words_in(language)

    for word in (*words.statuses, *map(words.of, Shown)):
        assert word[0].isalpha()
        assert word.isprintable()
        assert not any(sign.isnumeric() for sign in word)


@pytest.mark.parametrize("tab", list(Tab))
@pytest.mark.parametrize("language", EACH)
def test_no_two_columns_of_a_tab_have_the_same_title(language: Language, tab: Tab) -> None:
    with speaking(language):
        titles = [gettext(column.title).casefold() for column in COLUMNS[tab]]

    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("language", EACH)
def test_the_tabs_have_names_of_their_own(language: Language) -> None:
    with speaking(language):
        names = [tab_titles({}, tab)[0].casefold() for tab in Tab] + [gettext("Summary").casefold()]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("language", EACH)
def test_a_tag_keeps_the_words_for_its_own_tab_alone(language: Language) -> None:
    words = words_in(language)
    value = tags.create_words_tag(7, words)["createDeveloperMetadata"]["developerMetadata"]["metadataValue"]

    assert (tags.words_in_tag(value, 7), tags.words_in_tag(value, 77)) == (words, None)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"statuses": 1}', ENGLISH_WORDS.as_text().replace('"Sent", ', "")])
def test_a_tag_that_was_changed_is_none(text: str) -> None:
    assert read_words(text) is None
