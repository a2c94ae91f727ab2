"""One run with several instances from beginning to end."""

import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from structlog.testing import capture_logs

from benchmarks.running import environment, free_port
from sandbox.sandbox import Sandbox
from tests.chaos.fleet.instance import Instance
from tests.chaos.fleet.owners import Owners
from tests.chaos.fleet.plan import make_plan
from tests.chaos.fleet.prepare import prepare
from tests.chaos.fleet.quota import WINDOW
from tests.chaos.fleet.sending import Shops
from tests.chaos.fleet.server import PostgresServer
from tests.chaos.fleet.troubles import Troubles
from tests.chaos.fleet.wires import Wires
from tests.chaos.says import Asked, wrong_statuses
from tests.chaos.store import Store
from tests.chaos.watch import Watcher
from tests.made_once import service_account

_LOOK_EVERY = 0.5
_SECONDS_FOR_A_KILL = 11.0
_LEAST_SECONDS = 15.0
_LEAST_PAUSE = 0.2
_CALLS_TO_BEGIN = 7


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a run is to do."""

    instances: int = 3
    shops: int = 50
    accounts: int = 5
    orders: int = 1000
    kills: int = 30
    hangs: int = 10
    """Half of them by SIGSTOP, half of them cut from the database."""
    seed: int = 1
    seconds: float | None = None
    """Within which orders are sent and things go wrong, if they take no longer; None: eleven for each kill."""
    only: Sequence[str] = ()
    quota_factor: float = 1.0
    patience: float = 60.0
    """Seconds for what is left at the end, and some more."""
    launcher: Sequence[str] = ("tests.chaos.launcher",)
    log: Path | None = None

    @property
    def lasts(self) -> float:
        return self.seconds or max(self.kills * _SECONDS_FOR_A_KILL, _LEAST_SECONDS)

    @property
    def deadline(self) -> float:
        """A crash may leave nothing of a minute's calls, and a new owner needs seven for each shop to begin with."""
        return self.patience + 2 * WINDOW + 2 * _CALLS_TO_BEGIN * self.shops / self.accounts + self.orders / 50


class Run:
    """The parts of a run, put together in a folder of their own."""

    def __init__(self, options: Options, folder: Path, stack: ExitStack, stopped: threading.Event) -> None:
        self.options = options
        self.plan = make_plan(
            options.seed,
            instances=options.instances,
            shops=options.shops,
            orders=options.orders,
            kills=options.kills,
            hangs=options.hangs,
            seconds=options.lasts,
            only=options.only,
        )
        self.server = stack.enter_context(PostgresServer())
        self.sandbox = stack.enter_context(Sandbox(free_port(), seed=options.seed, account=service_account()))
        self._set_up_google()
        wires = stack.enter_context(Wires())
        file = folder / "shops.toml"
        self.instances = [
            Instance(
                f"i{number}",
                folder / f"i{number}",
                self.sandbox,
                wires,
                database=self.server.socket,
                launcher=options.launcher,
                settings={"SHOPS_FILE": str(file)},
            )
            for number in range(1, options.instances + 1)
        ]
        for instance, offset in zip(self.instances, self.plan.clocks, strict=True):
            instance.clock.jump(offset)
            stack.callback(instance.service.close)
        self.shops = Shops(
            self.sandbox, file, self.instances, shops=options.shops, accounts=options.accounts, seed=options.seed
        )
        stack.callback(self.shops.close)
        self._environment = environment(self.sandbox, folder, 0, self.server.url) | {"SHOPS_FILE": str(file)}
        self.store = Store(self.server.url)
        stack.callback(self.store.close)
        owners = Owners(self.server.url)
        stack.callback(owners.close)
        self._stopped = stopped
        self.troubles = Troubles(self.instances, self.sandbox, self.server, owners, self.shops, stopped)
        self.watcher = Watcher(*((shop, self.shops.streams[shop.name]) for shop in self.shops.all), every=_LOOK_EVERY)
        self.wrong: list[str] = []
        self.duration = 0.0
        self.settled_after: float | None = None

    def go(self) -> None:
        """Sends, spoils, then waits until everything is settled; returns early once it is to stop."""
        with capture_logs():  # It is a service of this process, whose log is nobody's concern.
            prepare(self.shops, self.sandbox.google, self._environment)
        began = time.monotonic()
        for instance in self.instances:
            instance.service.start()
        for instance in self.instances:
            if not instance.service.wait_until_alive():
                self.wrong.append(f"{instance.name} did not start.")
                return
        self.watcher.start()
        sending = threading.Thread(target=self._send, name="sending")
        sending.start()
        self._spoil()
        sending.join()
        self.troubles.end()
        self._settle()
        self.watcher.close()
        for instance in self.instances:
            if not instance.service.wait_until_alive():
                self.wrong.append(f"{instance.name} did not start again at the end.")
        if not self._stopped.is_set():
            self._check_statuses()
        self.duration = time.monotonic() - began

    def _send(self) -> None:
        began = time.monotonic()
        for delivery in self.plan.deliveries:
            if self._stopped.wait(max(began + delivery.at - time.monotonic(), 0.0)):
                return
            self.shops.catch_up()
            self.shops.deliver(delivery)

    def _spoil(self) -> None:
        """The actions are spread over the time that there is; those that take longer leave less between the others."""
        ends = time.monotonic() + self.options.lasts
        left = len(self.plan.actions)
        for action in self.plan.actions:
            self.troubles.wait(max((ends - time.monotonic()) / (left + 1), _LEAST_PAUSE))
            if self._stopped.is_set():
                return
            self.troubles.act(action)
            left -= 1
        self.troubles.wait(max(ends - time.monotonic(), 0.0))

    def _is_settled(self) -> bool:
        self.shops.catch_up()
        return not self.shops.waiting and not self.sandbox.google.late_commits() and self.store.is_settled()

    def _settle(self) -> None:
        began = time.monotonic()
        while time.monotonic() < began + self.options.deadline and not self._stopped.is_set():
            if self._is_settled():
                self.settled_after = time.monotonic() - began
                return
            self._stopped.wait(_LOOK_EVERY)
        stored = self.store.read()
        self.wrong.append(
            f"Not settled after {self.options.deadline:.0f} quiet seconds: {self.shops.waiting} requests without a "
            f"200, {stored.unsettled} orders with something left to do, {stored.open_batches} open batches."
        )

    def _check_statuses(self) -> None:
        for number, shop in enumerate(self.shops.all):
            asked = Asked(self.instances[number % len(self.instances)].url, shop.secret)
            try:
                statuses = asked.statuses()
            finally:
                asked.close()
            self.wrong += wrong_statuses(statuses, self.shops.streams[shop.name].acknowledged())

    def _set_up_google(self) -> None:
        google = self.sandbox.google
        for limits in (google.quota.reads, google.quota.writes):
            limits.per_user = int(limits.per_user * self.options.quota_factor)
            limits.per_project = int(limits.per_project * self.options.quota_factor)
        self.sandbox.whapi.hang_seconds = 2.5


@contextmanager
def set_up(options: Options, stopped: threading.Event) -> Iterator[Run]:
    """A run that is ready to go; whatever happens, nothing of it is left afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        run = Run(options, folder, stack, stopped)
        try:
            yield run
        finally:
            for instance in run.instances:
                instance.service.close()
            if options.log is not None:
                files = [instance.service.log_file for instance in run.instances]
                options.log.write_bytes(b"".join(file.read_bytes() for file in files if file.exists()))
