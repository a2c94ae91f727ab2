"""A number is read where there is no doubt which one is meant, and else not at all."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.gateways.reading.numerals import money, number
from connector.models import Number

_DIGITS = str.maketrans({**{str(digit): chr(0x660 + digit) for digit in range(10)}, ".": "\u066b", ",": "\u066c"})
ARABIC = {written: written.translate(_DIGITS) for written in ("120.5", "1,200.5")}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("359", 359), ("359.00", 359), (" 359.5 ", 359.5), ("-4", -4), ("1,200.50", 1200.5), ("1.200,50", 1200.5),
        ("1 200,50", 1200.5), ("1\u00a0200,5", 1200.5), ("1\u202f200", 1200), ("1'200.50", 1200.5),
        ("1\u2019200", 1200),

        ("1,20,000.00", 120_000), ("1,20,000", 120_000), ("1,200,300", 1_200_300), ("1.200.300", 1_200_300),
        ("4,5", 4.5), ("4,50", 4.5), ("0,125", 0.125), ("1200,500", 1200.5), ("359,00", 359), ("₹120", 120),
        ("₹ 1,20,000.00", 120_000), ("4,50 €", 4.5), ("€4.50", 4.5), ("R$ 1.200,50", 1200.5), ("US$5", 5),
        ("\uff11\uff12\uff10", 120), (ARABIC["120.5"], 120.5), (ARABIC["1,200.5"], 1200.5), (0, 0), (4.50, 4.5),
        ({"low": 9000, "high": 0, "unsigned": False}, 9000), ({"low": -1, "high": 0}, 4_294_967_295),
        ({"low": 0, "high": 1}, 2**32), ({"low": -5, "high": -1}, -5),
        ("R$ 1.200", 1200), ("$1,200", 1200), ("€ 1,200", 1200), ("₫12.000", 12_000), ("¥1,200", 1200),
        ("₲1.200.000", 1_200_000), ("12,-", 12), ("12.-", 12), ("12.000,-", 12_000), ("₹120/-", 120), ("\u22125", -5),
        ("\u200e4.5", 4.5), ("4.5\u2060", 4.5), ("\u0967\u0968\u0966", 120),
        ("\u0967,\u0968\u0966,\u0966\u0966\u0966", 120_000),
        ({"$numberDecimal": "4.50"}, 4.5), ({"$numberLong": "9"}, 9),
    ],
)  # fmt: skip
def test_a_number_beyond_doubt_is_read(written: Any, meant: Number) -> None:
    assert number(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "1,200", "12,345", "123,456", "1.2.3", "1,2,3", "1,2345,678", "AUD 359", "359 EUR", "about 5", "5-6", "", "€",
        "$",
        "1.200,50.2", "12,34.5", "--5", "1e5", "0x10", "NaN", "inf", True, None, [], [5], {}, {"low": 1}, {"high": 1},
        {"low": 2**40, "high": 0}, {"low": 1.5, "high": 0}, {"low": 0, "high": 2**31}, 10**16, 1e300, float("nan"),
        "€1.200", "$1.200", "₹1.200", "﷼1,200", "Rp 12.000", "12,-5", {"$numberDecimal": []}, {"$numberDecimal": "x"},
    ],
)  # fmt: skip
def test_what_could_be_two_numbers_or_is_none_is_not_read(written: Any) -> None:
    assert number(written) is None


@pytest.mark.parametrize(
    ("written", "currency", "meant"),
    [
        ("12.000", "IDR", 12_000), ("1.250.000", "IDR", 1_250_000), ("12,000", "IDR", 12_000),
        ("12.500", "vnd", 12_500),
        ("12,000", "JPY", 12_000), ("12.000", "JPY", None), ("12.000", "EUR", 12), ("12,000", "EUR", None),
        ("12.50", "IDR", 12.5), ("0.125", "IDR", 0.125), ("12000", "IDR", 12_000), (12.000, "IDR", 12),
        ("1.250", "KWD", 1.25), ("12.000", None, 12), ("12.000", "", 12),
    ],
)  # fmt: skip
def test_a_currency_without_decimals_says_that_digits_are_grouped(
    written: Any, currency: str | None, meant: Number | None
) -> None:
    assert number(written, currency=currency) == meant
    assert money({"amount": written, "currency": currency})[0] == (None if isinstance(written, int) else meant)


@given(st.integers(-(10**15), 10**15))
def test_both_halves_of_a_long_make_the_number_that_was_split(value: int) -> None:
    unsigned = value & (2**64 - 1)
    low, high = unsigned & (2**32 - 1), unsigned >> 32
    signed = [half - 2**32 if half >= 2**31 else half for half in (low, high)]

    assert number({"low": signed[0], "high": signed[1], "unsigned": False}) == value


@given(
    cents=st.integers(0, 10**11),
    style=st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("", "."), ("", ",")]),
)
def test_an_amount_with_its_cents_is_read_in_every_style(cents: int, style: tuple[str, str]) -> None:
    group, point = style
    whole, rest = divmod(cents, 100)

    assert number(f"{whole:,}".replace(",", group) + f"{point}{rest:02}") == cents / 100


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"amount": "4.50", "currency": "EUR"}, (4.5, "EUR")), ({"amount": 4.5, "currency_code": "EUR"}, (4.5, "EUR")),
        ({"value": 450, "offset": 100, "currency": "EUR"}, (4.5, "EUR")),
        ({"amount": 450, "currency": "EUR"}, (None, "EUR")),
        ({"amount": 0, "currency": "EUR"}, (0, "EUR")), ({"low": 5, "high": 0}, (5, None)), ("4,50", (4.5, None)),
        ({"amount": []}, (None, None)), ({}, (None, None)),
        ({"value": "450", "offset": "100"}, (4.5, None)), ({"value": 450, "offset": 0}, (None, None)),
        ({"units": "4", "nanos": 500_000_000, "currencyCode": "EUR"}, (4.5, "EUR")), ({"units": 12}, (12, None)),
        ({"units": "4", "nanos": "x"}, (None, None)), ({"amount": "12.000", "currency": "IDR"}, (12_000, "IDR")),
    ],
)  # fmt: skip
def test_an_amount_in_an_object_is_read_unless_it_could_be_one_of_cents(value: Any, read: Any) -> None:
    assert money(value) == read
