"""Watches how long an order takes from its 200 to its row, and shows how the run is getting on."""

import threading
import time

from sandbox.sandbox import Sandbox
from tests.chaos.sheet import order_ids_from
from tests.chaos.stream import Stream

_LOOK_EVERY = 0.1


class Watcher:
    """A thread that looks at deliveries and rows, ten times a second."""

    def __init__(self, sandbox: Sandbox, stream: Stream) -> None:
        self.row_at: dict[str, float] = {}
        """When an order's row was first seen, by `time.monotonic`."""
        self._sandbox = sandbox
        self._stream = stream
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._next_row = 1

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._thread.join()
        self.look()

    def look(self) -> None:
        self._stream.look()
        for order_id in order_ids_from(self._sandbox, self._next_row):
            self.row_at.setdefault(order_id, time.monotonic())
            self._next_row += 1

    def delays(self) -> list[float]:
        """Seconds from 200 to row, shortest first, of the orders that have both. Accurate to a tenth."""
        return sorted(
            max(self.row_at[sent.order.order_id] - sent.acknowledged_at, 0.0)
            for sent in self._stream.acknowledged()
            if sent.acknowledged_at is not None and sent.order.order_id in self.row_at
        )

    def _run(self) -> None:
        while not self._closed.wait(_LOOK_EVERY):
            self.look()
