"""Amounts of an order: line totals, sums, and whether the items fit what the order announced."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from connector.language import counted, ngettext, number
from connector.language import gettext as _
from connector.models import Item, Number

_SAME = Decimal("0.005")
_FACTORS = (1000, 100)
"""WhatsApp's protocol counts in thousandths, some gateways in hundredths."""
_MOST_NAMED = 5
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
    by exactly 1000 or 100 comes of a way of writing amounts, and gets a sentence of its own. What could not be read of
    an item is named, because it leaves a cell empty.
    """
    unread = _unread(items)
    sentences = [*unread]
    if item_count is not None and item_count not in (len(items), pieces(items)):
        sentences.append(
            _("The order says {item_count} items; {came} came.").format(
                item_count=number(item_count), came=_came(items)
            )
        )
    total = sum_total(items)
    if total is None:
        if total_price and items and not unread:
            sentences.append(
                _("{without_amount}, so the order's total of {total_price} could not be compared.").format(
                    without_amount=_without_amount(items), total_price=number(total_price)
                )
            )
    elif total_price is not None:
        difference = _compare(Decimal(str(total)), Decimal(str(total_price)))
        if difference:
            sentences.append(difference)
    return " ".join(sentences) or None


def same_amount(one: Number | None, other: Number | None) -> bool:
    """Whether both are known and the same, to the cent."""
    return one is not None and other is not None and abs(Decimal(str(one)) - Decimal(str(other))) <= _SAME


def scaled_items(items: Sequence[Item], divisor: Number) -> tuple[Item, ...]:
    """The items with their prices divided."""
    return tuple(item if item.price is None else replace(item, price=_divided(item.price, divisor)) for item in items)


def scaled(items: Sequence[Item], total: Number | None, divisor: Number) -> tuple[tuple[Item, ...], Number | None]:
    """Items and total with both divided; with one of the two alone divided, where that makes them fit and the other
    way doesn't."""
    smaller, smaller_total = scaled_items(items, divisor), None if total is None else _divided(total, divisor)
    if not same_amount(sum_total(smaller), smaller_total):
        if same_amount(sum_total(smaller), total):
            return smaller, total
        if same_amount(sum_total(items), smaller_total):
            return tuple(items), smaller_total
    return smaller, smaller_total


def _divided(amount: Number, divisor: Number) -> Number:
    return tidy(float(Decimal(str(amount)) / Decimal(str(divisor))))


def _unread(items: Sequence[Item]) -> list[str]:
    """A sentence for each line of which something could not be read; the first few of them."""
    found = [
        _("In line {line} {unread}.").format(line=line, unread=item.unread)
        for line, item in enumerate(items, 1)
        if item.unread
    ]
    more = len(found) - _MOST_NAMED
    return [*found[:_MOST_NAMED], _("The same in {more} more.").format(more=more)] if more > 0 else found


def _without_amount(items: Sequence[Item]) -> str:
    lines = [str(line) for line, item in enumerate(items, 1) if line_total(item) is None]
    named = ", ".join(lines[:_MOST_NAMED])
    if len(lines) > _MOST_NAMED:
        named = _("{named} and others").format(named=named)
    return ngettext(
        "Line {named} came without a price or a quantity",
        "Lines {named} came without a price or a quantity",
        len(lines),
    ).format(named=named)


def _sum(values: Sequence[Number | None]) -> Number | None:
    if not values or any(value is None for value in values):
        return None
    return tidy(float(sum(Decimal(str(value)) for value in values)))


def _came(items: Sequence[Item]) -> str:
    lines = counted("{count} line", "{count} lines", len(items))
    count = pieces(items)
    if count is None:
        return lines
    return _("{lines} with {pieces}").format(lines=lines, pieces=_pieces(count))


def _pieces(count: Number) -> str:
    if count == int(count):
        return counted("{count} piece", "{count} pieces", int(count))
    return _("{count} pieces").format(count=number(count))


def _compare(items_total: Decimal, order_total: Decimal) -> str | None:
    if abs(items_total - order_total) <= _SAME:
        return None
    for factor in _FACTORS:
        if order_total and abs(items_total - order_total * factor) <= _SAME:
            return _(
                "The items add up to {items_total}, exactly {factor} times the order's total of "
                "{order_total}. Set ITEM_PRICE_DIVISOR={factor} if prices are always too high by "
                "that factor."
            ).format(items_total=number(items_total), factor=factor, order_total=number(order_total))
        if items_total and abs(order_total - items_total * factor) <= _SAME:
            return _(
                "The order's total of {order_total} is exactly {factor} times the {items_total} that "
                "the items add up to. Set ITEM_PRICE_DIVISOR={factor} if totals are always too high "
                "by that factor."
            ).format(order_total=number(order_total), factor=factor, items_total=number(items_total))
    return _("The items add up to {items_total}; the order's total is {order_total}.").format(
        items_total=number(items_total), order_total=number(order_total)
    )
