"""Whether prices look as if they were counted in thousandths, as WhatsApp's own protocol counts them.

Where total and items are both 1000 times too large they fit each other, and nothing contradicts them. What is left is
their size: goods that are ordered in a chat don't cost thousands of dollars a piece. That is no proof, so nothing is
changed. It is said, with what to do in either case.
"""

from collections.abc import Iterable, Sequence

from connector.amounts import tidy
from connector.language import gettext as _
from connector.models import Item, Number

FACTOR = 1000
FEWEST_ORDERS = 3
"""As many alike are a habit; fewer may be a coincidence."""
_SUSPICIOUS = 3000
"""Dollars that a line's piece costs on average, for one order to be suspicious by itself."""
_SUSPICIOUS_AS_A_HABIT = 1000
"""The same for several orders without a contrary one."""
_STEP = 10
"""Of prices in thousandths, where the smallest coin is a hundredth."""
_TO_A_DOLLAR: dict[str, float] = {
    "AED": 3.7, "AUD": 1.5, "AZN": 1.7, "BAM": 1.8, "BDT": 120, "BGN": 1.8, "BHD": 0.4, "BOB": 7, "BRL": 5.5,
    "CAD": 1.4, "CHF": 1, "CLP": 950, "CNY": 7, "COP": 4100, "CRC": 510, "CZK": 23, "DKK": 7, "DOP": 60, "EGP": 50,
    "EUR": 1, "GBP": 1, "GEL": 2.7, "GHS": 12, "GTQ": 7.7, "HKD": 8, "HUF": 370, "IDR": 16_000, "ILS": 3.5,
    "INR": 85, "IQD": 1300, "ISK": 135, "JOD": 0.7, "JPY": 150, "KES": 130, "KRW": 1400, "KWD": 0.3, "KZT": 500,
    "LKR": 300, "MAD": 10, "MXN": 18, "MYR": 4.5, "NOK": 10, "NPR": 135, "NZD": 1.7, "OMR": 0.4, "PEN": 3.7,
    "PHP": 57, "PKR": 280, "PLN": 4, "PYG": 7500, "QAR": 3.6, "RON": 4.5, "RSD": 105, "RUB": 90, "SAR": 3.75,
    "SEK": 10, "SGD": 1.3, "THB": 35, "TND": 3, "TWD": 32, "TZS": 2600, "UAH": 41, "UGX": 3700, "USD": 1, "UYU": 40,
    "UZS": 12_500, "VND": 25_000, "XAF": 600, "XOF": 600, "ZAR": 18,
}  # fmt: skip
"""About how much of a currency a dollar is: to tell thousands from single ones, and no closer. Currencies that lose
much of their worth every year are not here, and nothing is said of their prices."""


def suspicion(items: Sequence[Item], *, currency: str | None) -> str | None:
    """A sentence where an order's prices look 1000 times too high; None else. `currency`: the order's."""
    code = _one_currency(items, currency)
    prices = _prices(items)
    if code is None or not _look_high(prices, code, at_least=_SUSPICIOUS):
        return None
    return _(
        "The prices look {factor} times too high: {mean} {code} a piece on average. If they "
        "are, set ITEM_PRICE_DIVISOR={factor}; if they are right, set ITEM_PRICE_DIVISOR=1, "
        "and this is not said again."
    ).format(factor=FACTOR, mean=_mean(prices), code=code)


def habit(orders: Iterable[tuple[Sequence[Item], str | None]]) -> str | None:
    """The same of several orders, each with its items and its currency: none of them may speak against it."""
    by_currency: dict[str, list[list[Number]]] = {}
    for items, currency in orders:
        code, prices = _one_currency(items, currency), _prices(items)
        if code is not None and prices:
            by_currency.setdefault(code, []).append(prices)
    for code, each in by_currency.items():
        prices = [price for prices in each for price in prices]
        steady = all(price % _STEP == 0 for price in prices)
        if len(each) >= FEWEST_ORDERS and steady and _look_high(prices, code, at_least=_SUSPICIOUS_AS_A_HABIT):
            return _(
                "The prices of the latest {count} orders in {code} look {factor} times too high: "
                "{mean} a piece on average. If they are, set ITEM_PRICE_DIVISOR={factor}; if they "
                "are right, set ITEM_PRICE_DIVISOR=1, and this is not said again."
            ).format(count=len(each), code=code, factor=FACTOR, mean=_mean(prices))
    return None


def _prices(items: Sequence[Item]) -> list[Number]:
    return [item.price for item in items if item.price]


def _one_currency(items: Sequence[Item], currency: str | None) -> str | None:
    codes = {(item.currency or currency or "").upper() for item in items}
    return codes.pop() if len(codes) == 1 else None


def _look_high(prices: Sequence[Number], code: str, *, at_least: float) -> bool:
    to_a_dollar = _TO_A_DOLLAR.get(code)
    if to_a_dollar is None or not prices or not all(float(price).is_integer() for price in prices):
        return False
    return sum(prices) / len(prices) >= at_least * to_a_dollar


def _mean(prices: Sequence[Number]) -> Number:
    return tidy(float(round(sum(prices) / len(prices))))
