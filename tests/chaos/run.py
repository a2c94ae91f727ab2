"""One chaos run from beginning to end."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.running import free_port
from sandbox.sandbox import Sandbox
from tests.chaos.actions import LoseDatabase
from tests.chaos.checker import differences
from tests.chaos.clock import ChaosClock
from tests.chaos.disk import Disk, disk
from tests.chaos.losable import losable
from tests.chaos.nemesis import Nemesis
from tests.chaos.parts import Parts
from tests.chaos.plan import Plan, make_plan
from tests.chaos.says import Asked, wrong_statuses
from tests.chaos.service import RECONCILING, Service, how_to_start
from tests.chaos.store import Store
from tests.chaos.straight import StraightSender
from tests.chaos.stream import Stream
from tests.chaos.watch import Watcher
from tests.made_once import service_account

_LOOK_EVERY = 0.1
_COMPARE_EVERY = 1.0
_WEBHOOK_EVENTS = (("messages", "post"), ("messages", "patch"), ("chats", "post"))
_PLAY_OUT_WITHIN = 10.0


@dataclass(frozen=True)
class Options:
    """What a run is to do."""

    orders: int = 1000
    kills: int = 30
    stalls: int = 0
    losses: int = 0
    """How often the database is lost."""
    seed: int = 1
    second_marker: bool = False
    """The sandbox accepts a second marker with the same id."""
    unmatched: bool = False
    """The sandbox takes updates that match nothing."""
    new_rows: str = "bottom"
    """Where the shop wants the newest order."""
    database_url: str | None = None
    """None: SQLite on a disk of the run's own."""
    quota_factor: float = 1.0
    """Multiplies Google's quotas."""
    only: Sequence[str] = ()
    """The names of the actions to be taken; none: all."""
    faults: Sequence[str] = ()
    """The kinds of faults to be played; none: all."""
    launcher: Sequence[str] = ("tests.chaos.launcher",)
    """The module that starts the service, and its arguments."""
    log: Path | None = None
    """Where the service's log is kept; None: nowhere."""

    patience: float = 60.0
    """Seconds that the service gets for what is left, once nothing goes wrong any more, beside those that it needs to
    write so many orders."""

    @property
    def deadline(self) -> float:
        return self.patience + self.orders / 25


class InterruptedRunError(Exception):
    """The run was told to stop before its end."""


class Run:
    """The parts of a run, put together in a folder of their own."""

    def __init__(self, options: Options, folder: Path, disk_: Disk | None, stack: ExitStack) -> None:
        self.options = options
        self.plan: Plan = make_plan(
            options.seed,
            orders=options.orders,
            kills=options.kills,
            stalls=options.stalls,
            losses=options.losses,
            only=options.only,
            faults=options.faults,
        )
        self.disk = disk_
        url = options.database_url or f"sqlite:///{(disk_.folder if disk_ else folder) / 'connector.db'}"
        self.sandbox = stack.enter_context(Sandbox(free_port(), seed=options.seed, account=service_account()))
        _set_up(self.sandbox, options)
        self.clock = ChaosClock(folder / "clock")
        settings = {"NEW_ROWS": options.new_rows} | (RECONCILING if self.loses else {})
        start = how_to_start(
            self.sandbox, folder, url, clock=self.clock, launcher=tuple(options.launcher), settings=settings
        )
        self.service = Service(start)
        stack.callback(self.service.close)
        _register(self.sandbox, f"{self.service.url}/webhooks/whapi")
        self.straight = StraightSender(self.service.url, self.sandbox.secret)
        stack.callback(self.straight.close)
        self.stream = Stream(self.sandbox, self.straight, seed=options.seed)
        self.store = Store(url)
        stack.callback(self.store.close)
        self.asked = Asked(self.service.url, self.sandbox.secret)
        stack.callback(self.asked.close)
        self.nemesis = Nemesis(
            Parts(
                self.sandbox,
                self.service,
                start,
                self.stream,
                self.straight,
                stack.enter_context(losable(url, folder)),
                self.store,
                self.clock,
                disk_,
            )
        )
        self.watcher = Watcher((self.sandbox, self.stream))
        self.wrong: list[str] = []
        self.duration = 0.0
        self.settled_after: float | None = None
        self.named: set[str] = set()
        """Orders that the service names at the end."""
        self._compare_at = 0.0

    @property
    def loses(self) -> bool:
        """Whether databases are lost in this run."""
        return self.plan.count(LoseDatabase) > 0

    def go(self, stopped: threading.Event, show: Callable[[], None]) -> None:
        """Sends, spoils, then waits until everything is settled. Raises InterruptedRunError."""
        started = time.monotonic()
        self.service.start()
        if not self.service.wait_until_alive():
            self.wrong.append("The service did not start.")
            return
        self.watcher.start()
        for step in self.plan.steps:
            for send in step.sends:
                self.stream.send(send)
            self.nemesis.act(step.action, stopped)
            show()
            if step.alive:
                self.service.wait_until_alive()
            if stopped.wait(step.pause):
                raise InterruptedRunError
        self._play_out(stopped)
        self.nemesis.end()
        self._settle(stopped, show)
        self.watcher.close()
        if not self.service.wait_until_alive():
            self.wrong.append("The service did not start again at the end.")
            return
        self.named = self.ask_for_named()
        self.wrong += wrong_statuses(self.asked.statuses(), self.stream.acknowledged(), self.named)
        self.service.close()
        self.duration = time.monotonic() - started

    def _play_out(self, stopped: threading.Event) -> None:
        """Leaves the faults that no call has met yet a while to do so."""
        deadline = time.monotonic() + _PLAY_OUT_WITHIN
        while self.sandbox.faults.all() and not self._is_settled() and time.monotonic() < deadline:
            if stopped.wait(_LOOK_EVERY):
                raise InterruptedRunError

    def _is_settled(self) -> bool:
        if self.stream.waiting or self.sandbox.google.late_commits() or not self.store.is_settled():
            return False
        return not self.loses or self._has_recovered()

    def _has_recovered(self) -> bool:
        """Whether all that a lost database knew is in the sheet again, or named: what it can't know, it can't have left
        to do."""
        if time.monotonic() < self._compare_at:
            return False
        self._compare_at = time.monotonic() + _COMPARE_EVERY
        return not any(differences(self.sandbox, self.stream.sent, self.nemesis.edited_tabs, self.ask_for_named()))

    def ask_for_named(self) -> set[str]:
        """Orders that the service says it can't bring into the sheet, or not whole. Only a loss is an excuse."""
        lost = [sent.order.order_id for sent in self.stream.acknowledged() if sent.in_history]
        return self.asked.named(lost) if lost else set()

    def _settle(self, stopped: threading.Event, show: Callable[[], None]) -> None:
        self.service.wait_until_alive()  # The last action may have killed it.
        begun = time.monotonic()
        while time.monotonic() < begun + self.options.deadline:
            if self._is_settled():
                self.settled_after = time.monotonic() - begun
                return
            show()
            if stopped.wait(_LOOK_EVERY):
                raise InterruptedRunError
        stored = self.store.read()
        self.wrong.append(
            f"Not settled after {self.options.deadline:.0f} quiet seconds: {self.stream.waiting} requests without a "
            f"200, {stored.unsettled} orders with something left to do, {stored.open_batches} open batches."
        )


@contextmanager
def set_up(options: Options) -> Iterator[Run]:
    """A run that is ready to go; whatever happens, nothing of it is left afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        disk_ = None
        if options.database_url is None:
            disk_ = stack.enter_context(disk(folder / "disk", megabytes=64 + options.orders // 50))
        run = Run(options, folder, disk_, stack)
        try:
            yield run
        finally:
            run.service.close()
            if options.log is not None and run.service.log_file.exists():
                options.log.write_bytes(run.service.log_file.read_bytes())


@contextmanager
def progress(run: Run, console: Console) -> Iterator[Callable[[], None]]:
    """A function that shows how far the run is; on a terminal only."""
    if not console.is_terminal:
        yield lambda: None
        return
    columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        rows = bars.add_task("Rows", total=run.options.orders)
        kills = bars.add_task("Kills", total=run.options.kills)

        def show() -> None:
            bars.update(rows, completed=len(run.watcher.row_at), total=max(len(run.stream.sent), run.options.orders))
            bars.update(kills, completed=run.nemesis.counts["kills"])

        yield show


def _set_up(sandbox: Sandbox, options: Options) -> None:
    sandbox.google.accept_second_marker = options.second_marker
    sandbox.google.unknowns.refuse_unmatched_metadata = not options.unmatched
    for limits in (sandbox.google.quota.reads, sandbox.google.quota.writes):
        limits.per_user = int(limits.per_user * options.quota_factor)
        limits.per_project = int(limits.per_project * options.quota_factor)
    sandbox.whapi.hang_seconds = 2.5
    deliveries = sandbox.whapi.deliveries
    deliveries.pace = 0.03  # Whapi's own pace would make the run wait for the next try after each kill.
    deliveries.reorder_share = 0.2
    deliveries.answer_timeout = 5


def _register(sandbox: Sandbox, url: str) -> None:
    events = [{"type": kind, "method": method} for kind, method in _WEBHOOK_EVENTS]
    headers = {"X-Webhook-Secret": sandbox.secret}
    sandbox.whapi.settings.register({"url": url, "mode": "body", "events": events, "headers": headers})
