"""Has the service stand still at the worst moments, while a second process goes on in its place."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sandbox.faults import Fault
from tests.chaos.actions import Stall
from tests.chaos.parts import Parts
from tests.chaos.plan import Form
from tests.chaos.service import Service
from tests.chaos.stream import Sent, body_of

_READ = "/developerMetadata:search"
_WRITE = ":batchUpdate"
_COMES_WITHIN = 6.0
_TAKES_OVER_WITHIN = 8.0
_LOOK_EVERY = 0.02
_LOOK_FOR_A_CLAIM_EVERY = 0.001


class Staller:
    """Stops the service and wakes it again. For the thread of the run."""

    def __init__(self, parts: Parts) -> None:
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._parts = parts
        self._sandbox = parts.sandbox
        self._service = parts.service
        self._store = parts.store

    def stall(self, action: Stall, stopped: threading.Event) -> None:
        """Starts the second process first, so that it stands ready to take over."""
        second = Service(self._parts.start)
        try:
            second.start()
            if not (self._service.wait_until_alive() and second.wait_until_alive()):
                self.wrong.append("A second process was started, and not both of them answered.")
                return
            with self._undisturbed():
                self._bring_to(action, stopped)
                its_call_ends = time.monotonic() + action.takes
                stopped.wait(action.after)
                self._service.stop_still()
                self._parts.database.take_lock_away()
                self.counts["stalls"] += 1
                self.counts["stalls while another took over"] += self._takes_over(second, stopped)
                stopped.wait(max(its_call_ends - time.monotonic(), 0.0) + action.seconds)
            self._service.go_on()
            stopped.wait(action.together)
        finally:
            self._service.go_on()
            second.close()
            self.wrong += second.ended_by_itself
        self.counts["kills of a second process"] += 1
        if action.first_dies:
            self._service.kill()
            self.counts["kills"] += 1

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """What else is to go wrong at Google would keep the calls from coming, so it is put off."""
        put_off = [fault for fault in self._sandbox.faults.all() if fault.service != "whapi"]
        for service in ("google", "token"):
            self._sandbox.faults.clear(service)
        yield
        for fault in put_off:
            self._sandbox.faults.add(fault)

    def _bring_to(self, action: Stall, stopped: threading.Event) -> None:
        """Returns at the moment at which the service is to be stopped, or when that doesn't come."""
        path = {"read": _READ, "write": _WRITE}.get(action.at)
        if path is not None:
            fault = self._sandbox.faults.add(Fault("google", action.kind, seconds=action.takes, path_contains=path))
            self._new_order(self._service)
            _wait(lambda: fault.times == 0, stopped)
            return
        self._new_order(self._service)
        if action.at == "claim":
            _wait(lambda: self._store.open_batches() > 0, stopped, every=_LOOK_FOR_A_CLAIM_EVERY)

    def _takes_over(self, second: Service, stopped: threading.Event) -> bool:
        """Whether an order that the second process takes gets its row, with all that was due before it.

        A database on which the first one stopped in the midst of a change takes nothing until it goes on.
        """
        sent = self._new_order(second)
        if sent.acknowledged_at is None:
            return False
        return _wait(lambda: self._store.shows(sent.order.order_id), stopped, within=_TAKES_OVER_WITHIN)

    def _new_order(self, service: Service) -> Sent:
        sent = self._parts.stream.probe()
        path, body = body_of(sent.order, Form.PAYLOAD)
        if self._parts.straight.post(service.url + path, body) == 200:
            sent.acknowledge()
        return sent


def _wait(
    for_: Callable[[], bool], stopped: threading.Event, *, every: float = _LOOK_EVERY, within: float = _COMES_WITHIN
) -> bool:
    deadline = time.monotonic() + within
    while not for_():
        if time.monotonic() > deadline or stopped.wait(every):
            return False
    return True
