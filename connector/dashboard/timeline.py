"""What happened to an order, and what will: from its own times and its failed tries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.dashboard.health import Level
from connector.models import ItemsState, Order, Shown
from connector.store.tries import MOST_KEPT, Try, What

_APART = timedelta(seconds=5)
"""Between a message and its arrival, from which on the two are worth a line each."""
_WHAT = {What.FETCH: "The items could not be fetched", What.WRITE: "Google refused the rows"}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history."""

    at: datetime | None
    text: str
    error: str | None = None
    level: Level = Level.GOOD
    is_to_come: bool = False


def events_of(order: Order, tried: Sequence[Try], now: datetime) -> list[Event]:
    """The oldest first; what is planned stands at the end."""
    past = sorted(_past(order, tried), key=lambda event: event.at or order.stored_at)
    if len(tried) >= MOST_KEPT:
        past.insert(0, Event(None, f"Of its failed tries the latest {MOST_KEPT} are kept"))
    return [*past, *_now(order, tried), *_to_come(order, now)]


def _past(order: Order, tried: Sequence[Try]) -> Iterator[Event]:
    if order.stored_at - order.received_at >= _APART:
        yield Event(order.received_at, "Sent by the customer")
        yield Event(order.stored_at, "Received here")
    else:
        yield Event(order.stored_at, "Received")
    for n, failed in enumerate(tried):
        same = n > 0 and (tried[n - 1].what, tried[n - 1].error) == (failed.what, failed.error)
        text = f"{_WHAT[failed.what]}{', as before' if same else ''}"
        yield Event(failed.at, text, None if same else failed.error, Level.LOOK)
    row_at, done_at = order.row_at, order.synced_at
    if order.changed_at is not None and order.change:
        yield Event(order.changed_at, "What was told of it", order.change, Level.LOOK)
    if row_at is not None and row_at != done_at:
        yield Event(row_at, "Row written, without items")
    if done_at is not None:
        yield Event(done_at, "Row and items written" if row_at in (done_at, None) else "Items written")


def _now(order: Order, tried: Sequence[Try]) -> Iterator[Event]:
    """What has no time of its own."""
    if order.shown is not None and order.row_at is None and order.synced_at is None:
        yield Event(None, "Its row is in the sheet")
    if order.last_error and order.last_error not in {failed.error for failed in tried}:
        yield Event(None, "The latest failure", order.last_error, Level.LOOK)
    if order.items_state is ItemsState.UNAVAILABLE:
        yield Event(None, "Given up: nothing more is tried by itself", level=Level.BAD)
    if order.warning:
        yield Event(None, "Taken, but odd", order.warning, Level.LOOK)


def _to_come(order: Order, now: datetime) -> Iterator[Event]:
    if order.items_state is ItemsState.DUE and order.next_attempt_at is not None:
        text = "The next try to fetch the items" if order.next_attempt_at > now else "The items are fetched now"
        yield Event(order.next_attempt_at, text, is_to_come=True)
    if order.batch_id is not None:
        yield Event(None, "Its rows are on their way to the sheet", is_to_come=True)
    elif order.write_due_at is not None and order.shown is not Shown.COMPLETE:
        text = "The next try to write its rows" if order.write_due_at > now else "Its rows are written next"
        yield Event(order.write_due_at, text, is_to_come=True)
