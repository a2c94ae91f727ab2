"""What a request's body held, as each gateway's reader gives it: orders, later news of orders, and what is unclear."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.gateways.reading import fields, numerals
from connector.gateways.reading.lengths import limited
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


class Envelope:
    """What several unclear parts of one payload came in, and are kept in: once, with all of them. Stored with each, it
    would take as many times its size."""

    def __init__(self, whole: Callable[[list[Any]], Any]) -> None:
        """`whole` gives the payload with these parts alone."""
        self._whole = whole

    def put_around(self, unclear: Iterable["Unclear"]) -> None:
        for part in unclear:
            part.envelope = self

    def closed(self, unclear: Sequence["Unclear"]) -> "Unclear":
        """All of its parts as one."""
        first, count = unclear[0], len(unclear)
        reason = first.reason if count == 1 else f"{count} parts were not understood; the first: {first.reason}"
        return Unclear(first.field, reason, self._whole([part.part for part in unclear]))


@dataclass(slots=True)
class Unclear:
    """A part of a payload that could be read but not understood."""

    field: str
    """Where it stands, such as `messages[2].order.order_id`."""
    reason: str
    """A sentence: what was expected and what came."""
    part: Any
    """The part itself, to be kept."""
    envelope: Envelope | None = None


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

    def add_order(self, order: NewOrder) -> None:
        """Adds an order, with each of its texts within its bound."""
        self.orders.append(limited(order))

    def add_unclear(self, at: str, sentence: str, part: Any) -> None:
        """Keeps a part, with what is wrong with it."""
        self.unclear.append(Unclear(at, sentence, part))

    def add_deleted(self, *message_ids: str | None) -> None:
        """Adds that messages were deleted; None is one that nobody knows. What tells of it is itself no order."""
        known = (message_id for message_id in message_ids if message_id is not None)
        self.changes += (OrderChange(DELETED, message_id=message_id) for message_id in known)
        self.ignored += 1

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

    def close_envelopes(self) -> None:
        """Puts the unclear parts that came in one envelope together in it, at the place of the first."""
        together: dict[int, list[Unclear]] = {}
        for part in self.unclear:
            together.setdefault(id(part if part.envelope is None else part.envelope), []).append(part)
        self.unclear = [
            parts[0] if (envelope := parts[0].envelope) is None else envelope.closed(parts)
            for parts in together.values()
        ]


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
