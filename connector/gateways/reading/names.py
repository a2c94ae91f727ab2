"""Under which names the fields of an order and of its items come, and whether something looks like an order at all.

Whatever the spelling: `order_id`, `orderId`, `Order ID` and `order-id` are the same. Where several names are given, the
first of the list that holds something counts. Only names that can mean nothing else are here: a bare `id` could be a
message's, `amount` a number of pieces.

What looks like an order is never passed over as an event of another kind: it is read, or kept in quarantine.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from connector.gateways.reading import fields
from connector.gateways.reading.fields import is_nothing
from connector.gateways.reading.unwrap import opened, wrapped
from connector.gateways.reading.wording import as_name

Names = Mapping[str, tuple[str, ...]]
ORDER: Names = {
    "order_id": ("order_id",),
    "order_token": ("order_token", "token"),
    "channel_id": ("channel_id",),
    "order_name": ("order_number", "order_name", "order_no"),
    "customer_name": (
        "customer_name", "customer", "from_name", "full_name", "name", "push_name", "display_name", "profile_name",
        "contact_name", "chat_name",
    ),
    "first_name": ("first_name", "given_name", "customer_first_name"),
    "last_name": ("last_name", "family_name", "surname", "customer_last_name"),
    "customer_phone": ("customer_phone", "phone", "phone_number", "whatsapp", "mobile", "wa_id", "from", "chat_id"),
    "chat_id": ("chat_id", "remote_jid", "jid", "from", "whatsapp", "wa_id"),
    "message_id": ("message_id",),
    "title": ("title", "order_title"),
    "note": ("note", "notes", "customer_note", "comment", "text"),
    "item_count": ("item_count", "items_count"),
    "total_price": ("total_price", "total", "order_total", "total_amount", "grand_total"),
    "currency": ("currency", "currency_code"),
    "received_at": ("received_at", "received", "timestamp"),
    "items": (
        "items", "order_items", "line_items", "product_items", "products", "cart_items", "order_lines",
        "order_products", "cart", "lines",
    ),
}  # fmt: skip
"""An order by itself."""
INSIDE: Names = {**ORDER, "order_id": ("order_id", "id")}
"""In an object called `order`, where `id` is the order's."""
AROUND: Names = {**ORDER, "order_token": ("order_token",)}
"""Around an object called `order`, where `token` could be anything's."""
CUSTOMER: Names = {
    "customer_name": ("customer_name", "name", "full_name", "display_name", "push_name"),
    "first_name": (*ORDER["first_name"], "first"),
    "last_name": (*ORDER["last_name"], "last"),
    "customer_phone": ("customer_phone", "phone", "phone_number", "whatsapp", "mobile", "wa_id"),
    "chat_id": ("chat_id", "whatsapp", "wa_id"),
}
"""In an object about the customer."""
BEFORE = ("customer", "contact", "buyer", "client", "profile")
"""What an object about the customer is called that counts more than what stands beside it."""
BEHIND = ("billing", "billing_address", "shipping", "shipping_address")
"""And one that counts less: a shop's addresses."""
WITHIN = ("name", "profile", "default_address")
"""And one within it."""
ITEM: Names = {
    "product_id": ("product_id", "id"),
    "sku": ("sku", "product_retailer_id", "retailer_id"),
    "name": ("name", "product_name", "product", "title"),
    "quantity": ("quantity", "qty"),
    "price": ("price", "item_price", "unit_price"),
    "currency": ("currency", "currency_code"),
    "image": ("image", "image_url", "images", "picture", "thumbnail_url", "thumbnail"),
}
_BETWEEN_WORDS = re.compile(r"[\s_.-]+")
_KINDS = frozenset({"type", "messagetype", "typemessage"})
_KINDS_OF_ORDERS = frozenset({"order", "ordermessage"})
_ELSEWHERE = frozenset({"context", "contextinfo", "quotedmessage", "quotedmsg", "quoted", "quotedcontent"})
"""What a message answers to. It was a message of its own once."""
_DEEPEST = 8
_LONGEST_KNOWN = 40
"""Characters of a name whose spelling is remembered."""


@dataclass(frozen=True, slots=True)
class Given:
    """A field as it came."""

    name: str
    """What the sender called it."""
    value: Any
    rival: str | None = None
    """The same name in another spelling, with another value: then nobody knows which is meant."""


def spelling(name: str) -> str:
    """The same for all spellings of a name."""
    return _known_spelling(name) if len(name) <= _LONGEST_KNOWN else _BETWEEN_WORDS.sub("", name).casefold()


@lru_cache(maxsize=4096)
def _known_spelling(name: str) -> str:
    """Of names that are no longer than names are: a sender's programs use the same few again and again."""
    return _BETWEEN_WORDS.sub("", name).casefold()


def names_an_order(part: Mapping[str, Any]) -> bool:
    """Whether the object has an order's id or token under a name that says so."""
    return not {"orderid", "ordertoken"}.isdisjoint(map(spelling, part))


def one_value(rival: str) -> str:
    """What is wrong where a name came twice."""
    return f"Expected one value; `{rival}` came as well, with another. Send one of them."


def find(part: Mapping[str, Any], names: Names) -> dict[str, Given]:
    """The fields of the object, by our names; empty ones are left out."""
    return {field: given[0] for field, given in find_all(part, names).items()}


def values(part: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """What came in these fields."""
    return {field: given.value for field, given in find(part, names).items()}


def find_all(part: Mapping[str, Any], names: Names) -> dict[str, list[Given]]:
    """The fields with all that came for each, under whatever name, in the order of the names."""
    by_spelling: dict[str, list[str]] = {}
    for name, value in part.items():
        if value is not None:
            by_spelling.setdefault(spelling(name), []).append(name)
    found: dict[str, list[Given]] = {}
    for field, candidates in names.items():
        given = []
        for candidate in candidates:
            called_so = by_spelling.get(spelling(candidate), ())
            spelled = [name for name in called_so if not _is_empty(field, part[name])]
            if spelled:
                first, *others = spelled
                rival = next((other for other in others if part[other] != part[first]), None)
                given.append(Given(as_name(first), part[first], None if rival is None else as_name(rival)))
        if given:
            found[field] = given
    return found


def _is_empty(field: str, value: Any) -> bool:
    """Whether there is nothing in it. What came in place of an order's id is for the reader to name."""
    if field == "order_id":
        return isinstance(value, str) and fields.plain(value) is None
    return fields.is_nothing(value)


_ORDERS = frozenset(map(spelling, ("order", "orders", "order_message", "product_items", "order_details")))
"""Called so, an object or a list is an order, or holds its items."""


_PARTS = frozenset(map(spelling, ("order_id", "order_token")))


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
