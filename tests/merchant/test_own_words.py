"""The merchant has words of his own for the statuses, in the rows and in Summary's list: what is counted, what is to be
prepared and what customers are told go by them."""

from datetime import date
from typing import Any

import pytest

from connector.language import LANGUAGES, speaking
from connector.runtime.clients import sheets_api
from connector.runtime.spreadsheet import build_workbook
from connector.sheets import tags
from connector.sheets.areas import cell, letters
from connector.sheets.columns import Tab, tab_titles
from connector.sheets.statuses import MerchantStatus, StatusReader, read_statuses
from connector.sheets.summary.layout import CURRENCIES, FIGURES, FIRST, FOURTH, NAME, RECEIVED, STATES, TURNOVER
from connector.sheets.words import STATES as MEANINGS
from connector.sheets.words import words_in
from connector.sheets.workbook import Workbook
from sandbox.google.calculate.sheet import Calculation
from sandbox.google.draft import Draft
from sandbox.google.grid import Formula
from tests.merchant.book import Book, index_of

BY_TAG = {language.tag: language for language in LANGUAGES}
STATUS, TOTAL, CURRENCY = index_of("status"), index_of("total"), index_of("currency")
OWN = "Nicht mehr gewünscht"
CANCELLED = STATES + 1 + MEANINGS.index("cancelled")
Count = tuple[Any, ...]


def workbook(book: Book) -> Workbook:
    """As a command of its own has one, beside the service."""
    settings, service = book.shop.settings, book.shop.service
    return build_workbook(
        settings, service.database, sheets_api(settings), service.clock, language=service.context.language
    )


def counted(book: Book, summary: str) -> tuple[list[Count], Any, list[Count]]:
    """What the summary shows: how many orders have each status, how many are open, and the turnover of all days."""
    content = book.google.spreadsheets[book.spreadsheet_id].content
    sheet, calculation = book.sheet(summary), Calculation(content, date(2026, 11, 30))

    def line(row: int, *columns: int) -> Count:
        return tuple(calculation.value(sheet, row, column) for column in columns)

    money = [line(TURNOVER + 1 + number, NAME, FOURTH) for number in range(CURRENCIES)]
    return (
        [line(STATES + 1 + number, NAME, FIRST) for number in range(len(MEANINGS) + 1)],
        line(FIGURES, RECEIVED)[0],
        sorted((currency, pytest.approx(total)) for currency, total in money if currency),
    )


def expected(book: Book, orders: str, statuses: tuple[str, ...], other: str) -> tuple[list[Count], Any, list[Count]]:
    """The same, from the rows."""
    rows = book.values(orders)[1:]
    counts = [(word, sum(row[STATUS] == word for row in rows)) for word in statuses]
    still_open = [row for row in rows if row[STATUS] not in statuses[3:]]
    sums: dict[str, float] = {row[CURRENCY]: 0 for row in rows}
    for row in rows:
        sums[row[CURRENCY]] += 0 if row[STATUS] == OWN else row[TOTAL]
    return [*counts, (other, len(rows) - sum(count for _, count in counts))], len(still_open), sorted(sums.items())


def set_status(book: Book, orders: str, row: int, word: str) -> None:
    book.merchant.set_cell(orders, row, letters(STATUS), word)


def stages(book: Book) -> list[MerchantStatus | None]:
    """Of each order, as packing slips and what customers are told go by it."""
    found = read_statuses(sheets_api(book.shop.settings), workbook(book))
    assert found is not None
    return list(found.values())[1:]  # below the header


@pytest.mark.parametrize(("tag", "other"), [("en", "Other"), ("ar", "أخرى")])
def test_orders_that_are_cancelled_in_a_word_of_the_merchants_are_no_turnover(
    empty_book: Book, tag: str, other: str
) -> None:
    book, words = empty_book, words_in(BY_TAG[tag])
    book.google.spreadsheets[book.spreadsheet_id].content.locale = tag
    book.shop.service.context.language.saw(tag)
    with speaking(BY_TAG[tag]):
        orders = tab_titles({}, Tab.ORDERS)[0]
    book.sent += book.shop.sandbox.send("normal", 3, together=True)
    book.shop.wait_until_synced(book.sent)
    summary = list(book.google.titles(book.spreadsheet_id))[-1]

    book.merchant.set_cell(summary, CANCELLED, letters(NAME), OWN)
    set_status(book, orders, 1, OWN)
    set_status(book, orders, 2, words.statuses[2])
    book.google.calls.clear()
    own = (*words.statuses[:-1], OWN)

    right = expected(book, orders, own, other)
    assert counted(book, summary) == right
    assert right[0][-2] == (OWN, 1)
    assert stages(book) == [MerchantStatus.CANCELLED, MerchantStatus.PACKED, None]
    assert {kind: count for kind, count in book.google.calls.by_kind.items() if kind != "token"} == {
        "developerMetadata.search": 1,
        "values.batchGetByDataFilter": 1,
    }


def test_a_summary_of_an_earlier_version_counts_on_and_its_words_are_taken_over(book: Book) -> None:
    _as_of_an_earlier_version(book)
    set_status(book, "Orders", 1, "Cancelled")
    words = words_in(BY_TAG["en"]).statuses
    assert counted(book, "Summary")[0][-2:] == [("Cancelled", 1), ("Other", 0)]
    # Its figures go by the words of its formulas, whatever is written into its list.
    book.merchant.set_cell("Summary", CANCELLED, letters(NAME), OWN)
    set_status(book, "Orders", 2, OWN)
    set_status(book, "Orders", 1, "New")
    assert stages(book)[:2] == [None, None]

    workbook(book).make_summary()

    assert counted(book, "Summary") == expected(book, "Orders", (*words[:-1], OWN), "Other")
    reader, api = StatusReader(lambda _: True), sheets_api(book.shop.settings)
    as_read = reader.read(api, workbook(book))
    assert as_read is not None
    assert list(as_read.values())[1:3] == [None, MerchantStatus.CANCELLED]
    # Moved about and put into other words from its title down, the list is the same.
    book.merchant.set_cell("Summary", STATES - 1, letters(NAME), "Wie weit")
    book.merchant.insert_rows("Summary", 2)
    book.merchant.insert_column("Summary", 0)
    assert stages(book)[:2] == [None, MerchantStatus.CANCELLED]
    assert reader.read(api, workbook(book)) == as_read


def _as_of_an_earlier_version(book: Book) -> None:
    """The summary has the English words in its formulas, and no tag on the list of statuses."""
    words = words_in(BY_TAG["en"]).statuses

    def change(draft: Draft) -> None:
        sheet_id = book.sheet("Summary").sheet_id
        entries = draft.content.metadata
        for key in [key for key, entry in entries.items() if entry.value == tags.summary_words_value(sheet_id)]:
            del entries[key]
        sheet = draft.edit(sheet_id)
        for index, row in enumerate(sheet.rows):
            for column, at in (row or {}).items():
                if isinstance(at.value, Formula):
                    text = at.value.text
                    for line, word in enumerate(words, STATES + 1):
                        here = cell(line, NAME)
                        text = text.replace(f'"<>"&{here}', f'"<>{word}"').replace(here, f'"{word}"')
                    sheet.put(index, column, at._replace(value=Formula(text)))

    book.edit(change)


def test_words_of_a_tab_that_was_deleted_are_not_taken_over(book: Book) -> None:
    book.merchant.set_cell("Summary", CANCELLED, letters(NAME), OWN)
    book.merchant.delete_tab("Orders")

    workbook(book).make_summary()

    assert [row[NAME] for row in book.values("Summary")[STATES + 1 : CANCELLED + 1]] == list(
        words_in(BY_TAG["en"]).statuses
    )
