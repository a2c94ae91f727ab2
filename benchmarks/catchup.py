"""Many orders that have waited for a week: the memory and the time that they take, beside a few.

python -m benchmarks.catchup
"""

import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.report import disk_line, print_head, print_table
from benchmarks.rows import ITEMS, ORDERS, order_ids, wait_for_rows
from benchmarks.running import Serve, free_port, stoppable
from benchmarks.stock import LINES, AnyOrder, fill_store, sample_orders
from benchmarks.tap import FETCH, READ, WRITE, Tap
from benchmarks.usage import Sampler, usage
from sandbox.sandbox import Sandbox

LIMIT = 200
"""Megabytes of memory that are not to be exceeded."""


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """One catching up."""

    orders: int
    seconds: float
    """From the first call to the last."""
    until_first: float
    """From the first call until the first row was in the sheet."""
    cpu: float
    """Processor seconds of the service since it first answered."""
    sandbox_cpu: float
    """And of this process, which is the sandbox."""
    peak: int
    at_start: int
    """Bytes of memory when it first answered, and at most."""
    calls: Counter[str]
    right: bool
    """Whether each order and each of its items has exactly one row."""


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--orders", default=100_000, show_default=True, type=click.IntRange(1), help="That wait.")
@click.option("--few", default=1_000, show_default=True, type=click.IntRange(1), help="To compare with.")
@click.option("--patience", default=3600.0, show_default=True, help="Seconds that the service gets, each time.")
@click.option(
    "--folder",
    default=Path("data/benchmarks"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the databases lie; on a real disk.",
)
def main(orders: int, few: int, patience: float, folder: Path) -> None:
    """Measures how the service catches up with orders whose webhooks came while Whapi and Google were down.

    Whapi and Google answer at once here, without quotas, so that the figures are the service's. Exits with 1 if a
    row is missing or doubled.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with stoppable(), tempfile.TemporaryDirectory(dir=folder) as own:
        print_head(
            "Catching up",
            f"{few:,} and {orders:,} waiting orders with {LINES} items each",
            "Whapi and Google answer at once; no quotas; the service keeps its own pace of batches.",
            disk_line(Path(own)),
        )
        found = [_catch_up(count, Path(own), patience) for count in (few, orders)]
    print_table(("", *(f"{one.orders:,} orders" for one in found), "ratio"), list(_rows(*found)))
    right = all(one.right for one in found)
    print("Verified: each order and each item has one row." if right else "Wrong: rows are missing or doubled.")
    sys.exit(0 if right else 1)


def _catch_up(count: int, folder: Path, patience: float) -> CaughtUp:
    template = sample_orders(1)[0]
    with tempfile.TemporaryDirectory(dir=folder) as own, Sandbox(free_port()) as sandbox:
        sandbox.whapi.orders = AnyOrder(template)
        sandbox.google.quota.enabled = False
        url = f"sqlite:///{own}/connector.db"
        fill_store(url, count, template=template, waiting=True)
        tap = Tap(sandbox)
        before = time.process_time()
        with Serve(sandbox, Path(own), url, RECONCILE_INTERVAL="0") as serve, Sampler(serve.pid) as sampler:
            at_start = usage(serve.pid)
            wait_for_rows(sandbox, orders=1, items=0, within=patience, every=0.05, or_more=True)
            first_row = time.perf_counter()
            wait_for_rows(sandbox, orders=count, items=LINES * count, within=patience, every=0.25)
            cpu, sandbox_cpu = usage(serve.pid).cpu - at_start.cpu, time.process_time() - before
        calls = tap.heard(FETCH, READ, WRITE)
        orders, items = Counter(order_ids(sandbox, ORDERS)), Counter(order_ids(sandbox, ITEMS))
        return CaughtUp(
            orders=count,
            seconds=max(call.ended for call in calls) - min(call.begun for call in calls),
            until_first=first_row - min(call.begun for call in calls),
            cpu=cpu,
            sandbox_cpu=sandbox_cpu,
            peak=sampler.peak,
            at_start=at_start.rss,
            calls=Counter(call.kind for call in calls),
            right=set(orders.values()) == {1}
            and set(items.values()) == {LINES}
            and len(orders) == count
            and orders.keys() == items.keys(),
        )


def _rows(few: CaughtUp, many: CaughtUp) -> list[tuple[object, ...]]:
    def row(name: str, form: str, one: float, other: float) -> tuple[object, ...]:
        return name, format(one, form), format(other, form), f"{other / one:.2f}" if one else "-"

    def per_order(name: str, one: float, other: float) -> tuple[object, ...]:
        return row(f"{name}, ms an order", ".2f", 1e3 * one / few.orders, 1e3 * other / many.orders)

    return [
        row("until the first row is in the sheet, s", ".1f", few.until_first, many.until_first),
        row("until all is in the sheet, s", ".1f", few.seconds, many.seconds),
        per_order("the same", few.seconds, many.seconds),
        per_order("processor time of the service", few.cpu, many.cpu),
        per_order("processor time of the sandbox", few.sandbox_cpu, many.sandbox_cpu),
        row("memory at the start, MB", ".0f", few.at_start / 1e6, many.at_start / 1e6),
        row(f"peak memory, MB (limit {LIMIT})", ".0f", few.peak / 1e6, many.peak / 1e6),
        *(row(f"{kind}s", ",", few.calls[kind], many.calls[kind]) for kind in (READ, WRITE)),
        ("fetches", f"{few.calls[FETCH]:,}", f"{many.calls[FETCH]:,}", f"{many.calls[FETCH] / few.calls[FETCH]:.2f}"),
    ]


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.catchup")
