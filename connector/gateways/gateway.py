"""What a gateway's module has, and what these modules share."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from connector.amounts import same_amount, scaled_items, sum_total
from connector.gateways.reading import ids
from connector.gateways.reading.ids import wrong_order_id
from connector.gateways.reading.names import looks_like_an_order
from connector.gateways.reading.result import Reading
from connector.models import Item, NewOrder, Number

Body = Mapping[str, Any]


class Gateway(Protocol):
    """A gateway's module."""

    NAME: str
    """As it stands in the address `/webhooks/<name>`."""
    TITLE: str
    """As people call it."""

    def recognises(self, body: Body) -> bool:
        """Whether this is a payload of the gateway's, with an order or without one."""

    def read(self, body: Body, reading: Reading, *, now: datetime, at: str) -> None:
        """Adds what it holds to `reading`: orders, changes, something to ignore, something unclear. Never raises."""


def without_items(title: str) -> str:
    """Why an order has no items, where they neither came along nor can be had from Whapi."""
    return (
        f"The order came through {title} without its items, and the connector can fetch items from Whapi alone. "
        "See them in WhatsApp, or send the order again with its `items`."
    )


def take(order: NewOrder, reading: Reading, *, at: str, title: str, part: Any, given_id: Any) -> None:
    """Adds the order, or, if its id is none, what is wrong with it. `part`: the payload, to be kept; `given_id`: the id
    as it came."""
    if (wrong := wrong_order_id(given_id)) is not None:
        reading.add_unclear(at, wrong, part)
        return
    if not order.items:
        order = replace(order, items=None, order_token=None, unfetchable=without_items(title))
    reading.add_order(order)


def id_of(value: Any) -> str:
    """The id as a text; empty where there is none."""
    return ids.order_id(value) or ""


def pass_over(part: Any, reading: Reading, *, at: str, title: str, kept: Any = None) -> None:
    """Counts what holds no order as ignored; keeps what looks like one all the same. `kept`: what is kept of it, if not
    the part itself."""
    if looks_like_an_order(part):
        sentence = f"This came from {title} and looks like an order, but is none that is known."
        reading.add_unclear(at, sentence, part if kept is None else kept)
    else:
        reading.ignored += 1


def in_units(amount: Number | None, parts: int) -> Number | None:
    """An amount that came in thousandths or hundredths, in whole units."""
    return None if amount is None else scaled_items((Item(quantity=1, price=amount),), parts)[0].price


def at_their_total(items: Sequence[Item], total: Number | None, parts: int) -> tuple[Item, ...]:
    """The items, with prices in whole units: as they are, or divided by `parts`, where the total proves that."""
    smaller = scaled_items(items, parts)
    return smaller if total is not None and same_amount(sum_total(smaller), total) else tuple(items)
