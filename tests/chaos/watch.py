"""Watches how long an order takes from its 200 to its row, and shows how the run is getting on."""

import threading
import time
from itertools import takewhile

from tests.chaos.sheet import HasSheet, order_ids_from
from tests.chaos.stream import Stream

_LOOK_EVERY = 0.1


class Watcher:
    """A thread that looks at deliveries and rows, ten times a second or less often."""

    def __init__(self, *places: tuple[HasSheet, Stream], every: float = _LOOK_EVERY) -> None:
        """`places`: each sheet, and what was sent to it."""
        self.row_at: dict[str, float] = {}
        """When an order's row was first seen, by `time.monotonic`."""
        self._places = places
        self._every = every
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._next_rows = [1] * len(places)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._thread.join()
        self.look()

    def look(self) -> None:
        for number, (sheet, stream) in enumerate(self._places):
            stream.look()
            # Where the newest stands first, new rows are above those that were seen.
            fresh = list(takewhile(lambda order_id: order_id not in self.row_at, order_ids_from(sheet, 1)))
            fresh += order_ids_from(sheet, self._next_rows[number] + len(fresh))
            self._next_rows[number] += len(fresh)
            for order_id in fresh:
                self.row_at.setdefault(order_id, time.monotonic())

    def delays(self) -> list[float]:
        """Seconds from 200 to row, shortest first, of the orders that have both; as exact as the looks are many."""
        return sorted(
            max(self.row_at[sent.order.order_id] - sent.acknowledged_at, 0.0)
            for _, stream in self._places
            for sent in stream.acknowledged()
            if sent.acknowledged_at is not None and sent.order.order_id in self.row_at
        )

    def _run(self) -> None:
        while not self._closed.wait(self._every):
            self.look()
