"""Tabs in the language of a shop: made in it, found again in it, and kept in it whatever LANGUAGE says later."""

from typing import Any

import pytest

from connector.language import LANGUAGES, gettext, speaking
from connector.sheets.areas import letters
from connector.sheets.columns import COLUMNS, Tab, tab_titles
from connector.sheets.summary.layout import NAME, STATES
from connector.sheets.words import words_in
from tests.merchant.book import Book, index_of, products

BY_TAG = {language.tag: language for language in LANGUAGES}
STATUS, ITEMS, PRODUCTS = index_of("status"), index_of("items"), index_of("products")


def set_locale(book: Book, locale: str) -> None:
    """The spreadsheet's owner has chosen it, and the service has seen that."""
    book.google.spreadsheets[book.spreadsheet_id].content.locale = locale
    book.shop.service.context.language.saw(locale)


def row_of(book: Book, tab: str, order_id: str) -> list[Any]:
    return next(row for row in book.values(tab) if row and row[0] == order_id)


@pytest.mark.parametrize(("locale", "tag"), [("pt_BR", "pt-BR"), ("ar_EG", "ar")])
def test_a_shops_tabs_are_in_its_language_for_good(empty_book: Book, locale: str, tag: str) -> None:
    book, words = empty_book, words_in(BY_TAG[tag])
    with speaking(BY_TAG[tag]):
        orders, items = (tab_titles({}, tab)[0] for tab in Tab)
        summary = gettext("Summary")
        titles = {tab: [gettext(column.title) for column in COLUMNS[tab]] for tab in Tab}
    set_locale(book, locale)

    waiting = book.an_order_waits()
    book.shop.wait_for_the_summary()

    assert book.google.titles(book.spreadsheet_id)[-3:] == [orders, items, summary]
    assert "Orders" not in {orders, items}
    assert [book.values(orders)[0], book.values(items)[0]] == [titles[Tab.ORDERS], titles[Tab.ITEMS]]
    row = row_of(book, orders, waiting.order_id)
    assert (row[STATUS], row[ITEMS]) == (words.first_status, f"{words.waiting} · {waiting.order_id}")
    assert [bool(book.sheet(title).properties.get("rightToLeft")) for title in (orders, items, summary)] == [
        tag == "ar"
    ] * 3
    assert [row[NAME] for row in book.values(summary)[STATES + 1 : STATES + 7]] == list(words.statuses)

    # What the merchant renames, and another language of the spreadsheet, are no obstacle to what is written later.
    book.merchant.set_cell(orders, 0, "A", "mine")
    book.merchant.set_cell(orders, 1, letters(STATUS), "my word")
    book.merchant.rename_tab(orders, "Mine")
    set_locale(book, "de_DE")
    book.items_can_be_fetched(waiting)
    (later,) = book.send_and_wait()

    first, second = (row_of(book, "Mine", order.order_id) for order in (waiting, later))
    assert (first[STATUS], first[ITEMS], first[PRODUCTS]) == ("my word", words.complete, products(waiting))
    assert (second[STATUS], second[ITEMS]) == (words.first_status, words.complete)
    assert book.google.titles(book.spreadsheet_id)[-3:] == ["Mine", items, summary]
    assert book.values("Mine")[0] == ["mine", *titles[Tab.ORDERS][1:]]


def test_tabs_in_english_stay_so_when_the_shop_speaks_another_language(book: Book) -> None:
    set_locale(book, "de_DE")

    book.an_order_arrives()


def test_a_tab_that_has_lost_its_tags_is_known_by_its_titles_in_any_language(empty_book: Book) -> None:
    book, words = empty_book, words_in(BY_TAG["es"])
    set_locale(book, "es_MX")
    waiting = book.an_order_waits()
    book.shop.wait_for_the_summary()
    book.edit(lambda draft: draft.content.metadata.clear())
    set_locale(book, "en_US")

    book.items_can_be_fetched(waiting)

    assert book.google.titles(book.spreadsheet_id)[-3:] == ["Pedidos", "Artículos", "Resumen"]
    assert row_of(book, "Pedidos", waiting.order_id)[ITEMS] == words.complete
