"""Reads numbers however they are written, as long as there is no doubt which number is meant.

`1,200.50`, `1.200,50`, `4,5`, `₹120`, an object that holds the two halves of a 64-bit number: each is one number alone.
`1,200` could be two, and is none, unless its currency says that it can have no decimals.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from connector.amounts import tidy
from connector.gateways.reading.visible import without_invisible
from connector.models import Number

LARGEST = 1e15
"""Of amounts and quantities."""
_LARGEST_OF_ALL = 1e20
_PLAIN = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,18})?\Z")
_SIGNS = r"$¢-¥֏؋߾߿৲৳৻૱௹฿៛₠-₿꠸﷼"
_WITH_SIGN = re.compile(rf"(?:[A-Z]{{0,3}}[{_SIGNS}]\s?)?([+-]?\d[\d., ']*)(?:\s?[{_SIGNS}])?\Z")
"""A numeral beside the sign of a currency. Letters alone, as in `EUR 5`, are not taken off: they could say anything."""
_SAME = str.maketrans({"\u2019": "'", "\u066c": "'", "\u2212": "-"})
_NO_CENTS = re.compile(r"(?<=\d)\s?(?:[.,][-\u2013\u2014]{1,2}|/[-=])\Z")
"""Behind a whole amount: `12,-`, `120/-`."""
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:,\d{3})+|(?:\.\d{3})+)\Z")
"""In which only a currency can say whether the digits are grouped or decimals."""
_COMMA, _POINT = frozenset({"JPY", "KRW", "UGX", "TWD"}), frozenset({"IDR", "VND", "COP", "CLP", "PYG", "ISK"})
_GROUPING = dict.fromkeys(_COMMA, ",") | dict.fromkeys(_POINT, ".,")
"""Currencies whose amounts have no decimals, with what groups their digits."""
_SIGN_GROUPING = (
    (re.compile(r"R\$"), ".,"),
    (re.compile(r"[₫₲]"), ".,"),
    (re.compile(r"[^﷼]"), ","),  # Nobody writes three decimals with a comma behind a currency's sign.
)
_ARABIC_POINT = "\u066b"
_INTEGER, _FRACTION = r"[+-]?\d{1,18}", r"\d{1,18}"
_FORMS = (
    (re.compile(rf"[+-]?(?:\d{{1,3}}(?:[, ']\d{{3}})+|\d{{1,2}}(?:,\d\d)+,\d{{3}})\.{_FRACTION}\Z"), ", '", ""),
    (re.compile(rf"[+-]?\d{{1,3}}(?:[. ']\d{{3}})+,{_FRACTION}\Z"), ". '", ","),
    (re.compile(rf"{_INTEGER},(?:\d{{1,2}}|\d{{4,18}})\Z|[+-]?(?:0|\d{{4,18}}),{_FRACTION}\Z"), "", ","),
    (re.compile(r"[+-]?\d{1,3}(?:(?:,\d{3}){2,}|(?:\.\d{3}){2,}|(?:[ ']\d{3})+)\Z"), ",. '", ""),
    (re.compile(r"[+-]?\d{1,2}(?:,\d\d)+,\d{3}\Z"), ",", ""),
)
"""Each with what only groups its digits, and its decimal sign where that is no point. Where neither is in doubt: `1,20`
can be no group of thousands, `1,200.50` and `1.200.300` no decimals; `1,200` could be either and is not among them."""
_AMOUNT = ("amount", "value")
_DECIMALS = ("$numberDecimal", "$numberLong", "$numberInt", "$numberDouble")
"""How MongoDB's JSON says which kind of number stands in a text."""
_CURRENCY = ("currency", "currency_code", "currencyCode")
_HALF = 2**32


def number(value: Any, *, currency: str | None = None) -> Number | None:
    """A finite number of a size that amounts and quantities have; None for anything that is none, or could be two."""
    found = any_number(value, currency=currency)
    return None if found is None or abs(found) > LARGEST else tidy(found)


def any_number(value: Any, *, currency: str | None = None) -> Number | None:
    """The same, also of a size that only times have."""
    if isinstance(value, str):
        return _from_text(value, currency)
    if isinstance(value, dict):
        return _from_object(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) <= _LARGEST_OF_ALL else None  # NaN is no smaller than anything.


def money(value: Any, *, currency: str | None = None) -> tuple[Number | None, str | None]:
    """The number, and the currency where both stand in one object: `{"amount": "4.50", "currency": "EUR"}`.

    A whole number there could be one of cents, unless the object says of how many parts it counts (`offset`), or has
    the parts beside it (`units` and `nanos`). `currency`: of the amount, if it has none of its own.
    """
    if not isinstance(value, dict):
        return number(value, currency=currency), None
    own = next((found for name in _CURRENCY if isinstance(found := value.get(name), str)), None)
    amount = next((value[name] for name in _AMOUNT if name in value), None)
    if amount is None:
        return _units_and_nanos(value) if "units" in value else number(value), own
    read, offset = number(amount, currency=own or currency), number(value.get("offset"))
    if offset is not None and offset > 0 and read is not None:
        return tidy(read / offset), own
    return (None if isinstance(amount, int) and amount else read), own


def currency_of(value: Any) -> str | None:
    """The currency that stands in an amount's object."""
    return money(value)[1]


def _units_and_nanos(value: Mapping[str, Any]) -> Number | None:
    """An amount as Google's programs write it: `{"units": "4", "nanos": 500000000}`."""
    units, nanos = number(value["units"]), number(value.get("nanos") or 0)
    return None if units is None or nanos is None else tidy(units + nanos / 10**9)


def _from_text(text: str, currency: str | None) -> Number | None:
    text = text.strip()  # float() itself takes off less than this does.
    grouping = _GROUPING.get((currency or "").upper(), "")
    if _PLAIN.match(text) and not (grouping and _THOUSANDS.match(text)):
        return float(text)
    text = unicodedata.normalize("NFKC", without_invisible(text)).translate(_SAME)
    if _ARABIC_POINT in text:
        text = text.replace("'", "").replace(_ARABIC_POINT, ".")
    whole = _NO_CENTS.sub("", text)
    match = _WITH_SIGN.match(whole)
    numeral = "" if match is None else match[1].strip()
    if _THOUSANDS.match(numeral) and (grouping or numeral != text):
        return _grouped(numeral, grouping or _grouping_beside(text[len(whole) :], text))
    if _PLAIN.match(numeral):
        return float(numeral)
    for form, groups, decimal in _FORMS:
        if form.match(numeral):
            digits = "".join(sign for sign in numeral if sign not in groups)
            return float(digits.replace(decimal, ".") if decimal else digits)
    return None


def _grouping_beside(no_cents: str, text: str) -> str:
    """What groups the digits, as what says that there are no cents shows, or else the sign of a currency."""
    if "," in no_cents:
        return "."
    signs = re.sub(r"[\d\s.,'+-]", "", text)
    return next((grouping for sign, grouping in _SIGN_GROUPING if sign.match(signs)), "")


def _grouped(numeral: str, grouping: str) -> Number | None:
    """The number whose digits are grouped in threes; None where that is in doubt: of one group alone."""
    separators = [sign for sign in numeral if sign in ",."]
    if len(separators) == 1 and separators[0] not in grouping:
        return None
    return float(numeral.replace(separators[0], ""))


def _from_object(value: Mapping[str, Any]) -> Number | None:
    """A 64-bit number as JavaScript's programs write it: `{"low": 9000, "high": 0, "unsigned": true}`; or a number in
    a text, as MongoDB's do."""
    if len(value) == 1 and (written := next((value[name] for name in _DECIMALS if name in value), None)) is not None:
        return any_number(written) if isinstance(written, str | int | float) else None
    low, high = _half(value.get("low")), _half(value.get("high"))
    return None if low is None or high is None else high * _HALF + low % _HALF


def _half(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and -_HALF < value < _HALF else None
