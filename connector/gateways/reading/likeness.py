"""Whether something looks like an order, though nobody has read one in it.

What looks so is never passed over as an event of another kind: it is read, or kept in quarantine.
"""

from collections.abc import Mapping
from typing import Any

from connector.gateways.reading.fields import is_nothing
from connector.gateways.reading.names import spelling
from connector.gateways.reading.unwrap import opened, wrapped

_ORDERS = frozenset(map(spelling, ("order", "orders", "order_message", "product_items", "order_details")))
"""Called so, an object or a list is an order, or holds its items."""
_PARTS = frozenset(map(spelling, ("order_id", "order_token")))
_KINDS = frozenset({"type", "messagetype", "typemessage"})
_KINDS_OF_ORDERS = frozenset({"order", "ordermessage"})
_ELSEWHERE = frozenset({"context", "contextinfo", "quotedmessage", "quotedmsg", "quoted", "quotedcontent"})
"""What a message answers to. It was a message of its own once."""
_DEEPEST = 8


def looks_like_an_order(value: Any) -> bool:
    """Whether there is anything anywhere in it that is called as orders are."""
    return _looks(value, 0)


def handed_on(part: Mapping[str, Any]) -> dict[str, Any]:
    """What the object hands on, by the key that holds it; of several, those that look like an order."""
    inner = wrapped(part)
    if len(inner) < 2:  # noqa: PLR2004 - one is clear
        return inner
    return {key: value for key, value in inner.items() if looks_like_an_order(value)} or inner


def _looks(value: Any, depth: int) -> bool:
    value = opened(value)
    if depth > _DEEPEST or not isinstance(value, dict | list):
        return False
    if isinstance(value, list):
        return any(_looks(inner, depth + 1) for inner in value)
    fields = ((spelling(name), inner) for name, inner in value.items())
    return any(_says_so(name, inner) or _looks(inner, depth + 1) for name, inner in fields if name not in _ELSEWHERE)


def _says_so(name: str, value: Any) -> bool:
    """Whether a field of this name, with this value, is one that only orders have."""
    if name in _ORDERS:
        found = opened(value)
        return isinstance(found, dict | list) and bool(found)
    if name in _KINDS:
        return isinstance(value, str) and spelling(value) in _KINDS_OF_ORDERS
    return name in _PARTS and not is_nothing(value)
