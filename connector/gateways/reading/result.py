"""What a request's body held, as each gateway's reader gives it: orders, later news of orders, and what is unclear."""

from dataclasses import dataclass, field
from typing import Any

from connector.gateways.reading import fields, numerals
from connector.gateways.reading.wording import came
from connector.models import NewOrder, Number, OrderChange

DELETED = "Message deleted"
_LONGEST_STATUS = 40
_NUMBERS = {"2": "accepted", "3": "declined"}
"""As WhatsApp's protocol numbers them."""
_FIRST_STATUSES = frozenset({"", "new", "inquiry", "1"})
"""What an order says of itself when it is sent."""
MOST_UNCLEAR = 1000
"""Unclear parts of one request that are kept one by one. The rest is counted: a mebibyte has room for 500,000."""


def status_sentence(status: Any) -> str | None:
    """What the row is to say of an order's status; None for one that every new order has."""
    text = " ".join((fields.text(status) or "").split())[:_LONGEST_STATUS].strip().lower()
    text = _NUMBERS.get(text, text)
    return None if text in _FIRST_STATUSES else f"Order {text}"


@dataclass(frozen=True, slots=True)
class Unclear:
    """A part of a payload that could be read but not understood."""

    field: str
    """Where it stands, such as `messages[2].order.order_id`."""
    reason: str
    """A sentence: what was expected and what came."""
    part: Any
    """The part itself, to be kept."""


@dataclass(slots=True)
class Reading:
    """What one request body held."""

    orders: list[NewOrder] = field(default_factory=list)
    ignored: int = 0
    """Messages that are no order, and payloads that hold no message."""
    unclear: list[Unclear] = field(default_factory=list)
    changes: list[OrderChange] = field(default_factory=list)
    """Later news of orders that came before."""
    unclear_beyond: int = 0
    """Further unclear parts, which are only counted."""

    def add(self, other: "Reading") -> None:
        self.orders += other.orders
        self.ignored += other.ignored
        self.unclear += other.unclear
        self.changes += other.changes
        self.unclear_beyond += other.unclear_beyond
        self.count_the_rest()

    def count_the_rest(self) -> None:
        """Lets go of the unclear parts beyond the first MOST_UNCLEAR."""
        self.unclear_beyond += max(len(self.unclear) - MOST_UNCLEAR, 0)
        del self.unclear[MOST_UNCLEAR:]


def read_number(value: Any, name: str, unread: list[str], *, currency: str | None = None) -> Number | None:
    """The number; where something came that is none, a sentence is added to `unread`."""
    if fields.is_nothing(value):
        return None
    number = numerals.money(value, currency=currency)[0]
    if number is None:
        unread.append(f"The {name} could not be read: {came(value)} came.")
    return number


def join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name
