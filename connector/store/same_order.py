"""Whether a delivery under a known order's id is that order again, or another one that ended up under the same id.

What repeats an order may know less of it, or more, or write the same otherwise: so only what both know is compared, and
what differs in its writing alone counts as the same. What is left differs in substance.
"""

import re
from collections import Counter
from collections.abc import Sequence

from connector.models import Item, NewOrder, Number, Order

_DIGITS = re.compile(r"[0-9]+")
_WORDS = re.compile(r"\w+")
_FEWEST_DIGITS = 7
"""That tell a subscriber, whatever stands before them: a number may come with its country's code or without."""
_SAME_AMOUNT = 0.005
_FACTORS = (1, 100, 1000)
"""Ways of writing the same amount: WhatsApp's own protocol counts thousandths, some gateways hundredths."""
_MOST_COMPARED = 100
"""Lines of an order that are compared each with each."""


def contradiction(known: Order, came: NewOrder) -> str | None:
    """What makes the delivery another order than the one known under its id, as a sentence; None if it is the same."""
    differing = []
    if _other_customer(known, came):
        differing.append("another customer")
    if _other_total(known.said_total, came.total_price):
        differing.append("another total")
    if known.items and came.items and _other_items(known.items, came.items):
        differing.append("other items")
    if not differing:
        return None
    return (
        f"An order with this id is known already, and what came has {_and(differing)}. It is not in the sheet. If it "
        "is an order of its own, send it again with an id of its own."
    )


def _and(words: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _other_customer(known: Order, came: NewOrder) -> bool:
    """By the number where both have one, else by WhatsApp's own id of the person, else by the name.

    A name alone is weak: people change theirs. It counts only where nothing better is there.
    """
    mine, theirs = _digits(known.customer_phone), _digits(came.customer_phone)
    if mine and theirs:
        return not _same_number(mine, theirs)
    person, other = _person(known.chat_id), _person(came.chat_id)
    if person and other:
        return person != other
    if known.customer_name and came.customer_name:
        return _words(known.customer_name).isdisjoint(_words(came.customer_name))
    return False


def _digits(phone: str | None) -> str | None:
    digits = "".join(_DIGITS.findall(phone or "")).lstrip("0")
    return digits if len(digits) >= _FEWEST_DIGITS else None


def _same_number(one: str, other: str) -> bool:
    return one.endswith(other) or other.endswith(one)


def _person(chat_id: str | None) -> str | None:
    """The chat as a person's own id; None for a group, and where a number tells more."""
    return chat_id if chat_id is not None and chat_id.endswith("@lid") else None


def _words(text: str) -> set[str]:
    return set(_WORDS.findall(text.casefold())) or {text.casefold()}


def _other_total(known: Number | None, came: Number | None) -> bool:
    if not known or not came:
        return False
    return not any(
        abs(large - small * factor) <= _SAME_AMOUNT
        for factor in _FACTORS
        for small, large in ((known, came), (came, known))
    )


def _other_items(known: Sequence[Item], came: Sequence[Item]) -> bool:
    if len(known) != len(came):
        return True
    if len(known) > _MOST_COMPARED:
        return Counter(item.quantity for item in known) != Counter(item.quantity for item in came)
    return not (_all_in(known, came) and _all_in(came, known))


def _all_in(some: Sequence[Item], others: Sequence[Item]) -> bool:
    return all(any(_may_be_same(item, other) for other in others) for item in some)


def _may_be_same(one: Item, other: Item) -> bool:
    """Whether nothing that both know speaks against it. The price does not: it may be the line's."""
    if one.quantity is not None and other.quantity is not None and one.quantity != other.quantity:
        return False
    names = [(one.product_id, other.product_id), (one.sku, other.sku), (one.name, other.name)]
    both = [(mine.casefold().strip(), theirs.casefold().strip()) for mine, theirs in names if mine and theirs]
    return not both or any(mine == theirs for mine, theirs in both)
