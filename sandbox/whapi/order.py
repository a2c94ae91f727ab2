"""An order as the stand-in for Whapi knows it: what the webhook says of it, its items, and how fetching
them goes."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Step = int | str
"""How one fetch of an order's items goes: an HTTP status, or one of the words in STEPS."""

STEPS = {
    "ok": "200 with the items",
    "timeout": "no answer for `hang_seconds`, then a gateway's 504 page",
    "empty": "200 with an empty list of items",
    "garbage": "200 with JSON that is not of the documented shape",
    "html": "200 with an HTML page, as a proxy in front of the gateway sends it",
    "truncated": "200 whose body breaks off half-way; the connection is closed",
    "huge": "200 with some 20 MB of items",
    "thousandfold": "200 with prices times 1000, as WhatsApp's own protocol carries them",
    "mismatch": "200 with items that don't add up to the order's total",
}


def number(value: Decimal) -> int | float:
    """As JSON carries it: 359, not 359.0; 12.5, not 12.50."""
    return int(value) if value == value.to_integral_value() else float(value)


@dataclass(frozen=True)
class SandboxItem:
    """One line of a cart."""

    product_id: str
    sku: str
    name: str
    image: str
    quantity: int
    price: Decimal
    currency: str

    def as_json(self, factor: int = 1) -> dict[str, Any]:
        """The shape of Whapi's `OrderItems.items[]` [SDK]; `factor` multiplies the price."""
        return {
            "id": self.product_id,
            "product_retailer_id": self.sku,
            "name": self.name,
            "image": self.image,
            "quantity": self.quantity,
            "price": number(self.price * factor),
            "currency": self.currency,
        }


@dataclass(frozen=True)
class SandboxOrder:
    """One order. `message()` is what the webhook carries; the items are fetched with the order's id and
    token."""

    order_id: str
    token: str
    items: tuple[SandboxItem, ...]
    customer_name: str
    customer_phone: str
    title: str
    currency: str
    message_id: str
    timestamp: int
    text: str | None = None
    """The customer's message; left out of the webhook when None."""
    seller: str = "61371989950"
    preview: str | None = None
    """The picture, as a data URL."""
    behaviour: tuple[Step, ...] = ()
    """How the first fetches go, in turn; every later one goes well."""
    afterwards: Step = "ok"
    """How every fetch after `behaviour` goes."""
    total_price: Decimal | None = None
    """None: what the items add up to."""
    item_count: int | None = None
    """None: the number of lines. Whapi doesn't say whether it counts lines or pieces; its sample fits
    both."""
    sample: str = "normal"
    """Which named sample this is, for the page."""
    without: frozenset[str] = field(default=frozenset())
    """Fields of `order` that the webhook leaves out; all of them are optional in the schema [SDK]."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Fields put into the message beside the documented ones, or in their place."""

    @property
    def chat_id(self) -> str:
        return f"{self.customer_phone}@s.whatsapp.net"

    @property
    def total(self) -> Decimal:
        if self.total_price is not None:
            return self.total_price
        return sum((item.price * item.quantity for item in self.items), Decimal(0))

    def step(self, fetch: int) -> Step:
        """How the fetch with this number goes, counted from 0."""
        return self.behaviour[fetch] if fetch < len(self.behaviour) else self.afterwards

    def message(self) -> dict[str, Any]:
        """The order as a message of the webhook and of the message list, in the shape of the help desk's
        sample."""
        order: dict[str, Any] = {
            "order_id": self.order_id,
            "seller": self.seller,
            "title": self.title,
            "text": self.text,
            "token": self.token,
            "item_count": len(self.items) if self.item_count is None else self.item_count,
            "currency": self.currency,
            "total_price": number(self.total),
            "status": "new",
            "preview": self.preview,
        }
        shown = {key: value for key, value in order.items() if value is not None and key not in self.without}
        return {
            "id": self.message_id,
            "from_me": False,
            "type": "order",
            "chat_id": self.chat_id,
            "timestamp": self.timestamp,
            "source": "mobile",
            "order": shown,
            "from": self.customer_phone,
            "from_name": self.customer_name,
            **self.extra,
        }
