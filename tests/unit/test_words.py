"""The words that are written into tabs: in each language they can be told apart, found again, and typed."""

import pytest

from connector.language import LANGUAGES, Language, gettext, speaking
from connector.models import Shown
from connector.sheets import tags
from connector.sheets.columns import COLUMNS, Tab, tab_titles
from connector.sheets.summary.listed import listed_statuses
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


def test_the_words_of_a_tabs_tag_count_whatever_another_version_says() -> None:
    of_before = ("Neu", "Bestätigt", "Eingetütet", "Unterwegs", "Erledigt", "Verpackt")

    assert state_of("eingetu\u0308tet ", of_before) == "packed"
    assert [state_of(word, of_before) for word in ("Verpackt", "Storniert", "Packed")] == [
        "cancelled",
        "cancelled",
        "packed",
    ]
    assert state_of("Unterwegs") is None


OWN = ("New", "yes", "boxed", "on its way", "over", "no")
LIST = ["How far", "Word", *OWN, "the rest"]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["", "Turnover today", 9.5, "", *LIST, "", "Turnover", "Currency", "EUR"], OWN),
        (["", *LIST], OWN),
        ([*LIST[:4], "a line more", *LIST[4:]], None),
        ([*LIST[:4], "", *LIST[5:]], None),
        ([*LIST[:2], "New", "yes", "Sent", "boxed", "over", "no", "the rest"], None),
        ([*LIST[:2], "New", "yes", "boxed", "over", "over", "no", "the rest"], None),
        (["A note", "of the", "merchant's", "", *LIST], None),
        ([], None),
    ],
)
def test_the_words_of_summarys_list_are_known_where_it_stands_whole(
    names: list[object], found: tuple[str, ...] | None
) -> None:
    assert listed_statuses(names, ENGLISH_WORDS) == found
