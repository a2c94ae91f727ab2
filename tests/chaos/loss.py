"""Has the database be lost, or be an older one again."""

import threading
import time
from collections import Counter

from tests.chaos.actions import LoseDatabase
from tests.chaos.parts import Parts
from tests.chaos.plan import Form, Send, Way
from tests.chaos.sheet import order_ids_from
from tests.chaos.stream import body_of

HOUR = 3600.0
_YOUNG = 90.0
"""Seconds. The latest messages of the history are left to their webhooks, so the clock goes ahead by more than that."""
_REFUSED_WITHIN = 30.0
_TRY_EVERY = 0.2
_ROWS_WITHIN = 30.0


class Loser:
    """Takes the database away. For the thread of the run.

    Whatever the lost one had on its way to Google may arrive at any moment afterwards, and nobody is left who knows
    of it.
    """

    def __init__(self, parts: Parts) -> None:
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._parts = parts
        self._service = parts.service
        self._stream = parts.stream
        self._database = parts.database
        self._rows_before = 0

    def copy(self) -> None:
        """Puts a copy aside for later."""
        self._wait_for_rows()
        if self._database.can_go_while_open:
            self._database.copy()
        else:
            with self._service.down():
                self._database.copy()
        self.counts["copies"] += 1

    def lose(self, action: LoseDatabase, stopped: threading.Event) -> None:
        """Each order that was sent so far stands in the channel's message history from now on."""
        running = action.running and self._database.can_go_while_open
        self._wait_for_rows()
        if running:
            self._go(older=action.older)
            self._sees_it(stopped)
        with self._service.down():
            if not running:
                self._go(older=action.older)
            self._rows_before = self._rows()
            self._stream.remember()
            self._parts.clock.jump(HOUR if action.older else _YOUNG)
        self.counts["databases lost"] += 1
        self.counts["databases replaced"] += action.older
        self.counts["databases lost while open"] += running
        for back in action.again:
            self._stream.send(Send(Way.AGAIN, back=back))

    def _wait_for_rows(self) -> None:
        """There is a database by then, and since it was lost last, it has brought something into the sheet."""
        self._service.wait_until_alive()
        pause = threading.Event()
        end = time.monotonic() + _ROWS_WITHIN
        while self._rows() <= self._rows_before and time.monotonic() < end:
            pause.wait(_TRY_EVERY)

    def _rows(self) -> int:
        return sum(1 for _ in order_ids_from(self._parts.sandbox, 1))

    def _go(self, *, older: bool) -> None:
        if older:
            self._database.put_back()
        else:
            self._database.empty()

    def _sees_it(self, stopped: threading.Event) -> None:
        """No 200 for an order that is not in the file that stands under the database's name."""
        end = time.monotonic() + _REFUSED_WITHIN
        while time.monotonic() < end and not stopped.is_set():
            sent = self._stream.probe()
            status = self._parts.straight.post(*body_of(sent.order, Form.PAYLOAD))
            if status == 503:
                return
            if status == 200:
                sent.acknowledge()
                if self._parts.store.has(sent.order.order_id):
                    return
                self.wrong.append(
                    f"Lost: the database's file was gone, and order {sent.order.order_id} was answered with 200."
                )
                return
            stopped.wait(_TRY_EVERY)
        if not stopped.is_set():
            self.wrong.append("The database's file was gone, and no webhook was answered with 503.")
