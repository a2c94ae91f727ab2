"""Reads numbers however they are written, as long as there is no doubt which number is meant.

`1,200.50`, `1.200,50`, `4,5`, `₹120`, an object that holds the two halves of a 64-bit number: each is one number alone.
`1,200` could be two, and is none.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from connector.amounts import tidy
from connector.models import Number

LARGEST = 1e15
"""Of amounts and quantities."""
_LARGEST_OF_ALL = 1e20
_PLAIN = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,18})?\Z")
_SIGNS = r"$¢-¥֏؋߾߿৲৳৻૱௹฿៛₠-₿꠸﷼"
_WITH_SIGN = re.compile(rf"(?:[A-Z]{{0,3}}[{_SIGNS}]\s?)?([+-]?\d[\d., ']*)(?:\s?[{_SIGNS}])?\Z")
"""A numeral beside the sign of a currency. Letters alone, as in `EUR 5`, are not taken off: they could say anything."""
_SAME = str.maketrans({"\u2019": "'", "\u066c": "'"})
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
_CURRENCY = ("currency", "currency_code", "currencyCode")
_HALF = 2**32


def number(value: Any) -> Number | None:
    """A finite number of a size that amounts and quantities have; None for anything that is none, or could be two."""
    found = any_number(value)
    return None if found is None or abs(found) > LARGEST else tidy(found)


def any_number(value: Any) -> Number | None:
    """The same, also of a size that only times have."""
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, dict):
        return _from_halves(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) <= _LARGEST_OF_ALL else None  # NaN is no smaller than anything.


def money(value: Any) -> tuple[Number | None, str | None]:
    """The number, and the currency where both stand in one object: `{"amount": "4.50", "currency": "EUR"}`.

    A whole number there could be one of cents, unless the object says of how many parts it counts (`offset`).
    """
    if not isinstance(value, dict):
        return number(value), None
    amount = next((value[name] for name in _AMOUNT if name in value), None)
    currency = next((found for name in _CURRENCY if isinstance(found := value.get(name), str)), None)
    if amount is None:
        return number(value), currency
    read, offset = number(amount), value.get("offset")
    if isinstance(offset, int) and not isinstance(offset, bool) and offset > 0 and read is not None:
        return tidy(read / offset), currency
    return (None if isinstance(amount, int) and amount else read), currency


def _from_text(text: str) -> Number | None:
    text = text.strip()  # float() itself takes off less than this does.
    if _PLAIN.match(text):
        return float(text)
    text = unicodedata.normalize("NFKC", text).translate(_SAME)
    if _ARABIC_POINT in text:
        text = text.replace("'", "").replace(_ARABIC_POINT, ".")
    match = _WITH_SIGN.match(text)
    numeral = "" if match is None else match[1].strip()
    if _PLAIN.match(numeral):
        return float(numeral)
    for form, groups, decimal in _FORMS:
        if form.match(numeral):
            digits = "".join(sign for sign in numeral if sign not in groups)
            return float(digits.replace(decimal, ".") if decimal else digits)
    return None


def _from_halves(value: Mapping[str, Any]) -> Number | None:
    """A 64-bit number as JavaScript's programs write it: `{"low": 9000, "high": 0, "unsigned": true}`."""
    low, high = _half(value.get("low")), _half(value.get("high"))
    return None if low is None or high is None else high * _HALF + low % _HALF


def _half(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and -_HALF < value < _HALF else None
