"""Reads the answers of Whapi's API: `GET /business/orders/{id}`, and `GET /messages/list`, the message history."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Some messages of the history, one after the other."""

    messages: list[Any]
    total: int | None
    """How many there are in the time that was asked for, as far as the answer says so."""


def parse_page(answer: Any) -> MessagePage | None:
    """The page of a `MessagesList` answer; None if it is not of that shape. What the messages are is not looked at."""
    if not isinstance(answer, dict) or not isinstance(answer.get("messages"), list):
        return None
    total = answer.get("total")
    return MessagePage(answer["messages"], total if isinstance(total, int) and not isinstance(total, bool) else None)
