"""What an order's row is to say of later news: that its message was deleted, or that its status has changed."""

from typing import Any

from connector.gateways.reading import fields

DELETED = "Message deleted"
_LONGEST_STATUS = 40
_NUMBERS = {"2": "accepted", "3": "declined"}
"""As WhatsApp's protocol numbers them."""
_FIRST_STATUSES = frozenset({"", "new", "inquiry", "1"})
"""What an order says of itself when it is sent."""


def status_sentence(status: Any) -> str | None:
    """What the row is to say of an order's status; None for one that every new order has."""
    text = " ".join((fields.text(status) or "").split())[:_LONGEST_STATUS].strip().lower()
    text = _NUMBERS.get(text, text)
    return None if text in _FIRST_STATUSES else f"Order {text}"
