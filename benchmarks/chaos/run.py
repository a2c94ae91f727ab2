"""One chaos run from beginning to end."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.chaos.checker import differences
from benchmarks.chaos.clock import ChaosClock
from benchmarks.chaos.disk import Disk, disk
from benchmarks.chaos.expected import has_items
from benchmarks.chaos.nemesis import Nemesis
from benchmarks.chaos.plan import Kill, KillInWrite, Plan, make_plan
from benchmarks.chaos.report import Report, read_log
from benchmarks.chaos.service import Service
from benchmarks.chaos.store import Store
from benchmarks.chaos.straight import StraightSender
from benchmarks.chaos.stream import Stream
from benchmarks.chaos.watch import Watcher
from benchmarks.running import free_port
from connector.sandbox.sandbox import Sandbox

_LOOK_EVERY = 0.1
_WEBHOOK_EVENTS = (("messages", "post"), ("messages", "patch"), ("chats", "post"))
_PAGE = 500
_PLAY_OUT_WITHIN = 10.0


@dataclass(frozen=True)
class Options:
    """What a run is to do."""

    orders: int = 1000
    kills: int = 30
    seed: int = 1
    second_marker: bool = False
    """The sandbox accepts a second marker with the same id."""
    database_url: str | None = None
    """None: SQLite on a disk of the run's own."""
    quota_factor: float = 1.0
    """Multiplies Google's quotas."""
    only: Sequence[str] = ()
    """The names of the actions to be taken; none: all."""
    faults: Sequence[str] = ()
    """The kinds of faults to be played; none: all."""
    launcher: Sequence[str] = ("benchmarks.chaos.launcher",)
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
            options.seed, orders=options.orders, kills=options.kills, only=options.only, faults=options.faults
        )
        self.disk = disk_
        url = options.database_url or f"sqlite:///{(disk_.folder if disk_ else folder) / 'connector.db'}"
        self.sandbox = stack.enter_context(Sandbox(free_port(), seed=options.seed))
        _set_up(self.sandbox, options)
        self.clock = ChaosClock(folder / "clock")
        self.service = Service(self.sandbox, folder, url, clock=self.clock, launcher=tuple(options.launcher))
        stack.callback(self.service.close)
        _register(self.sandbox, f"{self.service.url}/webhooks/whapi")
        self.straight = StraightSender(self.service.url, self.service.secret)
        stack.callback(self.straight.close)
        self.stream = Stream(self.sandbox, self.straight, seed=options.seed)
        self.store = Store(url)
        stack.callback(self.store.close)
        self.nemesis = Nemesis(self.sandbox, self.service, self.stream, self.straight, disk_, self.clock)
        self.watcher = Watcher(self.sandbox, self.stream)
        self.wrong: list[str] = []
        self.duration = 0.0
        self.settled_after: float | None = None

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
        self._check_statuses()
        self.service.close()
        self.duration = time.monotonic() - started

    def _play_out(self, stopped: threading.Event) -> None:
        """Leaves the faults that no call has met yet a while to do so."""
        deadline = time.monotonic() + _PLAY_OUT_WITHIN
        while self.sandbox.faults.all() and not self._is_settled() and time.monotonic() < deadline:
            if stopped.wait(_LOOK_EVERY):
                raise InterruptedRunError

    def _is_settled(self) -> bool:
        return not (self.stream.waiting or self.sandbox.google.late_commits()) and self.store.is_settled()

    def _settle(self, stopped: threading.Event, show: Callable[[], None]) -> None:
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

    def _check_statuses(self) -> None:
        """What the service itself says of the orders that it took."""
        statuses: dict[str, str] = {}
        headers = {"X-Webhook-Secret": self.service.secret}
        with httpx.Client(base_url=self.service.url, headers=headers, timeout=30, trust_env=False) as client:
            before: int | None = None
            while True:
                query = {"limit": _PAGE} | ({"before": before} if before else {})
                page = client.get("/orders", params=query).raise_for_status().json()
                statuses |= {order["order_id"]: order["status"] for order in page["orders"]}
                before = page["next_before"]
                if before is None:
                    break
        for sent in self.stream.acknowledged():
            wanted = "synced" if has_items(sent) else "failed"
            status = statuses.get(sent.order.order_id, "not known to the service")
            if status != wanted:
                self.wrong.append(f"Order {sent.order.order_id} ({sent.order.sample}) is {status} instead of {wanted}.")

    def report(self) -> Report:
        nemesis, stream, straight = self.nemesis, self.stream, self.straight
        acknowledged = stream.acknowledged()
        wrong = [
            *differences(self.sandbox, stream.sent, nemesis.edited_tabs),
            *self.wrong,
            *nemesis.wrong,
            *straight.wrong,
            *sorted(stream.odd_answers),
            *self.service.ended_by_itself,
        ]
        logged, stored = read_log(self.service.log_file), self.store.read()
        delays = self.watcher.delays() or [0.0]
        google = self.sandbox.google.calls.by_outcome
        lines = sum(len(sent.order.items) for sent in acknowledged if has_items(sent))
        counts = nemesis.counts
        figures: dict[str, object] = {
            "orders sent": len(stream.sent),
            "  of these straight by HTTP": stream.counts["orders sent straight"],
            "  answered with 200": len(acknowledged),
            "duplicates sent": stream.counts["duplicates sent"],
            "messages that are no order": stream.counts["messages that are no order"],
            "answers to what was sent straight": _table(straight.answers),
            "kills": counts["kills"],
            "  while Google worked on a write": counts["kills while a write was under way"],
            "  and further ones at a full disk": counts["kills at a full disk"],
            "starts of the service": self.service.starts,
            "sandbox restarts": counts["sandbox restarts"],
            "full disks": f"{counts['full disks']}, with {counts['503 while the disk was full']} requests answered 503",
            "clock jumps": f"{self.clock.jumps}, at most {self.clock.latest / 3600:.1f} h ahead",
            "batches applied": stored.batches["applied"],
            "batches void": stored.batches["void"],
            "calls to Google without a usable answer": logged.unclear,
            "batches found in the sheet afterwards": logged.found,
            "batches fenced off": logged.fenced,
            "late commits refused, and applied": f"{_late(google, '400')}, {_late(google, '200')}",
            "calls over the quota": sum(count for (_, outcome), count in google.items() if outcome == "429"),
            "faults of a stage that the service caught": logged.events["stage.fault"],
            "longest time from 200 to row": f"{delays[-1]:.1f} s (half within {delays[len(delays) // 2]:.1f} s)",
            "settled after the last fault": "never" if self.settled_after is None else f"{self.settled_after:.1f} s",
            "duration": f"{self.duration:.0f} s",
        }
        verdict = (
            f"Verified: all {len(acknowledged)} orders that were answered with 200 and their {lines} items are in the "
            "sheet, each exactly once, in its place and right in every cell."
        )
        return Report(self._head(), self._conditions(), figures, nemesis.struck(), wrong, verdict)

    def _head(self) -> str:
        options = self.options
        return (
            f"Chaos run with seed {options.seed}: {options.orders} orders, "
            f"{self.plan.count((Kill, KillInWrite))} kills."
        )

    def _conditions(self) -> list[str]:
        factor = self.options.quota_factor
        lines = [
            f"Google's quotas: {'as they are' if factor == 1 else f'times {factor:g}'}. "
            f"A second marker: {'accepted' if self.options.second_marker else 'refused'}.",
            f"The database's disk: {self.disk.says if self.disk else 'somewhere else, so it is not filled'}.",
            "The same seed and options play the same plan again; the exact moments differ.",
        ]
        if self.options.launcher != Options.launcher:
            lines.append(f"The service was started by {' '.join(self.options.launcher)}.")
        return lines


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


def _late(outcomes: dict[tuple[str, str], int], status: str) -> int:
    return outcomes.get(("batchUpdate", f"late {status}"), 0)


def _table(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} times {name}" for name, count in sorted(counts.items())) or "none"
