"""Reads the lines of an order: its items, wherever they come from and whatever their fields are called."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from connector.gateways.reading import fields, names, numerals
from connector.gateways.reading.unwrap import opened
from connector.gateways.reading.wording import came
from connector.models import Item

MOST_ITEMS = 1000
"""In one order. Its rows go to the sheet in one request, and no cart of WhatsApp's is near that."""
NO_LINE = "Expected an item, such as an object with `name`, `quantity` and `price`"
_WITHOUT_NAMES = "productitems"
"""The list that Meta's Cloud API sends: its items have no name."""
_ELSEWHERE = frozenset({"context", "contextinfo", "quoted", "quotedmessage", "quotedmsg", "quotedcontent", "preview"})
"""What stands here belongs to another message."""
_DEEPEST = 4


@dataclass(slots=True)
class Line:
    """One line as it was read."""

    item: Item = field(default_factory=Item)
    known: bool = False
    """Whether it has any field of an item."""
    wrong: list[tuple[str, str, Any]] = field(default_factory=list)
    """What could not be read: the field as it was called, what was expected, and what came."""


def read_line(entry: Mapping[str, Any]) -> Line:
    """Reads one line. A picture that can't be read is left out, as nobody orders a picture."""
    line = Line()
    given = names.find(entry, names.ITEM)
    line.known = bool(given)

    def take(name: str, read: Callable[[Any], Any], expected: str) -> Any:
        if name not in given:
            return None
        found = given[name]
        if found.rival is not None:
            line.wrong.append((found.name, names.one_value(found.rival), found.value))
            return None
        value = read(found.value)
        if value is None:
            line.wrong.append((found.name, f"{expected}; {came(found.value)} came.", found.value))
        return value

    line.item = Item(
        product_id=take("product_id", fields.text, TEXT),
        sku=take("sku", fields.text, TEXT),
        name=take("name", fields.text, TEXT),
        quantity=take("quantity", numerals.number, NUMBER),
        price=take("price", lambda value: numerals.money(value)[0], NUMBER),
        currency=take("currency", fields.text, TEXT),
        image=fields.picture(given["image"].value) if "image" in given else None,
    )
    if line.item.currency is None and "price" in given:
        line.item = replace(line.item, currency=fields.text(numerals.money(given["price"].value)[1]))
    return line


def read_lines(entries: Any, *, most: float = inf) -> tuple[Item, ...] | None:
    """The items of a list, each with what could not be read of it; None if it is no list of items, or of too many."""
    entries = opened(entries)
    if isinstance(entries, dict):
        entries = [entries]
    if not isinstance(entries, list) or len(entries) > most:
        return None
    items = []
    for entry in map(opened, entries):
        line = read_line(entry) if isinstance(entry, dict) else Line()
        if not line.known:
            return None
        unread = [f"the {name} could not be read: {came(value)} came" for name, _, value in line.wrong]
        items.append(replace(line.item, unread=" and ".join(unread) or None))
    return tuple(items)


def items_within(*objects: Mapping[str, Any]) -> tuple[Item, ...]:
    """The items that stand anywhere in the objects; none if there are none. The first list of items counts."""
    layer: Sequence[Mapping[str, Any]] = objects
    for _ in range(_DEEPEST):
        below: list[Mapping[str, Any]] = []
        for each in layer:
            for name, value in each.items():
                spelled = names.spelling(name)
                if spelled in _ELSEWHERE:
                    continue
                if spelled in _LISTS and (items := read_lines(value, most=MOST_ITEMS)):
                    return with_sku_as_name(items) if spelled == _WITHOUT_NAMES else items
                if isinstance(inner := opened(value), dict):
                    below.append(inner)
        layer = below
    return ()


def with_sku_as_name(items: Sequence[Item]) -> tuple[Item, ...]:
    """The items, each called by the shop's own number where it has no name."""
    return tuple(replace(item, name=item.name or item.sku) for item in items)


TEXT = "Expected a text"
NUMBER = "Expected a number, such as 359 or 359.50"
_LISTS = frozenset(map(names.spelling, names.ORDER["items"]))
