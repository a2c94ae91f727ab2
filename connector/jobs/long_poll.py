"""Long poll: callers that wait until an order is done, any number of them at the cost of one.

Each caller sleeps on an event of its own. One thread, which is there only while somebody waits, asks the store for all
of them together: when the write stage has done something, when somebody begins to wait, and now and then in any
case, because another process may be the one that writes.
"""

import threading
import time

from connector.log import get_logger
from connector.store.database import Database
from connector.store.orders import undone_of_all

log = get_logger(__name__)

_LOOK_AGAIN = 0.5
"""Seconds between looks that nothing has asked for."""


class LongPoll:
    """Knows who waits for which order of which shop. Safe to use from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, str], set[threading.Event]] = {}
        """By shop and order id."""
        self._look_now = threading.Event()
        self._watching = False
        self._ended = False

    def until_done(self, shop: str, order_id: str, deadline: float) -> bool:
        """True as soon as the order is done, that is, synced or given up; False if it isn't by `deadline`, in
        seconds of `time.monotonic`, or if the service is stopping."""
        done = threading.Event()
        with self._lock:
            if self._ended:
                return False
            self._waiting.setdefault((shop, order_id), set()).add(done)
            if not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, name="waits", daemon=True).start()
        # Asked for only now: a write that came before this could have gone unnoticed, and none that comes after it can.
        self._look_now.set()
        done.wait(max(deadline - time.monotonic(), 0.0))
        with self._lock:
            if done.is_set():
                return not self._ended
            self._leave((shop, order_id), done)
        return False

    def written(self) -> None:
        """The write stage has done something: some of the orders may be done."""
        self._look_now.set()

    def end(self) -> None:
        """Lets everybody go, and nobody wait any more."""
        with self._lock:
            self._ended = True
            for events in self._waiting.values():
                for event in events:
                    event.set()
            self._waiting.clear()
        self._look_now.set()

    def _leave(self, order: tuple[str, str], done: threading.Event) -> None:
        events = self._waiting.get(order)
        if events is not None:
            events.discard(done)
            if not events:
                del self._waiting[order]

    def _watch(self) -> None:
        while True:
            self._look_now.wait(_LOOK_AGAIN)
            self._look_now.clear()
            with self._lock:
                waiting = list(self._waiting)
                if not waiting:
                    self._watching = False
                    return
            try:
                with self._database.read() as connection:
                    left = undone_of_all(connection, waiting)
            except Exception as error:  # noqa: BLE001 - whatever it is, the callers' time must be able to run out
                log.warning("waits.failed", error=type(error).__name__)
                continue
            with self._lock:
                for order in waiting:
                    if order not in left:
                        for event in self._waiting.pop(order, ()):
                            event.set()
