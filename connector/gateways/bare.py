"""Reads an order that came by itself, not as a message of Whapi's.

Its fields are taken under any usual name, and in whatever form is beyond doubt. Each one that is wrong is named, with
what came and what was expected.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from connector.gateways.reading import fields, ids, names, numerals
from connector.gateways.reading.ids import LONGEST_ID, is_order_id, why_lost
from connector.gateways.reading.lines import MOST_ITEMS, NO_LINE, entries_of, read_line
from connector.gateways.reading.names import Given, Names
from connector.gateways.reading.result import Reading, Unclear, join
from connector.gateways.reading.unwrap import opened
from connector.gateways.reading.wording import as_name, came
from connector.models import Item, NewOrder, Number

T = TypeVar("T")
Layer = tuple[str, dict[str, Any], Names]
"""Where an object stands, the object, and the names that its fields may have."""

_BEFORE = tuple(map(names.spelling, names.BEFORE))
_BEHIND = tuple(map(names.spelling, names.BEHIND))
_WITHIN = frozenset(map(names.spelling, names.WITHIN))
_NUMBERED = re.compile(
    r"(?:(?:order|pedido|bestellung|commande|ordine|pesanan)\s*(?:#\s*|\s)|#\s*)[\w.-]*\d[\w.-]*\Z", re.IGNORECASE
)
"""What shops call an order: `#1001`, `Order 1001`."""
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
    lids = [lid for _, layer, _ in layers for lid in ids.lids(layer)]
    order_id = found.take("order_id", _order_id)
    token = found.take("order_token", _token)
    currency = found.take("currency", _text)
    items = found.take("items", lambda value: _items(value, found, currency))
    total = found.take("total_price", lambda value: _amount(value, currency))
    new = NewOrder(
        order_id=order_id or "",
        order_token=token,
        received_at=fields.moment(found.take("received_at", _moment), now=now) or now,
        channel_id=found.take("channel_id", _text),
        customer_name=_customer(found),
        customer_phone=found.take("customer_phone", lambda _: ids.phone(*found.values("customer_phone"), *lids)),
        title=found.take("title", _text),
        note=found.take("note", _text),
        item_count=found.take("item_count", _number),
        total_price=total,
        currency=currency or found.currency_of("total_price"),
        items=items or None,
        chat_id=ids.chat_id(*found.values("chat_id")),
        message_id=found.take("message_id", _text),
        warning=_unread_phone(found),
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
    """The object; before it the one that it has for the customer, and behind it its addresses, if these are objects."""
    rest, before, behind = dict(part), [], []
    for name, value in part.items():
        spelled = names.spelling(name)
        inner = opened(value)
        if not isinstance(inner, dict) or not (spelled in _BEFORE or spelled in _BEHIND):
            continue
        del rest[name]
        if spelled in _BEFORE:
            before += _person(join(at, as_name(name)), inner)
        else:
            behind.append((spelled, _person(join(at, as_name(name)), inner)))
    ordered = [layer for _, layers in sorted(behind, key=lambda found: _BEHIND.index(found[0])) for layer in layers]
    return [*before, (at, rest, known), *ordered]


def _person(at: str, part: dict[str, Any]) -> list[Layer]:
    """The object about somebody, and those within it that tell more of him."""
    rest, within = dict(part), []
    for name, value in part.items():
        if names.spelling(name) in _WITHIN and isinstance(inner := opened(value), dict):
            layer = (join(at, as_name(name)), inner, names.CUSTOMER)
            if names.find(inner, names.CUSTOMER):
                del rest[name]
                within.append(layer)
    return [(at, rest, names.CUSTOMER), *within]


class _Fields:
    """The fields of an order, and what is wrong with them."""

    def __init__(self, layers: Sequence[Layer], part: Any) -> None:
        self.problems: list[Unclear] = []
        self.given: dict[str, list[tuple[str, Given]]] = {}
        self.places = list(dict.fromkeys(at for at, _, _ in layers))
        self._part = part
        for at, layer, known in layers:
            for field, given in names.find_all(layer, known).items():
                self.given.setdefault(field, []).extend((at, each) for each in given)

    def take(self, field: str, read: Callable[[Any], T]) -> T | None:
        """The field as `read` understands it; None where it did not come, or is wrong."""
        return self._read(*self.given[field][0], read) if field in self.given else None

    def take_first(self, field: str, read: Callable[[Any], T | None], *, at: str) -> T | None:
        """The first of all that came for the field in one of the objects which `read` finds something in."""
        for place, given in self.given.get(field, ()):
            if place == at and (value := self._read(at, given, read)) is not None:
                return value
        return None

    def values(self, field: str) -> list[Any]:
        """All that came for the field, the best name first."""
        return [given.value for _, given in self.given.get(field, ())]

    def currency_of(self, field: str) -> str | None:
        """The currency that stands in an amount's object."""
        return next((fields.text(numerals.currency_of(value)) for value in self.values(field)), None)

    def where(self, field: str) -> str:
        at, given = self.given[field][0]
        return join(at, given.name)

    def wrong(self, where: str, sentence: str) -> None:
        self.problems.append(Unclear(where, sentence, self._part))

    def _read(self, at: str, given: Given, read: Callable[[Any], T]) -> T | None:
        where = join(at, given.name)
        if given.rival is not None:
            self.wrong(where, names.one_value(given.rival))
            return None
        try:
            return read(given.value)
        except ValueError as error:
            self.wrong(where, str(error))
            return None


def _customer(found: _Fields) -> str | None:
    """The customer's name. A shop's own name for the order, such as `#1001`, is none."""
    orders_own = {fields.plain(value) for name in ("order_id", "order_name") for value in found.values(name)}

    def name(value: Any) -> str | None:
        text = _text(value)
        return None if text is None or text in orders_own or _NUMBERED.match(text) else text

    for at in found.places:
        whole = found.take_first("customer_name", name, at=at)
        parts = [found.take_first(part, name, at=at) for part in ("first_name", "last_name")]
        if called := whole or " ".join(filter(None, parts)):
            return called
    return None


def _unread_phone(found: _Fields) -> str | None:
    """A sentence where something came for the phone that names nobody."""
    values = found.values("customer_phone")
    if not values or ids.phone(*values) or ids.chat_id(*values):
        return None
    return f"The phone number could not be read: {came(values[0])} came."


def _order_id(value: Any) -> str:
    if (sentence := why_lost(value)) is not None:
        raise ValueError(sentence)
    text = ids.order_id(value)
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
    return _amount(value, None)


def _amount(value: Any, currency: str | None) -> Number:
    number = numerals.money(value, currency=currency)[0]
    if number is None:
        raise ValueError(f"Expected a number, such as 359 or 359.50; {came(value)} came.")
    return number


def _moment(value: Any) -> Number:
    """Seconds since 1970."""
    seconds = fields.seconds_of(value)
    if seconds is None:
        raise ValueError(
            f"Expected a time with its zone, such as 2026-01-31T09:30:00Z, or seconds since 1970; {came(value)} came."
        )
    return seconds


def _items(value: Any, order: _Fields, currency: str | None) -> tuple[Item, ...]:
    """The items. What is wrong with one of them is added to what is wrong with the order."""
    entries = entries_of(value)
    if entries is None:
        raise ValueError(f"Expected a list of items; {came(value)} came.")
    if len(entries) > MOST_ITEMS:
        raise ValueError(f"Expected at most {MOST_ITEMS} items; {len(entries)} came.")
    where = order.where("items")
    return tuple(_item(entry, f"{where}[{index}]", order, currency) for index, entry in enumerate(entries))


def _item(value: Any, at: str, order: _Fields, currency: str | None) -> Item:
    line = read_line(value, currency=currency) if isinstance(value, dict) else None
    if line is None or not line.known:
        order.wrong(at, f"{NO_LINE}; {came(value)} came.")
        return Item()
    for name, sentence, _ in line.wrong:
        order.wrong(join(at, name), sentence)
    return line.item
