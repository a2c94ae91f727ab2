"""Reads what Make, n8n, Zapier and the like send to `POST /orders`.

Accepted: a whole Whapi payload, one Whapi message, another gateway's webhook, a bare order (`order_id` and
`order_token` with whatever else is known, or with its `items`), and a list of any of these; each as it is, as JSON in
a text, or wrapped as these tools wrap what they hand on. Unlike a webhook, a wrong body is answered with what is wrong
in which field, because somebody is there to mend it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from connector.gateways.bare import read_bare
from connector.gateways.reading import fields
from connector.gateways.reading.names import handed_on, names_an_order
from connector.gateways.reading.parts import Part
from connector.gateways.reading.result import Reading, Unclear, join
from connector.gateways.reading.unwrap import opened, wrapped
from connector.gateways.reading.wording import came
from connector.gateways.registry import recognised
from connector.gateways.whapi.payload import is_other_event, read_message, read_payload

MOST_NAMED = 100
"""Wrong fields that an answer names. A mebibyte has room for half a million."""
_DEEPEST = 12
"""Lists and wrappers within each other. Two or three are usual."""
_SHAPES = (
    "Expected a Whapi payload (with `messages`), a Whapi message (with `type` and `order`), "
    "an order (with `order_id` and `order_token`), or a list of these"
)


def read_forwarded(body: Any, *, now: datetime) -> Reading:
    """Reads one body; `unclear` names each field that is wrong."""
    reading = Reading()
    for part in forwarded_parts(body, now=now):
        reading.add(part.reading)
        if len(reading.unclear) >= MOST_NAMED:
            break  # Nothing of this body will be stored, and who mends these finds the rest.
    return reading


def forwarded_parts(body: Any, *, now: datetime) -> Iterator[Part]:
    """The payloads of one body, each read by itself."""
    return _parts(body, now=now, at="", depth=0)


def _parts(part: Any, *, now: datetime, at: str, depth: int) -> Iterator[Part]:
    part = opened(part)
    if depth > _DEEPEST:
        yield _wrong(part, at, f"Expected an order within {_DEEPEST} lists and wrappers.")
    elif isinstance(part, list):
        for index, entry in enumerate(part):
            yield from _parts(entry, now=now, at=f"{at}[{index}]", depth=depth + 1)
    elif not isinstance(part, dict):
        yield _wrong(part, at, f"{_SHAPES}; {came(part)} came.")
    elif (reading := _read_object(part, now=now, at=at)) is not None:
        yield Part(at, part, reading)
    elif len(inner := handed_on(part)) > 1:
        keys = " and ".join(f"`{key}`" for key in inner)
        yield _wrong(part, at, f"Expected one order or list of them; {keys} came.")
    elif inner:
        ((key, value),) = inner.items()
        yield from _parts(value, now=now, at=join(at, key), depth=depth + 1)
    elif is_other_event(part):
        yield Part(at, part, read_payload(part, now=now, at=at))
    else:
        yield _wrong(part, at, f"{_SHAPES}; {came(part)} came.")


def _wrong(part: Any, at: str, sentence: str) -> Part:
    return Part(at, part, Reading(unclear=[Unclear(at or "body", sentence, part)]))


def _read_object(part: dict[str, Any], *, now: datetime, at: str) -> Reading | None:
    """What the object holds; None where it is nothing that may hold an order itself."""
    reading = Reading()
    if (gateway := recognised(part)) is not None:
        gateway.read(part, reading, now=now, at=at)
    elif "messages" in part:
        return read_payload(_with_messages(part), now=now, at=at)
    elif fields.is_from_me(part) and not _is_message(part):
        reading.ignored += 1
    elif _is_message(part):
        read_message(_with_order(part), reading, now=now, at=at)
    elif isinstance(opened(part.get("order")), dict) or names_an_order(part):
        read_bare(part, reading, now=now, at=at)
    else:
        return None
    return reading


def _is_message(part: dict[str, Any]) -> bool:
    """Whether this is one message of Whapi's, and not an order that somebody has made from one."""
    return not {"type", "from_me"}.isdisjoint(part) and not (names_an_order(part) or wrapped(part))


def _with_messages(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload with its messages as a list of objects, also where they came as a text, or as a single one."""
    messages = opened(payload["messages"])
    if isinstance(messages, dict):
        messages = [messages]
    if isinstance(messages, list):
        messages = [_with_order(message) for message in messages]
    return {**payload, "messages": messages}


def _with_order(message: Any) -> Any:
    message = opened(message)
    if not isinstance(message, dict):
        return message
    order = opened(message.get("order"))
    return {"type": "order", **message, "order": order} if isinstance(order, dict) else message
