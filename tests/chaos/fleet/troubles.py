"""Makes things go wrong around several instances, as the plan says."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

from sandbox.faults import Fault
from sandbox.sandbox import Sandbox
from tests.chaos.fleet.instance import Instance
from tests.chaos.fleet.owners import Held, Owners
from tests.chaos.fleet.plan import Action, Trouble
from tests.chaos.fleet.sending import Shops
from tests.chaos.fleet.server import PostgresServer

_WRITE = ":batchUpdate"
_WRITE_TAKES = 1.8
"""Seconds; less than the service waits for it."""
_COMES_WITHIN = 8.0
_HOLDS_WITHIN = 20.0
OVERTAKEN_WITHIN = 60.0
"""Seconds, on a machine that is busy with all of them. What the lease says is 15."""
_LOOK_EVERY = 0.1
_CLEAN = 0


class Troubles:
    """Takes one action after the other. For the thread of the run."""

    def __init__(
        self,
        instances: Sequence[Instance],
        sandbox: Sandbox,
        server: PostgresServer,
        owners: Owners,
        shops: Shops,
        stopped: threading.Event,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.faults: Counter[tuple[str, str]] = Counter()
        self.wrong: list[str] = []
        self.overtaken: list[float] = []
        """Seconds from the moment at which an instance hung to the one at which others had all its accounts."""
        self._instances = instances
        self._sandbox = sandbox
        self._server = server
        self._owners = owners
        self._shops = shops
        self._stopped = stopped
        self._later: list[tuple[float, Callable[[], None]]] = []

    def act(self, action: Action) -> None:
        """Returns when it is done; soon, once the run is to stop."""
        self._act_on(self._instances[action.instance], action)
        self._act_around(action)
        self.counts[action.trouble] += 1

    def _act_on(self, instance: Instance, action: Action) -> None:
        """What happens to one instance."""
        match action.trouble:
            case Trouble.KILL:
                self._kill(action, instance)
            case Trouble.STOP:
                self._stop(action, instance)
            case Trouble.HANG:
                self._hang(action, instance, lambda one: one.service.stop_still(), lambda one: one.service.go_on())
            case Trouble.NO_DATABASE:
                self._hang(action, instance, lambda one: one.to_database.cut(), lambda one: one.to_database.mend())
            case Trouble.NO_GOOGLE:
                instance = self._next_to_write(action, instance)
                instance.to_google.cut()
                self._later.append((time.monotonic() + action.seconds, instance.to_google.mend))
            case Trouble.CLOCK:
                instance.clock.jump(action.seconds - instance.clock.offset)

    def _act_around(self, action: Action) -> None:
        """What happens to all of them."""
        match action.trouble:
            case Trouble.POSTGRES:
                self._server.kill(signal.Signals[action.kind])
                self.wait(action.seconds)
                self._server.start()
            case Trouble.SESSIONS:
                self.counts["sessions ended"] += self._server.end_sessions()
            case Trouble.SHOPS:
                self._shops.take_out_or_put_back()
            case Trouble.FAULT:
                self._sandbox.faults.add(Fault("google", action.kind, seconds=action.seconds, path_contains=_WRITE))
                self.faults["google", action.kind] += 1

    def wait(self, seconds: float) -> None:
        """Meanwhile what was to end by itself ends."""
        until = time.monotonic() + seconds
        while not self._stopped.is_set():
            now = time.monotonic()
            for due, end in self._later:
                if due <= now:
                    end()
            self._later = [entry for entry in self._later if entry[0] > now]
            if now >= until:
                return
            self._stopped.wait(min(until - now, _LOOK_EVERY))

    def end(self) -> None:
        """Nothing goes wrong any more; clocks stay as far off as they are."""
        for _, end in self._later:
            end()
        self._later.clear()
        self._sandbox.faults.clear()
        for instance in self._instances:
            instance.service.go_on()
            instance.to_database.mend()
            instance.to_google.mend()
        self._shops.put_back()

    def _kill(self, action: Action, instance: Instance) -> None:
        self._next_to_write(action, instance).service.kill(down=action.seconds)

    def _stop(self, action: Action, instance: Instance) -> None:
        if not instance.service.wait_until_alive():
            return
        code = instance.service.stop(down=action.seconds)
        if code != _CLEAN:
            self.wrong.append(f"{instance.name} ended with code {code} after SIGTERM.")

    def _hang(
        self, action: Action, instance: Instance, begin: Callable[[Instance], None], end: Callable[[Instance], None]
    ) -> None:
        """All instances are there beforehand, so that there is somebody to take over."""
        for one in self._instances:
            one.service.wait_until_alive()
        instance = self._next_to_write(action, instance)
        held = self._held_by(instance)
        begin(instance)
        began = time.monotonic()
        try:
            if held is None:
                self.counts["hung without an account"] += 1
            elif self._wait_for(lambda: self._owners.have_overtaken(held), within=OVERTAKEN_WITHIN):
                self.overtaken.append(time.monotonic() - began)
            elif not self._stopped.is_set():
                self.wrong.append(f"Hung: nobody took over from {instance.name} for {OVERTAKEN_WITHIN:.0f} s.")
            self.wait(action.seconds)
        finally:
            end(instance)

    def _held_by(self, instance: Instance) -> Held | None:
        found: list[Held] = []

        def holds() -> bool:
            if (held := self._owners.of(instance.name)) is not None:
                found.append(held)
            return bool(found)

        return found[0] if self._wait_for(holds, within=_HOLDS_WITHIN) else None

    def _next_to_write(self, action: Action, instance: Instance) -> Instance:
        """The instance for whose write Google takes its time just now; where none comes, or the plan doesn't want it,
        the one that was drawn."""
        if not action.in_write:
            return instance
        fault = self._sandbox.faults.add(Fault("google", "latency", seconds=_WRITE_TAKES, path_contains=_WRITE))
        self._wait_for(lambda: fault.times == 0, within=_COMES_WITHIN)
        for one in self._instances:
            if fault.times == 0 and one.to_google.is_asking:
                self.counts[f"{action.trouble} while a write was under way"] += 1
                return one
        return instance

    def _wait_for(self, condition: Callable[[], bool], *, within: float) -> bool:
        deadline = time.monotonic() + within
        while not condition():
            if time.monotonic() > deadline or self._stopped.is_set():
                return False
            self.wait(_LOOK_EVERY)
        return True
