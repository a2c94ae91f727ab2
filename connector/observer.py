"""What the parts tell of their work while they do it, to an observer that counts it.

Data flows one way: an observer answers nothing, raises nothing and does no I/O, so that it can be told on the
webhook's answer path too. The parts know this class alone; `metrics/instruments.py` does the counting.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum


class Callee(StrEnum):
    """Whom the connector calls."""

    GOOGLE = "google"
    WHAPI = "whapi"


OK = "ok"
"""The outcome of what went well. Every other outcome is a failure's short name, one of a fixed few."""
FAULT = "fault"
"""The outcome of what failed as nobody foresaw."""


class Observer:
    """Takes note of nothing. Subclasses take note of what interests them."""

    def answered(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """A web request was answered; `route` is a pattern such as `/orders/<order_id>`."""

    def received(self, *, accepted: int, duplicates: int, ignored: int, quarantined: int) -> None:
        """What came in was stored, or found to be nothing to store."""

    def committed(self, *, changes: int, seconds: float) -> None:
        """`changes` changes reached the disk in one commit that took `seconds`."""

    def call_ended(self, callee: Callee, operation: str, outcome: str, seconds: float) -> None:
        """A call to another service ended."""

    def fetch_tried(self, outcome: str) -> None:
        """One order's items were asked for."""

    def batch_sent(self, *, orders: int, rows: int) -> None:
        """A batch of `orders` orders went out, with `rows` new rows; what became of it is not known yet."""

    def write_tried(self, outcome: str) -> None:
        """The writer tried to bring a batch into the sheet; a failure may have come before anything was sent."""

    def batch_settled(self, *, applied: bool) -> None:
        """It was found out afterwards whether the sheet has a batch that got no clear answer."""

    def row_written(self, *, received_at: datetime, stored_at: datetime, now: datetime) -> None:
        """An order's row is in the sheet now, for the first time."""


UNOBSERVED = Observer()


@contextmanager
def observed_call(observer: Observer, callee: Callee, operation: str) -> Iterator[None]:
    """Times a call to another service. An error that is raised names its outcome with `kind`."""
    began = time.perf_counter()
    outcome = FAULT
    try:
        yield
        outcome = OK
    except Exception as error:
        outcome = str(getattr(error, "kind", FAULT))
        raise
    finally:
        observer.call_ended(callee, operation, outcome, time.perf_counter() - began)
