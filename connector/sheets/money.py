"""How amounts look: the number format of a currency.

Decimals are those of ISO 4217, of which all but the exceptions here have two. Symbols are those that Unicode's CLDR
gives for English readers, as far as they tell one currency from all others; the rest is shown by its code.
"""

import re

from connector.models import Number

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


def amount_format(amount: Number, currency: str | None) -> NumberFormat:
    """As many decimals as the currency has, or more if the amount has more, and the currency's symbol or code.

    A currency comes from outside: only what has the shape of a code gets into the pattern.
    """
    known = currency if currency is not None and _CODE.fullmatch(currency) else None
    pattern = "#,##0" + _fraction(max(_decimals(known), decimals_of(amount)))
    if known is None:
        return {"type": "NUMBER", "pattern": pattern}
    symbol = _SYMBOLS.get(known)
    return {"type": "CURRENCY", "pattern": f"[${symbol}]{pattern}" if symbol else f"[${known}] {pattern}"}


def count_format(count: Number) -> NumberFormat:
    return {"type": "NUMBER", "pattern": "0" + _fraction(decimals_of(count))}


def decimals_of(value: Number) -> int:
    """How many decimals it takes to write the number out, four at the most."""
    return len(f"{value:.4f}".rstrip("0").partition(".")[2])


def _decimals(currency: str | None) -> int:
    return next((decimals for decimals, codes in _DECIMALS.items() if currency in codes), 2)


def _fraction(decimals: int) -> str:
    return "." + "0" * decimals if decimals else ""
