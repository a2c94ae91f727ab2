"""Makes typed cells, so that nothing a customer writes is ever read as a formula, a number or a date.

Decimals are those of ISO 4217, of which all but the exceptions here have two. Symbols are those that Unicode's CLDR
gives for English readers, as far as they tell one currency from all others; the rest is shown by its code.
"""

import re
from datetime import UTC, datetime, tzinfo
from typing import Any

from connector.models import Number
from connector.texts import cut

NumberFormat = dict[str, str]
# fmt: off
_DECIMALS = {
    0: frozenset({
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
        "XPF",
    }),
    3: frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}),
    4: frozenset({"CLF", "UYW"}),
}
_SYMBOLS = {
    "AUD": "A$", "BRL": "R$", "CAD": "CA$", "CNY": "CN¥", "EUR": "€", "GBP": "£", "HKD": "HK$", "ILS": "₪", "INR": "₹",
    "JPY": "¥", "KRW": "₩", "MXN": "MX$", "NZD": "NZ$", "PHP": "₱", "TWD": "NT$", "USD": "$", "VND": "₫",
}
# fmt: on
_CODE = re.compile(r"[A-Z]{3}")
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{5,28}")
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15
"""Of a number in the international form (E.164 allows fifteen)."""
_PICTURE = re.compile(r"https://[A-Za-z0-9.-]+(/[!-~]{0,2000})?")
Cell = dict[str, Any]
LONGEST_TEXT = 50_000
"""Characters that Google takes in a cell."""
_CUT = " [cut here: a cell holds 50,000 characters]"
_DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
TIME_FORMAT = {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}
TEXT_FORMAT = {"type": "TEXT"}


def amount_format(amount: Number, currency: str | None) -> NumberFormat:
    """As many decimals as the currency has, or more if the amount has more, and the currency's symbol or code.

    A currency comes from outside: only what has the shape of a code gets into the pattern.
    """
    known = currency if currency is not None and _CODE.fullmatch(currency) else None
    pattern = "#,##0" + _fraction(max(currency_decimals(known), decimals_of(amount)))
    if known is None:
        return {"type": "NUMBER", "pattern": pattern}
    symbol = _SYMBOLS.get(known)
    return {"type": "CURRENCY", "pattern": f"[${symbol}]{pattern}" if symbol else f"[${known}] {pattern}"}


def count_format(count: Number) -> NumberFormat:
    return {"type": "NUMBER", "pattern": "0" + _fraction(decimals_of(count))}


def decimals_of(value: Number) -> int:
    """How many decimals it takes to write the number out, four at the most."""
    return len(f"{value:.4f}".rstrip("0").partition(".")[2])


def currency_decimals(currency: str | None) -> int:
    """How many decimals amounts of a currency have; two where it isn't known."""
    return next((decimals for decimals, codes in _DECIMALS.items() if currency in codes), 2)


def decimals_shown(amount: Number, currency: str | None) -> int:
    """With how many decimals people see an amount: none where it is whole; else as many as its currency has, or more if
    the amount has more."""
    return 0 if float(amount).is_integer() else max(currency_decimals(currency), decimals_of(amount))


def _fraction(decimals: int) -> str:
    return "." + "0" * decimals if decimals else ""


def chat_link(phone: str | None) -> str | None:
    """Opens the WhatsApp chat with a phone number; None for what does not look like one with its country's code.

    Only the digits get into the address, whatever else the text says.
    """
    if phone is None or not _PHONE.fullmatch(phone):
        return None
    digits = "".join(sign for sign in phone if sign.isdigit())
    if digits.startswith("0") or not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
        return None
    return f"https://wa.me/{digits}"


def picture_link(address: str | None) -> str | None:
    """The address itself, if it is a plain one of the web."""
    return address if address is not None and _PICTURE.fullmatch(address) else None


def text_cell(text: str | None) -> Cell:
    """A string cell. Its format is text, so that it stays text when the merchant edits it."""
    if text is None:
        return {}
    return _cell({"stringValue": fit(text)}, TEXT_FORMAT)


def linked_cell(text: str | None, address: str | None) -> Cell:
    """A string cell that leads to an address when it is clicked. The link is a format: there is no formula."""
    cell = text_cell(text)
    if cell and address is not None:
        cell["userEnteredFormat"]["textFormat"] = {"link": {"uri": address}}
    return cell


def amount_cell(amount: Number | None, currency: str | None) -> Cell:
    """A number that looks like an amount of this currency."""
    if amount is None:
        return {}
    return _cell({"numberValue": amount}, amount_format(amount, currency))


def count_cell(count: Number | None) -> Cell:
    """A number of pieces."""
    if count is None:
        return {}
    return _cell({"numberValue": count}, count_format(count))


def time_cell(moment: datetime, zone: tzinfo) -> Cell:
    """A date with time, as the clocks in `zone` showed it. A cell knows no time zone of its own."""
    return _cell({"numberValue": serial(moment, zone)}, TIME_FORMAT)


def serial(moment: datetime, zone: tzinfo) -> float:
    """Days since 1899-12-30, as Google counts them, in local time of `zone`, to the second."""
    local = moment.astimezone(zone).replace(tzinfo=UTC, microsecond=0)
    return (local - _DAY_ZERO).total_seconds() / 86_400


def fit(text: str) -> str:
    """The text as far as it has room in a cell, saying so where it was cut."""
    return cut(text, LONGEST_TEXT, _CUT)


def _cell(value: Cell, number_format: NumberFormat) -> Cell:
    return {"userEnteredValue": value, "userEnteredFormat": {"numberFormat": number_format}}
