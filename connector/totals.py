"""Amounts of an order: line totals, sums, and whether the items fit what the order announced."""

from collections.abc import Sequence
from decimal import Decimal

from connector.models import Item, Number

_SAME = Decimal("0.005")
_LARGEST_EXACT = 2**53
"""Above it a float is no longer the one whole number that it looks like, and a database takes no integer so large."""


def tidy(value: Number) -> Number:
    """359.0 as 359, so that JSON, logs and sentences show what the sender wrote."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) <= _LARGEST_EXACT else value


def pieces(items: Sequence[Item]) -> Number | None:
    """How many pieces the items are together; None where there are none or one quantity is unknown."""
    return _sum([item.quantity for item in items])


def line_total(item: Item) -> Number | None:
    """Quantity times unit price, counted in decimals, so that 3 times 0.1 is 0.3."""
    if item.quantity is None or item.price is None:
        return None
    return tidy(float(Decimal(str(item.quantity)) * Decimal(str(item.price))))


def sum_total(items: Sequence[Item]) -> Number | None:
    """The sum of the line totals; None where there are no items or one line's total is unknown."""
    return _sum([line_total(item) for item in items])


def common_currency(items: Sequence[Item]) -> str | None:
    """The currency that all items share; None if they don't."""
    currencies = {item.currency for item in items}
    return currencies.pop() if len(currencies) == 1 else None


def mismatch(items: Sequence[Item], *, item_count: Number | None, total_price: Number | None) -> str | None:
    """What does not fit between the items and the order, as one or two sentences; None if all fits.

    `item_count` may mean lines or pieces (Whapi's documents don't say), so either will do. A sum that is off
    by exactly 1000 is WhatsApp's own way of writing amounts, and gets a sentence of its own.
    """
    sentences = []
    if item_count is not None and item_count not in (len(items), pieces(items)):
        sentences.append(f"The order says {item_count} items; {_came(items)} came.")
    total = sum_total(items)
    if total is not None and total_price is not None:
        difference = _compare(Decimal(str(total)), Decimal(str(total_price)))
        if difference:
            sentences.append(difference)
    return " ".join(sentences) or None


def _sum(values: Sequence[Number | None]) -> Number | None:
    if not values or any(value is None for value in values):
        return None
    return tidy(float(sum(Decimal(str(value)) for value in values)))


def _came(items: Sequence[Item]) -> str:
    lines = "1 line" if len(items) == 1 else f"{len(items)} lines"
    count = pieces(items)
    return lines if count is None else f"{lines} with {count} {'piece' if count == 1 else 'pieces'}"


def _compare(items_total: Decimal, order_total: Decimal) -> str | None:
    if abs(items_total - order_total) <= _SAME:
        return None
    if order_total and abs(items_total - order_total * 1000) <= _SAME:
        return (
            f"The items add up to {items_total}, exactly 1000 times the order's total of {order_total}. "
            "Set ITEM_PRICE_DIVISOR=1000 if prices are always too high by that factor."
        )
    return f"The items add up to {items_total}; the order's total is {order_total}."
