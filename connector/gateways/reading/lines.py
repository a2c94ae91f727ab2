"""Reads the lines of an order: its items, wherever they come from and whatever their fields are called."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from connector.gateways.reading import fields, names, numerals
from connector.gateways.reading.lengths import LONGEST_ID, LONGEST_NAME, LONGEST_TEXT, cut
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
_PRODUCT = frozenset({"product", "productdata", "item", "variant"})
"""What an object about a line's product is called."""
_PLAIN_NAMES = {field: called[0] for field, called in names.ITEM.items()}
_AROUND_ONE = ("json", "node", "item", "fields", "attributes")
"""What no-code tools and interfaces put a single entry into."""


@dataclass(slots=True)
class Line:
    """One line as it was read."""

    item: Item = field(default_factory=Item)
    known: bool = False
    """Whether it has any field of an item; a currency alone could be that of all."""
    wrong: list[tuple[str, str, Any]] = field(default_factory=list)
    """What could not be read: the field as it was called, what was expected, and what came."""
    cut: list[str] = field(default_factory=list)
    """What was too long, in words."""


def read_line(entry: Mapping[str, Any], *, currency: str | None = None) -> Line:
    """Reads one line. A picture that can't be read is left out, as nobody orders a picture. `currency`: the order's."""
    line = Line()
    given = names.find(_with_its_product(entry), names.ITEM)
    own = fields.text(given["currency"].value) if "currency" in given else None
    line.known = not given.keys() <= {"currency"}

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
        product_id=take("product_id", _id, ID),
        sku=take("sku", _id, ID),
        name=_within(take("name", fields.text, TEXT), "name", line),
        quantity=take("quantity", numerals.number, NUMBER),
        price=take("price", lambda value: numerals.money(value, currency=own or currency)[0], NUMBER),
        currency=_within(take("currency", fields.text, TEXT), "currency", line),
        image=_picture(given["image"].value) if "image" in given else None,
    )
    if line.item.currency is None and "price" in given:
        of_price = fields.text(numerals.currency_of(given["price"].value))
        line.item = replace(line.item, currency=_within(of_price, "currency", line))
    return line


def _id(value: Any) -> str | None:
    text = fields.text(value)
    return None if text is None or len(text) > LONGEST_ID else text


def _within(text: str | None, name: str, line: Line) -> str | None:
    if text is None or (shorter := cut(text, LONGEST_NAME)) == text:
        return text
    line.cut.append(f"the {name} was cut: it had {len(text):,} characters, and {LONGEST_NAME:,} are the most")
    return shorter


def _picture(value: Any) -> str | None:
    address = fields.picture(value)
    return None if address is None or len(address) > LONGEST_TEXT else address


def _with_its_product(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """The line with the fields of the product that stands in it as an object. What the line says itself counts more,
    but for an `id`, which is its own and not the product's."""
    for name, value in entry.items():
        if names.spelling(name) not in _PRODUCT or not isinstance(product := opened(value), dict):
            continue
        of_product = names.find(product, names.ITEM)
        if not of_product:
            return entry
        rest = {
            key: inner
            for key, inner in entry.items()
            if key != name and not (names.spelling(key) == "id" and "product_id" in of_product)
        }
        given = names.find(rest, names.ITEM)
        return {**rest, **{_PLAIN_NAMES[field]: of_product[field].value for field in of_product.keys() - given.keys()}}
    return entry


def entries_of(value: Any) -> list[Any] | None:
    """The entries of what holds items: a list of them or of lists, one alone, an object with an entry for each (by its
    number, or by the product's), or one that has them in a list, as in pages of a larger one; None if it is neither."""
    value = opened(value)
    for _ in range(_DEEPEST):
        if not isinstance(value, dict) or read_line(value).known:
            break
        inner = [opened(part) for part in value.values()]
        lists = [part for part in inner if isinstance(part, list)]
        parts = [part for part in inner if isinstance(part, dict)]
        if len(lists) == 1:
            value = lists[0]
        elif parts and len(parts) == len(inner):
            value = parts
        else:
            break
    if isinstance(value, dict):
        return [value]
    return [entry for each in value for entry in _entries_in(each)] if isinstance(value, list) else None


def _entries_in(value: Any) -> list[Any]:
    """The entry, without what is only around it; several, where it is a list itself."""
    value = opened(value)
    if isinstance(value, list):
        return [inner for each in value for inner in _unwrapped(each)]
    return _unwrapped(value)


def _unwrapped(value: Any) -> list[Any]:
    value = opened(value)
    if isinstance(value, dict):
        inner = [found for name in _AROUND_ONE if isinstance(found := opened(value.get(name)), dict)]
        if (
            len(inner) == 1
            and not read_line({name: part for name, part in value.items() if part is not inner[0]}).known
        ):
            return inner
    return [value]


def read_lines(entries: Any, *, most: float = inf, currency: str | None = None) -> tuple[Item, ...] | None:
    """The items of a list, each with what could not be read of it; None if it is no list of items, or of too many."""
    found = entries_of(entries)
    if found is None or len(found) > most:
        return None
    items = []
    for entry in found:
        line = read_line(entry, currency=currency) if isinstance(entry, dict) else Line()
        if not line.known:
            return None
        unread = [f"the {name} could not be read: {came(value)} came" for name, _, value in line.wrong]
        items.append(replace(line.item, unread=" and ".join([*unread, *line.cut]) or None))
    return tuple(items)


def items_within(*objects: Mapping[str, Any], currency: str | None = None) -> tuple[Item, ...]:
    """The items that stand anywhere in the objects; none if there are none. The first list of items counts.
    `currency`: the order's."""
    layer: Sequence[Mapping[str, Any]] = objects
    for _ in range(_DEEPEST):
        below: list[Mapping[str, Any]] = []
        for each in layer:
            for name, value in each.items():
                spelled = names.spelling(name)
                if spelled in _ELSEWHERE:
                    continue
                if spelled in _LISTS and (items := read_lines(value, most=MOST_ITEMS, currency=currency)):
                    return with_sku_as_name(items) if spelled == _WITHOUT_NAMES else items
                # Those given are looked at already, also where one stands within another.
                if isinstance(inner := opened(value), dict) and not any(inner is each for each in objects):
                    below.append(inner)
        layer = below
    return ()


def with_sku_as_name(items: Sequence[Item]) -> tuple[Item, ...]:
    """The items, each called by the shop's own number where it has no name."""
    return tuple(replace(item, name=item.name or item.sku) for item in items)


TEXT = "Expected a text"
ID = f"Expected a text of at most {LONGEST_ID} characters"
NUMBER = "Expected a number, such as 359 or 359.50"
_LISTS = frozenset(map(names.spelling, names.ORDER["items"]))
