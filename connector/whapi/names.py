"""Under which names the fields of an order and of its items come.

Whatever the spelling: `order_id`, `orderId`, `Order ID` and `order-id` are the same. Where several names are given, the
first of the list that holds something counts. Only names that can mean nothing else are here: a bare `id` could be a
message's, `amount` a number of pieces.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.whapi.wording import as_name

Names = Mapping[str, tuple[str, ...]]

ORDER: Names = {
    "order_id": ("order_id",),
    "order_token": ("order_token", "token"),
    "channel_id": ("channel_id",),
    "customer_name": ("customer_name", "customer", "from_name", "full_name", "name", "chat_name"),
    "customer_phone": ("customer_phone", "phone", "phone_number", "whatsapp", "mobile", "wa_id", "from", "chat_id"),
    "title": ("title", "order_title"),
    "note": ("note", "notes", "customer_note", "comment", "text"),
    "item_count": ("item_count", "items_count"),
    "total_price": ("total_price", "total", "order_total", "total_amount", "grand_total"),
    "currency": ("currency", "currency_code"),
    "received_at": ("received_at", "received", "timestamp"),
    "items": ("items", "order_items", "line_items", "product_items", "products"),
}
"""An order by itself."""
INSIDE: Names = {**ORDER, "order_id": ("order_id", "id")}
"""In an object called `order`, where `id` is the order's."""
AROUND: Names = {**ORDER, "order_token": ("order_token",)}
"""Around an object called `order`, where `token` could be anything's."""
CUSTOMER: Names = {
    "customer_name": ("customer_name", "name", "full_name"),
    "customer_phone": ("customer_phone", "phone", "phone_number", "whatsapp", "mobile", "wa_id"),
}
"""In an object called `customer`."""
ITEM: Names = {
    "product_id": ("product_id", "id"),
    "sku": ("sku", "product_retailer_id", "retailer_id"),
    "name": ("name", "product_name", "product", "title"),
    "quantity": ("quantity", "qty"),
    "price": ("price", "item_price", "unit_price"),
    "currency": ("currency", "currency_code"),
    "image": ("image", "image_url"),
}

_BETWEEN_WORDS = re.compile(r"[\s_.-]+")


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
    return _BETWEEN_WORDS.sub("", name).casefold()


def names_an_order(part: Mapping[str, Any]) -> bool:
    """Whether the object has an order's id or token under a name that says so."""
    return not {"orderid", "ordertoken"}.isdisjoint(map(spelling, part))


def find(part: Mapping[str, Any], names: Names) -> dict[str, Given]:
    """The fields of the object, by our names; empty ones are left out."""
    by_spelling: dict[str, list[str]] = {}
    for name, value in part.items():
        if value is not None and not (isinstance(value, str) and not value.strip()):
            by_spelling.setdefault(spelling(name), []).append(name)
    found = {}
    for field, candidates in names.items():
        for candidate in candidates:
            if spelled := by_spelling.get(spelling(candidate)):
                first, *others = spelled
                rival = next((other for other in others if part[other] != part[first]), None)
                found[field] = Given(as_name(first), part[first], None if rival is None else as_name(rival))
                break
    return found
