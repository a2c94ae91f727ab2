"""The types of events, and their bodies: `type`, `timestamp` and `data`, as Standard Webhooks proposes.

A body is made in the transaction of what it tells of, and never changes: each try and each target gets the same text.
docs/events.md shows an example of each.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from connector.models import Order
from connector.problems import NamedProblem
from connector.serializers import moment, order_json, spreadsheet_url
from connector.store.breakers import CircuitBreaker, Part
from connector.store.refusals import Refused

ORDER, SERVICE = "order", "service"
"""What a problem is about beside the two parts that have a circuit breaker: one order, or the service itself."""
LARGEST = 512 * 1024
"""Bytes of a body. Receivers have their limits, some at 1 MiB."""


class EventType(StrEnum):
    """The names are promised to receivers."""

    RECEIVED = "order.received"
    """An order was taken in."""
    WAITING = "order.waiting"
    """Its row is in the sheet, without its items, which will be tried again."""
    SYNCED = "order.synced"
    """Its row and all its item rows are in the sheet."""
    FAILED = "order.failed"
    """Its items were given up, and its row says so."""
    CHANGED = "order.changed"
    """Something was told of it later, such as that the customer deleted it."""
    PROBLEM = "connector.problem"
    """The channel or the spreadsheet can't be used: somebody must mend something, or it has gone on for minutes."""
    RECOVERED = "connector.recovered"
    """What a `connector.problem` told of is over."""


@dataclass(frozen=True, slots=True)
class Spreadsheet:
    """Which one it is, and where a browser finds it."""

    id: str
    site: str

    def as_json(self) -> dict[str, str]:
        return {"spreadsheet_id": self.id, "spreadsheet_url": spreadsheet_url(self.id, site=self.site)}


def about_order(type_: EventType, order: Order, *, row_url: str | None, spreadsheet: Spreadsheet, now: datetime) -> str:
    """The order as the API shows it, and its spreadsheet."""
    data = {**order_json(order, row_url=row_url), **spreadsheet.as_json()}
    text = _body(type_, data, now)
    if len(text) <= LARGEST or not data["items"]:
        return text
    items = data["items"]
    room = LARGEST - len(_body(type_, {**data, "items": [], "items_left_out": len(items)}, now))
    kept = []
    for item in items:
        room -= len(_json(item)) + 1
        if room < 0:
            break
        kept.append(item)
    return _body(type_, {**data, "items": kept, "items_left_out": len(items) - len(kept)}, now)


def about_part(
    type_: EventType, part: Part, breaker: CircuitBreaker, *, spreadsheet: Spreadsheet, now: datetime
) -> str:
    """The part that has a problem or had one: since when, and the sentence for the merchant."""
    data = {"part": str(part), "reason": breaker.reason, "since": moment(breaker.since), **spreadsheet.as_json()}
    return _body(type_, data, now)


def about_refused(type_: EventType, refused: Refused, *, spreadsheet: Spreadsheet, now: datetime) -> str:
    """One order that is set aside, or was: since when, and what is said of its rows."""
    reason = f"Order {refused.order_id} is set aside, because its rows can't be written. {refused.sentence}"
    data = {"part": ORDER, "order_id": refused.order_id, "reason": reason, "since": moment(refused.since)}
    return _body(type_, {**data, **spreadsheet.as_json()}, now)


def about_problem(type_: EventType, problem: NamedProblem, *, spreadsheet: Spreadsheet, now: datetime) -> str:
    """A problem of the service itself, or of orders that nothing else accounts for."""
    data = {"part": SERVICE, "problem": problem.key, "reason": problem.sentence, "since": moment(problem.since)}
    return _body(type_, {**data, **spreadsheet.as_json()}, now)


def _body(type_: EventType, data: dict[str, Any], now: datetime) -> str:
    return _json({"type": str(type_), "timestamp": moment(now), "data": data})


def _json(value: Any) -> str:
    # In ASCII, so that a character is a byte, and every database takes it.
    return json.dumps(value, separators=(",", ":"))
