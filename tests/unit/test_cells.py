import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connector.sheets.cells import LONGEST_TEXT, amount_cell, count_cell, fit, serial, text_cell, time_cell

BERLIN = ZoneInfo("Europe/Berlin")


@given(st.text())
def test_a_customers_text_is_always_a_string_cell(text: str) -> None:
    assert text_cell(text) == {
        "userEnteredValue": {"stringValue": text},
        "userEnteredFormat": {"numberFormat": {"type": "TEXT"}},
    }


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300).map(lambda text: text * 400))
def test_a_text_is_cut_to_what_a_cell_holds_and_says_so(text: str) -> None:
    cut = fit(text)

    units = len(cut.encode("utf-16-le")) // 2
    assert units <= LONGEST_TEXT
    if cut != text:
        assert cut.endswith(" [cut here: a cell holds 50,000 characters]")
        assert text.startswith(cut.removesuffix(" [cut here: a cell holds 50,000 characters]"))
        assert len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT
        assert units > LONGEST_TEXT - 10


def test_a_time_is_the_number_of_days_that_google_counts_in_local_time() -> None:
    assert serial(datetime(2026, 11, 23, 9, 40, tzinfo=UTC), ZoneInfo("UTC")) == pytest.approx(46349.402777, abs=1e-6)
    assert serial(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), BERLIN) == 46205 + (30 * 60) / 86400
    assert time_cell(datetime(2026, 1, 1, tzinfo=UTC), BERLIN)["userEnteredFormat"] == {
        "numberFormat": {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}
    }


def test_a_time_is_what_the_clocks_showed_also_where_they_are_changed_in_that_night() -> None:
    hours = [serial(datetime(2026, 3, 29, hour, 30, tzinfo=UTC), BERLIN) for hour in (0, 1)]
    assert [round(hour % 1 * 24, 3) for hour in hours] == [1.5, 3.5]

    hours = [serial(datetime(2026, 10, 25, hour, 30, tzinfo=UTC), BERLIN) for hour in (0, 1, 2)]
    assert [round(hour % 1 * 24, 3) for hour in hours] == [2.5, 2.5, 3.5]


@pytest.mark.parametrize(
    ("amount", "currency", "pattern"),
    [
        (359, "AUD", "[$A$]#,##0.00"),
        (359, "USD", "[$$]#,##0.00"),
        (19.9, "EUR", "[$€]#,##0.00"),
        (1200, "JPY", "[$¥]#,##0"),
        (1200, "KRW", "[$₩]#,##0"),
        (1.5, "JPY", "[$¥]#,##0.0"),
        (1.5, "KWD", "[$KWD] #,##0.000"),
        (88, "CHF", "[$CHF] #,##0.00"),
        (1, "CLF", "[$CLF] #,##0.0000"),
        (1.125, "EUR", "[$€]#,##0.000"),
    ],
)
def test_an_amount_shows_its_currency_with_as_many_decimals_as_that_or_itself_has(
    amount: float, currency: str, pattern: str
) -> None:
    assert amount_cell(amount, currency) == {
        "userEnteredValue": {"numberValue": amount},
        "userEnteredFormat": {"numberFormat": {"type": "CURRENCY", "pattern": pattern}},
    }


@given(st.none() | st.text().filter(lambda text: not re.fullmatch("[A-Z]{3}", text)))
@example("eur")
@example("EUR]#;[Red]")
@example("EU\n")
@example('"x"')
@example("\uff25\uff35\uff32")
def test_what_is_not_a_currency_s_code_does_not_get_into_the_pattern(currency: str | None) -> None:
    assert amount_cell(0.125, currency) == {
        "userEnteredValue": {"numberValue": 0.125},
        "userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": "#,##0.000"}},
    }


def test_what_is_not_known_is_an_empty_cell() -> None:
    assert (text_cell(None), amount_cell(None, "EUR"), count_cell(None)) == ({}, {}, {})
