"""How many webhooks a second are answered durably, and how fast, while orders are fetched and written.

python -m benchmarks.webhook
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.load import Load, Wrk
from benchmarks.report import disk_line, print_head, print_table
from benchmarks.rows import ORDERS, count_rows
from benchmarks.running import ROOT, BenchmarkError, Serve, answers, free_port, stoppable
from benchmarks.stock import AnyOrder, count_orders, sample_orders
from benchmarks.tap import FETCH, Tap
from sandbox.faults import SERVICES, Fault
from sandbox.sandbox import Sandbox

WARM_UP = 2
"""Seconds of load that are not counted."""


@dataclass(frozen=True, slots=True)
class Run:
    """One server under load."""

    load: Load
    answered: int
    """Requests answered with 200, those of the warm-up among them."""
    stored: int | None
    """Orders in the store afterwards; None where there is no store."""
    fetched: int = 0
    """Fetches of items that the service made meanwhile."""
    written: int = 0
    """Orders that reached the sheet meanwhile."""


@dataclass(frozen=True)
class Bench:
    """What all scenarios need."""

    wrk: Wrk
    sandbox: Sandbox
    tap: Tap
    folder: Path
    seconds: int
    database_url: str | None

    def service(self) -> Run:
        """The real service; the sandbox is as the scenario left it."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            self.tap.clear()
            rows = count_rows(self.sandbox, ORDERS)
            # Without reconciliation no call comes in between that the next run would not have as well.
            serve = Serve(self.sandbox, Path(folder), self.database_url, RECONCILE_INTERVAL="0")
            with serve:
                before = count_orders(serve.database_url)
                load, answered = self._load(serve.port)
                fetched, written = self.tap.counts()[FETCH], count_rows(self.sandbox, ORDERS) - rows
            return Run(load, answered, count_orders(serve.database_url) - before, fetched, written)

    def flask(self, *, commits: bool) -> Run:
        with tempfile.TemporaryDirectory(dir=self.folder) as folder, ExitStack() as stack:
            port, database = free_port(), Path(folder) / "baseline.db"
            arguments = [str(port), self.sandbox.secret, *([str(database)] if commits else [])]
            command = [sys.executable, "-m", "benchmarks.flask_baseline", *arguments]
            process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            while not answers(port):
                if process.poll() is not None:
                    raise BenchmarkError("The Flask baseline did not start.")
                time.sleep(0.05)
            return Run(*self._load(port), None)

    def _load(self, port: int) -> tuple[Load, int]:
        warm = self.wrk.run(port, WARM_UP if self.seconds > WARM_UP else 1)
        load = self.wrk.run(port, self.seconds)
        return load, warm.good + load.good


@contextmanager
def as_it_is(_: Sandbox) -> Iterator[None]:
    yield


@contextmanager
def hanging(sandbox: Sandbox) -> Iterator[None]:
    """Whapi, Google and its token endpoint take every call and say nothing."""
    for service in SERVICES:
        sandbox.faults.add(Fault(service, "hang", times=None, seconds=120))
    yield
    sandbox.faults.clear()


@contextmanager
def down(sandbox: Sandbox) -> Iterator[None]:
    """Nobody listens at either."""
    sandbox.stop()
    yield
    sandbox.start()


Scenario = tuple[str, Callable[[Bench], Run]]


def in_state(state: Callable[[Sandbox], object]) -> Callable[[Bench], Run]:
    def run(bench: Bench) -> Run:
        with state(bench.sandbox):  # type: ignore[attr-defined]
            return bench.service()

    return run


SCENARIOS: tuple[Scenario, ...] = (
    ("Flask, JSON parsed, nothing stored", lambda bench: bench.flask(commits=False)),
    ("the floor: Flask, a webhook's work over sqlite3", lambda bench: bench.flask(commits=True)),
    ("service, orders fetched and written meanwhile", in_state(as_it_is)),
    ("service, Whapi and Google hang", in_state(hanging)),
    ("service, Whapi and Google are down", in_state(down)),
)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--seconds", default=10, show_default=True, type=click.IntRange(1), help="Of load in each run.")
@click.option(
    "--repeats", default=3, show_default=True, type=click.IntRange(1), help="Runs of each; medians are shown."
)
@click.option("--connections", default=16, show_default=True, type=click.IntRange(1), help="Of wrk.")
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1), help="Of wrk.")
@click.option("--whapi-latency", default=0.15, show_default=True, help="Seconds that Whapi takes for each call.")
@click.option("--google-latency", default=0.4, show_default=True, help="Seconds that Google takes for each call.")
@click.option("--only", type=click.IntRange(1, len(SCENARIOS)), help="Only the scenario with this number.")
@click.option("--database-url", help="An empty PostgreSQL database. The default is SQLite.")
@click.option(
    "--folder",
    default=Path("data/benchmarks"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the databases lie; on a real disk.",
)
def main(
    seconds: int,
    repeats: int,
    connections: int,
    threads: int,
    whapi_latency: float,
    google_latency: float,
    only: int | None,
    database_url: str | None,
    folder: Path,
) -> None:
    """Measures durable answers to webhooks per second and their latency, beside two plain Flask applications.

    Exits with 1 if an order that was answered with 200 is not in the store, or any answer was not a 200.
    """
    template = sample_orders(1)[0]
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    with stoppable(), tempfile.TemporaryDirectory(dir=folder) as own, Sandbox(free_port()) as sandbox:
        wrk = Wrk(Path(own), template, sandbox.secret, connections=connections, threads=threads)
        sandbox.whapi.orders = AnyOrder(template)
        sandbox.whapi.latency, sandbox.google.latency = whapi_latency, google_latency
        bench = Bench(wrk, sandbox, Tap(sandbox), Path(own), seconds, database_url)
        print_head(
            "Durable answers to webhooks",
            f"wrk -c{connections} -t{threads} -d{seconds}s",
            f"Each {repeats} times, in turn; medians. A webhook has {wrk.size / 1024:.1f} KiB and brings a new order.",
            f"Whapi takes {whapi_latency * 1e3:g} ms for a call, Google {google_latency * 1e3:g} ms.",
            disk_line(Path(own)),
        )
        chosen = SCENARIOS if only is None else SCENARIOS[only - 1 : only]
        runs: dict[str, list[Run]] = {name: [] for name, _ in chosen}
        for _ in range(repeats):
            for name, scenario in chosen:
                runs[name].append(scenario(bench))
    print_table(
        ("", "answers/s", "p50 ms", "p99 ms", "max ms", "to bare Flask", "to the floor"),
        list(_rows(runs)),
    )
    print_table(("", "answered 200", "not 200", "in the store", "fetched", "in the sheet"), list(_counts(runs)))
    wrong = list(_wrong(runs, connections))
    for sentence in wrong:
        print(sentence)
    if not wrong:
        print("Verified: every order that was answered with 200 is in the store.")
    sys.exit(1 if wrong else 0)


def _rows(runs: dict[str, list[Run]]) -> Iterator[tuple[object, ...]]:
    rates = {name: statistics.median(run.load.rate for run in several) for name, several in runs.items()}
    bare, floor = (rates.get(name) for name, _ in SCENARIOS[:2])
    for name, several in runs.items():
        p50, p99, most = (
            statistics.median(getattr(run.load, field) for run in several) for field in ("p50", "p99", "max")
        )
        to_these = (f"{rates[name] / other:.2f}" if other else "-" for other in (bare, floor))
        yield name, f"{rates[name]:,.0f}", f"{p50:.1f}", f"{p99:.1f}", f"{most:.0f}", *to_these


def _counts(runs: dict[str, list[Run]]) -> Iterator[tuple[object, ...]]:
    for name, several in runs.items():
        stored = [run.stored for run in several if run.stored is not None]
        yield (
            name,
            f"{sum(run.answered for run in several):,}",
            sum(run.load.bad + run.load.broken for run in several),
            f"{sum(stored):,}" if stored else "-",
            f"{sum(run.fetched for run in several):,}" if stored else "-",
            f"{sum(run.written for run in several):,}" if stored else "-",
        )


def _wrong(runs: dict[str, list[Run]], connections: int) -> Iterator[str]:
    for name, several in runs.items():
        for run in several:
            if run.load.bad or run.load.broken:
                yield f"Wrong: {name}: {run.load.bad} answers were not 200, {run.load.broken} did not come."
            if run.stored is None:
                continue
            # When wrk stops, each connection may have a request under way that is stored and not counted; twice,
            # with the warm-up.
            if not run.answered <= run.stored <= run.answered + 2 * connections:
                yield f"Wrong: {name}: {run.answered} orders were answered with 200, and {run.stored} are in the store."


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.webhook")
