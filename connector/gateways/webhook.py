"""Reads what comes to the addresses for webhooks: Whapi's payloads, other gateways', and either of them wrapped.

Nobody is there to mend what is wrong, so nothing is refused: what looks like an order and is none that is known is
kept.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from connector.gateways.reading.names import handed_on
from connector.gateways.reading.parts import Part
from connector.gateways.reading.result import Reading, Unclear, join
from connector.gateways.reading.unwrap import opened
from connector.gateways.registry import recognised
from connector.gateways.whapi.payload import OTHER_EVENTS, is_order_message, is_other_event, read_message, read_payload

_DEEPEST = 8
"""Lists and wrappers within each other."""


def read_webhook(body: Any, *, now: datetime) -> Reading:
    """Reads a webhook's body: one payload, or several as a list, as a forwarder may send them. Never raises."""
    reading = Reading()
    body = opened(body)
    for part in webhook_parts(body, now=now):
        reading.add(part.reading)
    if reading.unclear_beyond:
        reading.unclear = [summed_up([reading], body)]
    reading.close_envelopes()
    return reading


def webhook_parts(body: Any, *, now: datetime) -> Iterator[Part]:
    """The payloads of a webhook's body, each read by itself. What is unclear may be in envelopes that are still
    open."""
    body = opened(body)
    for payload in body if isinstance(body, list) else [body]:
        yield from _parts(payload, now=now, at="", depth=0)


def summed_up(readings: Iterable[Reading], body: Any) -> Unclear:
    """The body as one unclear part, where it has too many to keep them one by one."""
    with_some = [reading for reading in readings if reading.unclear]
    count, first = sum(len(one.unclear) + one.unclear_beyond for one in with_some), with_some[0].unclear[0]
    return Unclear("body", f"{count} parts were not understood; the first is {first.field}: {first.reason}", body)


def _parts(payload: Any, *, now: datetime, at: str, depth: int) -> Iterator[Part]:
    payload = opened(payload)
    if _is_whapis(payload):
        yield Part(at, payload, read_payload(payload, now=now, at=at))
    elif (gateway := recognised(payload)) is not None:
        reading = Reading()
        gateway.read(payload, reading, now=now, at=at)
        yield Part(at, payload, reading)
    elif isinstance(payload, dict) and _is_one_message(payload):
        reading = Reading()
        read_message(payload, reading, now=now, at=at or "body")
        yield Part(at, payload, reading)
    elif isinstance(payload, list) and depth < _DEEPEST and any(map(_is_known, payload)):
        for index, part in enumerate(payload):
            yield from _parts(part, now=now, at=f"{at}[{index}]", depth=depth + 1)
    elif isinstance(payload, dict) and depth < _DEEPEST and (inner := _inside(payload)) is not None:
        key, parts = inner
        several = isinstance(parts, list)
        for index, part in enumerate(parts if several else [parts]):
            where = join(at, f"{key}[{index}]" if several else key)
            yield from _parts(part, now=now, at=where, depth=depth + 1)
    else:
        yield Part(at, payload, read_payload(payload, now=now, at=at))


def _is_whapis(payload: Any) -> bool:
    """Whether this is beyond doubt what Whapi sends, as nearly all is: then nobody else need be asked."""
    return isinstance(payload, dict) and "messages" in payload and "channel_id" in payload


def _is_one_message(payload: Mapping[str, Any]) -> bool:
    return "messages" not in payload and is_order_message(payload) and isinstance(payload.get("order"), dict)


def _inside(payload: Mapping[str, Any]) -> tuple[str, Any] | None:
    """What the payload only hands on, where that is something that a webhook may bring."""
    if "messages" in payload or is_other_event(payload):
        return None
    inner = handed_on(payload)
    if len(inner) != 1:
        return None
    ((key, value),) = inner.items()
    parts = [opened(part) for part in value] if isinstance(value, list) else value
    known = any(map(_is_known, parts)) if isinstance(parts, list) else _is_known(parts)
    return (key, parts) if known else None


def _is_known(part: Any) -> bool:
    part = opened(part)
    if isinstance(part, list):
        return any(map(_is_known, part))
    if not isinstance(part, dict):
        return False
    return (
        "messages" in part
        or bool(part.keys() & OTHER_EVENTS)
        or _is_one_message(part)
        or recognised(part) is not None
        or _inside(part) is not None
    )
