"""Reads an order that came by itself, not as a message of Whapi's.

Its fields are taken under any usual name, and in whatever form is beyond doubt. Each one that is wrong is named, with
what came and what was expected.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from connector.models import Item, NewOrder, Number
from connector.whapi import fields, names
from connector.whapi.names import Given, Names
from connector.whapi.payload import LONGEST_ID, Reading, Unclear, is_order_id, join
from connector.whapi.unwrap import opened
from connector.whapi.wording import as_name, came

T = TypeVar("T")
Layer = tuple[str, dict[str, Any], Names]
"""Where an object stands, the object, and the names that its fields may have."""

MOST_ITEMS = 1000
"""In one order. Its rows go to the sheet in one request, and no cart of WhatsApp's is near that."""
_NO_ITEMS = "Without the order's token its items can't be fetched. Send `order_token`, or the `items`."


def read_bare(part: dict[str, Any], reading: Reading, *, now: datetime, at: str) -> None:
    """Adds the order to `reading`, or else what is wrong with it. `part` is the order, or an object around `order`."""
    order = opened(part.get("order"))
    if isinstance(order, dict):
        at_order = join(at, "order")
        layers = [*_layers(at_order, order, names.INSIDE), *_layers(at, part, names.AROUND)]
    else:
        at_order = at
        layers = _layers(at, part, names.ORDER)
    found = _Fields(layers, part)
    order_id = found.take("order_id", _order_id)
    token = found.take("order_token", _token)
    items = found.take("items", lambda value: _items(value, found))
    new = NewOrder(
        order_id=order_id or "",
        order_token=token,
        received_at=fields.moment(found.take("received_at", _moment), now=now) or now,
        channel_id=found.take("channel_id", _text),
        customer_name=found.take("customer_name", _text),
        customer_phone=found.take("customer_phone", lambda value: fields.phone(_text(value))),
        title=found.take("title", _text),
        note=found.take("note", _text),
        item_count=found.take("item_count", _number),
        total_price=found.take("total_price", _number),
        currency=found.take("currency", _text),
        items=items or None,
    )
    if "order_id" not in found.given:
        hint = " An `id` came, but that could be a message's." if "id" in part else ""
        found.wrong(join(at_order, "order_id"), f"This field is needed.{hint}")
    elif not found.problems and token is None and not items:
        found.wrong(join(at_order, "order_token"), _NO_ITEMS)
    if found.problems:
        reading.unclear += found.problems
    else:
        reading.orders.append(new)


def _layers(at: str, part: dict[str, Any], known: Names) -> list[Layer]:
    """The object, and before it the one that it has for the customer, if that is an object."""
    key = next((name for name in part if names.spelling(name) == "customer"), "")
    customer = opened(part.get(key))
    if not isinstance(customer, dict):
        return [(at, part, known)]
    rest = {name: value for name, value in part.items() if name != key}
    return [(join(at, as_name(key)), customer, names.CUSTOMER), (at, rest, known)]


class _Fields:
    """The fields of an order or an item, and what is wrong with them."""

    def __init__(self, layers: Sequence[Layer], part: Any) -> None:
        self.problems: list[Unclear] = []
        self.given: dict[str, tuple[str, Given]] = {}
        self._part = part
        for at, layer, known in layers:
            for field, given in names.find(layer, known).items():
                self.given.setdefault(field, (at, given))

    def take(self, field: str, read: Callable[[Any], T]) -> T | None:
        """The field as `read` understands it; None where it did not come, or is wrong."""
        if field not in self.given:
            return None
        at, given = self.given[field]
        where = join(at, given.name)
        if given.rival is not None:
            self.wrong(where, f"Expected one value; `{given.rival}` came as well, with another. Send one of them.")
            return None
        try:
            return read(given.value)
        except ValueError as error:
            self.wrong(where, str(error))
            return None

    def where(self, field: str) -> str:
        at, given = self.given[field]
        return join(at, given.name)

    def wrong(self, where: str, sentence: str) -> None:
        self.problems.append(Unclear(where, sentence, self._part))


def _order_id(value: Any) -> str:
    text = fields.text(value)
    if text is None or not is_order_id(text):
        raise ValueError(f"Expected a text of 1 to {LONGEST_ID} characters on one line; {came(value)} came.")
    return text


def _token(value: Any) -> str | None:
    text = fields.text(value)
    if text is None:
        # Whatever it is, it may hold the token.
        raise ValueError("Expected the order's token as a text.")
    return text


def _text(value: Any) -> str | None:
    text = fields.text(value)
    if text is None and not isinstance(value, str):
        raise ValueError(f"Expected a text; {came(value)} came.")
    return text


def _number(value: Any) -> Number:
    number = fields.number(value)
    if number is None:
        raise ValueError(f"Expected a number, such as 359 or 359.50; {came(value)} came.")
    return number


def _moment(value: Any) -> Number:
    """Seconds (or milliseconds) since 1970."""
    number = fields.number(value)
    if number is not None:
        return number
    try:
        moment = datetime.fromisoformat(value.strip())
    except (AttributeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(
            f"Expected a time with its zone, such as 2026-01-31T09:30:00Z, or seconds since 1970; {came(value)} came."
        )
    return moment.timestamp()


def _items(value: Any, order: _Fields) -> tuple[Item, ...]:
    """The items. What is wrong with one of them is added to what is wrong with the order."""
    value = opened(value)
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        raise ValueError(f"Expected a list of items; {came(value)} came.")  # noqa: TRY004 - all that is wrong is one kind
    if len(value) > MOST_ITEMS:
        raise ValueError(f"Expected at most {MOST_ITEMS} items; {len(value)} came.")
    where = order.where("items")
    return tuple(_item(entry, f"{where}[{index}]", order) for index, entry in enumerate(value))


def _item(value: Any, at: str, order: _Fields) -> Item:
    value = opened(value)
    if not isinstance(value, dict):
        order.wrong(at, f"Expected an item, such as an object with `name`, `quantity` and `price`; {came(value)} came.")
        return Item()
    found = _Fields([(at, value, names.ITEM)], value)
    item = Item(
        product_id=found.take("product_id", _text),
        sku=found.take("sku", _text),
        name=found.take("name", _text),
        quantity=found.take("quantity", _number),
        price=found.take("price", _number),
        currency=found.take("currency", _text),
        image=found.take("image", _text),
    )
    if not found.given:
        found.wrong(at, f"Expected an item, such as an object with `name`, `quantity` and `price`; {came(value)} came.")
    order.problems += found.problems
    return item
