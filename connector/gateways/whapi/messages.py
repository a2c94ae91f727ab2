"""Reads the answer of `GET /messages/list`, the channel's message history."""

from dataclasses import dataclass
from typing import Any


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
