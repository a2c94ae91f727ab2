"""Reads the answer of `GET /business/orders/{id}`."""

from typing import Any

from connector.gateways.reading.lines import read_lines
from connector.models import Item


def parse_items(answer: Any) -> tuple[Item, ...] | None:
    """The items of an `OrderItems` answer; None if it is not of that shape.

    Every field of an item is optional in Whapi's schema, but an entry must be an object with one of them at least, and
    the list a list.
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
        return None
    return read_lines(answer["items"])
