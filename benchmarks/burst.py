"""Thousands of orders at once, under Google's quotas; beside three other ways, whose minutes are simulated.

python -m benchmarks.burst
"""

import itertools
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.report import disk_line, print_head, print_table, quantile
from benchmarks.rivals import WAYS, Sample, play, simulate
from benchmarks.rows import wait_for_rows
from benchmarks.running import Serve, free_port, stoppable
from benchmarks.stock import LINES, post_all, sample_orders, webhook_body
from benchmarks.tap import FETCH, READ, WRITE, Tap, most_in_a_second
from benchmarks.usage import Sampler, usage
from sandbox.sandbox import Sandbox
from sandbox.verify import differences
from sandbox.whapi.order import SandboxOrder

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Burst:
    """What the service did."""

    answered: float
    """Seconds until the last webhook was answered with 200."""
    refused_webhooks: int
    seconds: float
    """From the first webhook until everything was in the sheet."""
    calls: Counter[str]
    refused: int
    """Calls to Google that were answered with 429."""
    most_in_a_second: int
    largest: int
    """Bytes of the largest write."""
    gaps: list[float]
    """Seconds from the beginning of each write to that of the next."""
    peak: int
    cpu: float
    wrong: list[str]


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--orders", default=10_000, show_default=True, type=click.IntRange(1), help="Each with 3 items.")
@click.option("--gateway-latency", default=0.1, show_default=True, help="Seconds that Whapi takes for each call.")
@click.option("--at-once", default=20, show_default=True, type=click.IntRange(1), help="Calls that Whapi works on.")
@click.option("--google-latency", default=0.4, show_default=True, help="Seconds that Google takes for each call.")
@click.option("--sample", default=40, show_default=True, type=click.IntRange(1), help="Orders that the others play.")
@click.option("--patience", default=900.0, show_default=True, help="Seconds that the service gets.")
@click.option("--others/--no-others", default=True, show_default=True, help="Whether the other ways are played.")
@click.option(
    "--folder",
    default=Path("data/benchmarks"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the database lies; on a real disk.",
)
def main(
    orders: int,
    gateway_latency: float,
    at_once: int,
    google_latency: float,
    sample: int,
    patience: float,
    others: bool,
    folder: Path,
) -> None:
    """Measures how long a burst of orders takes until all of it is in the sheet, and what it costs in calls.

    Exits with 1 if anything is lost, doubled or wrong in the sheet, or Google answered with a 429.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    sent = sample_orders(orders)
    with stoppable(), tempfile.TemporaryDirectory(dir=folder) as own:
        print_head(
            "A burst of orders",
            f"{orders:,} orders with {LINES} items each, sent over 16 connections",
            f"Google: 60 reads and 60 writes a minute, {google_latency * 1e3:g} ms a call. "
            f"Whapi: {gateway_latency * 1e3:g} ms a call, {at_once} at once.",
            disk_line(Path(own)),
        )
        with Sandbox(free_port()) as sandbox:
            sandbox.whapi.latency, sandbox.google.latency = gateway_latency, google_latency
            burst = _burst(sandbox, Tap(sandbox, fetches_at_once=at_once), sent, Path(own), patience)
    rows = [_row("the service", burst.seconds, burst.calls, burst.refused, orders, burst.seconds)]
    samples: dict[str, Sample] = {}
    for way in WAYS if others else ():
        samples[way.name] = play(way, sent[:sample], google_latency)
        count = simulate(samples[way.name], orders, google_latency)
        rows.append(_row(way.name, count.seconds, count.calls, count.refused, orders, burst.seconds))
    print_table(("", "time", "reads", "writes", "calls per order", "429", "time to the first"), rows)
    _print_details(burst, orders)
    _print_samples(samples, sample, google_latency)
    for sentence in burst.wrong[:_SHOWN]:
        print(f"Wrong: {sentence}")
    if not burst.wrong:
        print(f"Verified: {orders:,} orders and {orders * LINES:,} items are in the sheet, each exactly once.")
    sys.exit(1 if burst.wrong or burst.refused else 0)


def _burst(sandbox: Sandbox, tap: Tap, sent: list[SandboxOrder], folder: Path, patience: float) -> Burst:
    """Sends all, waits for the rows, and compares them with what was sent."""
    for order in sent:
        sandbox.whapi.orders[order.order_id] = order
    bodies = [webhook_body(order) for order in sent]
    # Without reconciliation: the orders stand in no history.
    with Serve(sandbox, folder, RECONCILE_INTERVAL="0") as serve, Sampler(serve.pid) as sampler:
        begun = time.perf_counter()
        failures = post_all(serve.port, serve.secret, bodies)
        answered = time.perf_counter() - begun
        wait_for_rows(sandbox, orders=len(sent), items=LINES * len(sent), within=patience)
        cpu = usage(serve.pid).cpu
    google = tap.heard(READ, WRITE)
    writes = [call for call in google if call.kind == WRITE]
    starts = sorted(call.begun for call in writes)
    return Burst(
        answered=answered,
        refused_webhooks=failures,
        seconds=max(call.ended for call in writes) - begun,
        calls=tap.counts(),
        refused=tap.refused(),
        most_in_a_second=most_in_a_second(google),
        largest=max(call.size for call in writes),
        gaps=[later - earlier for earlier, later in itertools.pairwise(starts)],
        peak=sampler.peak,
        cpu=cpu,
        wrong=differences(sandbox, sent),
    )


def _row(name: str, seconds: float, calls: Counter[str], refused: int, orders: int, first: float) -> tuple[object, ...]:
    reads, writes = calls[READ], calls[WRITE]
    per_order = f"{(reads + writes) / orders:.4f}" if reads + writes < orders else f"{(reads + writes) / orders:.1f}"
    return name, _span(seconds), f"{reads:,}", f"{writes:,}", per_order, f"{refused:,}", f"{seconds / first:,.1f}"


def _span(seconds: float) -> str:
    if seconds < 300:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _print_details(burst: Burst, orders: int) -> None:
    print_table(
        ("the service", ""),
        [
            ("all webhooks answered with 200 after", f"{burst.answered:.1f} s"),
            ("answers that were not 200", burst.refused_webhooks),
            ("fetches of items", f"{burst.calls[FETCH]:,}"),
            ("most calls to Google within a second", burst.most_in_a_second),
            ("seconds between writes, median", f"{quantile(burst.gaps, 0.5):.2f}" if burst.gaps else "-"),
            ("largest write", f"{burst.largest / 1e6:.2f} MB"),
            ("peak memory", f"{burst.peak / 1e6:.0f} MB"),
            ("processor time", f"{burst.cpu:.1f} s, {1e3 * burst.cpu / orders:.2f} ms an order"),
        ],
    )


def _print_samples(samples: dict[str, Sample], count: int, latency: float) -> None:
    """That the simulation does as the stand-in did for the sample."""
    for name, sample in samples.items():
        again = simulate(sample, count, latency)
        agrees = (again.calls, again.refused) == (sample.real.calls, sample.real.refused)
        agrees = agrees and abs(again.seconds - sample.real.seconds) < 0.001
        calls = Counter(sample.each)
        print(
            f"{name}: with real calls of {count} orders counted as {calls[READ]} reads and {calls[WRITE]} writes an "
            f"order; {sample.real.seconds:.1f} s of the stand-in's clock, "
            f"{'as in the simulation' if agrees else f'but {again.seconds:.1f} s in the simulation'}."
        )
    if samples:
        print()


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.burst")
