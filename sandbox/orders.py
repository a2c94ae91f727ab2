"""Sample orders: varied, realistic, and the same every time for the same seed.

`OrderMaker.make(sample)` gives one order of a named sample, `demo_orders` a dozen for the demo,
`whapi_sample` the very order of Whapi's help desk.
"""

import base64
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from threading import Lock
from typing import Any

from connector.clock import Clock
from sandbox.whapi.events import text_message
from sandbox.whapi.market import CUSTOMERS, HOSTILE_GOODS, HOSTILE_NAME, HOSTILE_NOTE, HOSTILE_TITLE, SHOPS, Shop
from sandbox.whapi.order import SandboxItem, SandboxOrder

JPEG_HEAD = bytes.fromhex("ffd8ffe000104a46494600010100000100010000")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True)
class Sample:
    """A named kind of order. `alter` turns a normal order into one of this kind."""

    says: str
    alter: Callable[["OrderMaker", SandboxOrder], SandboxOrder]


class OrderMaker:
    """Makes orders with ids of their own. Safe to use from several threads."""

    def __init__(self, *, clock: Clock, seed: int = 1) -> None:
        self._clock = clock
        self._random = random.Random(seed)  # noqa: S311 - sample data
        self._lock = Lock()

    def make(self, sample: str = "normal") -> SandboxOrder:
        """An order of a named sample, sent just now; ValueError for a name that isn't in SAMPLES."""
        if sample not in SAMPLES:
            raise ValueError(f"sample must be one of {', '.join(SAMPLES)}.")
        with self._lock:
            return replace(SAMPLES[sample].alter(self, self._normal()), sample=sample)

    def make_all(self, samples: list[str]) -> list[SandboxOrder]:
        """One order for each name, a second apart; the last is sent just now."""
        orders = [self.make(sample) for sample in samples]
        first = orders[-1].timestamp - len(orders) + 1
        return [replace(order, timestamp=first + n) for n, order in enumerate(orders)]

    def text_message(self) -> dict[str, Any]:
        """A message that is no order, as stands between them."""
        with self._lock:
            customer = self._random.choice(CUSTOMERS)
            return text_message(
                self._random.choice(("Hi, are you open today?", "Thanks!", "👍", "متى يصل؟")),
                message_id=self._message_id(),
                phone=customer.phone,
                name=customer.name,
                timestamp=int(self._clock.now().timestamp()),
            )

    def items(self, shop: Shop, lines: int) -> tuple[SandboxItem, ...]:
        """Lines of a cart, each of another product as long as the shop has more; then other sizes of them."""
        return tuple(self._item(shop, n) for n in self._random.sample(range(max(lines, len(shop.goods))), lines))

    def product_id(self) -> str:
        return str(self._random.randrange(10**15, 10**16))

    def _item(self, shop: Shop, n: int) -> SandboxItem:
        sku, name, price = shop.goods[n % len(shop.goods)]
        size = n // len(shop.goods)
        return SandboxItem(
            product_id=self.product_id(),
            sku=f"{sku}-{size}" if size else sku,
            name=f"{name} ({size + 1})" if size else name,
            image=f"https://media.example/{sku}.jpg?ccb=1-7&oh={self._random.getrandbits(64):x}",
            quantity=self._random.choice((1, 1, 1, 2, 2, 3, 4, 6, 10)),
            price=Decimal(price),
            currency=shop.currency,
        )

    def _normal(self) -> SandboxOrder:
        customer, shop = self._random.choice(CUSTOMERS), self._random.choice(SHOPS)
        lines = self._random.choice((1, 1, 2, 2, 3, 3, 4, 5))
        return SandboxOrder(
            order_id=str(self._random.randrange(10**14, 10**16)),
            token=self._token(),
            items=self.items(shop, lines),
            customer_name=customer.name,
            customer_phone=customer.phone,
            title=shop.title,
            text=self._random.choice((*shop.notes, None)),
            currency=shop.currency,
            message_id=self._message_id(),
            timestamp=int(self._clock.now().timestamp()),
            preview=self._preview(),
        )

    def _token(self) -> str:
        """Base64 as Whapi's, 48 characters that surely hold `+`, `/` and `=`: whoever doesn't escape it,
        fails."""
        while True:
            token = base64.b64encode(self._random.randbytes(34)).decode()
            if "+" in token and "/" in token:
                return token

    def _message_id(self) -> str:
        first = "".join(self._random.choices(ALPHABET, k=22))
        return f"{first}-{''.join(self._random.choices(ALPHABET, k=10))}"

    def _preview(self) -> str:
        """Looks like a JPEG of some kB; it is noise behind the header."""
        picture = JPEG_HEAD + self._random.randbytes(self._random.randrange(2000, 8000))
        return f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}"


def _as_it_is(_: OrderMaker, order: SandboxOrder) -> SandboxOrder:
    return order


def _many_items(maker: OrderMaker, order: SandboxOrder) -> SandboxOrder:
    shop = next(shop for shop in SHOPS if shop.title == order.title)
    return replace(order, items=maker.items(shop, 12))


def _hostile(maker: OrderMaker, order: SandboxOrder) -> SandboxOrder:
    goods = tuple(
        SandboxItem(maker.product_id(), sku, name, "javascript:alert(1)", 1, Decimal(price), order.currency)
        for sku, name, price in HOSTILE_GOODS
    )
    return replace(order, customer_name=HOSTILE_NAME, title=HOSTILE_TITLE, text=HOSTILE_NOTE, items=goods)


def _long_note(_: OrderMaker, order: SandboxOrder) -> SandboxOrder:
    """Longer than a cell of Google Sheets may be (50,000 characters)."""
    return replace(order, text="Please read this to the end. " * 2100)


def _fetched(*behaviour: int | str) -> Callable[[OrderMaker, SandboxOrder], SandboxOrder]:
    return lambda _, order: replace(order, behaviour=behaviour)


def _always(step: int | str) -> Callable[[OrderMaker, SandboxOrder], SandboxOrder]:
    return lambda _, order: replace(order, afterwards=step)


def _no_token(_: OrderMaker, order: SandboxOrder) -> SandboxOrder:
    return replace(order, without=frozenset({"token"}))


def _bare(_: OrderMaker, order: SandboxOrder) -> SandboxOrder:
    """Only what is needed to fetch the items; the rest is optional in Whapi's schema."""
    optional = {"seller", "title", "text", "item_count", "currency", "total_price", "status", "preview"}
    return replace(order, without=frozenset(optional))


SAMPLES = {
    "normal": Sample("Items come at once.", _as_it_is),
    "many_items": Sample("Twelve lines.", _many_items),
    "fails_then_good": Sample("The items are not found twice, then come.", _fetched(404, 404)),
    "times_out_once": Sample("The first fetch gets no answer.", _fetched("timeout")),
    "gateway_500_once": Sample("The first fetch gets a 500.", _fetched(500)),
    "rate_limited_once": Sample("The first fetch gets a 429.", _fetched(429)),
    "truncated_once": Sample("The first answer breaks off.", _fetched("truncated")),
    "html_once": Sample("The first answer is a web page.", _fetched("html")),
    "empty_once": Sample("The first answer has no items.", _fetched("empty")),
    "garbage_once": Sample("The first answer is not of the documented shape.", _fetched("garbage")),
    "hostile": Sample("Formulas, control characters and markup in every text.", _hostile),
    "long_note": Sample("A note longer than a cell may be.", _long_note),
    "mismatch": Sample("The items don't add up to the total.", _always("mismatch")),
    "thousandfold": Sample("Item prices come times 1000.", _always("thousandfold")),
    "no_token": Sample("The webhook brings no order token.", _no_token),
    "bare": Sample("The webhook brings nothing but id and token.", _bare),
    "never_items": Sample("The items are never found.", _always(404)),
}

DEMO = (
    "normal",
    "normal",
    "many_items",
    "fails_then_good",
    "hostile",
    "normal",
    "times_out_once",
    "gateway_500_once",
    "normal",
    "mismatch",
    "normal",
    "normal",
)


def demo_orders(maker: OrderMaker) -> list[SandboxOrder]:
    """A dozen varied orders, among them failing and hostile ones. All of them get their items in the end."""
    return maker.make_all(list(DEMO))


def whapi_sample() -> SandboxOrder:
    """The order of Whapi's help desk, field by field, with three items that add up to its 359 AUD."""
    goods = (("Linen shirt", "LS-M", "120.5"), ("Canvas tote", "CT-1", "38.5"), ("Wool scarf", "WS-G", "200"))
    return SandboxOrder(
        order_id="964278151888836",
        token="AR4ToE6jF7HwiKY8cUChFb+h6Blgb0sbRMOY3vwRHhsaeg==",  # noqa: S106 - of the help desk's sample
        items=tuple(
            SandboxItem(
                product_id=str(6895432100000000 + n),
                sku=sku,
                name=name,
                image=f"https://media.example/{sku}.jpg",
                quantity=1,
                price=Decimal(price),
                currency="AUD",
            )
            for n, (name, sku, price) in enumerate(goods)
        ),
        customer_name="Gerald",
        customer_phone="919984351847",
        title="Jonathan",
        currency="AUD",
        message_id="7GZVXunkHjZaIOgEgWPPrw-gDMTwl0rVw",
        timestamp=1713264543,
        preview="data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAAAQAB......",
        sample="whapi_sample",
    )
