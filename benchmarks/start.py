"""How long `serve` takes from the start of its process to its first 200, however many orders it knows.

python -m benchmarks.start
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.report import disk_line, print_head, print_table
from benchmarks.running import ROOT, Serve, free_port, stoppable
from benchmarks.stock import count_orders, fill_store, sample_orders
from benchmarks.usage import usage
from sandbox.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Took:
    """One start."""

    seconds: float
    cpu: float
    """Of the processor, which says more than the clock on a machine that has other things to do."""


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--orders", default=1_000_000, show_default=True, type=click.IntRange(1), help="In the large database.")
@click.option("--runs", default=5, show_default=True, type=click.IntRange(1), help="Starts of each; medians are shown.")
@click.option(
    "--folder",
    default=Path("data/benchmarks"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the databases lie; on a real disk.",
)
def main(orders: int, runs: int, folder: Path) -> None:
    """Measures the time from the start of the process to the first 200 of /healthz.

    The databases were just written, so the system still has them in memory. Exits with 1 if an order is gone.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with stoppable(), tempfile.TemporaryDirectory(dir=folder) as own, Sandbox(free_port()) as sandbox:
        print_head("Start", f"{runs} starts of each, in turn", disk_line(Path(own)))
        large, empty = f"sqlite:///{own}/large.db", f"sqlite:///{own}/empty.db"
        begun = time.perf_counter()
        fill_store(large, orders, template=sample_orders(1)[0], waiting=False)
        size = Path(own, "large.db").stat().st_size / 2**20
        took = time.perf_counter() - begun
        print(f"The large database: {orders:,} finished orders, {size:,.0f} MiB, made in {took:.0f} s.\n")

        def serve(url: str) -> Took:
            service = Serve(sandbox, Path(own), url)
            try:
                begun = time.perf_counter()
                service.start().wait_until_alive()
                return Took(time.perf_counter() - begun, usage(service.pid).cpu)
            finally:
                service.stop()

        def fresh() -> Took:
            with tempfile.TemporaryDirectory(dir=own) as new:
                return serve(f"sqlite:///{new}/connector.db")

        serve(empty)
        kinds: dict[str, Callable[[], Took]] = {
            "python alone": lambda: python("pass"),
            "python with all of the connector's modules": lambda: python("import connector.cli.serve"),
            "serve, the database is made first": fresh,
            "serve, no orders": lambda: serve(empty),
            f"serve, {orders:,} orders": lambda: serve(large),
        }
        found: dict[str, list[Took]] = {name: [] for name in kinds}
        for _ in range(runs):
            for name, measure in kinds.items():
                found[name].append(measure())
        left = count_orders(large)
    first = statistics.median(took.seconds for took in next(iter(found.values())))
    rows = []
    for name, several in found.items():
        seconds, cpu = [took.seconds for took in several], [took.cpu for took in several]
        median = statistics.median(seconds)
        figures = (median, min(seconds), max(seconds), statistics.median(cpu))
        rows.append((name, *(f"{figure:.2f}" for figure in figures), f"{median / first:.0f}"))
    print_table(("", "median s", "min s", "max s", "processor s", "to the first"), rows)
    print(f"{left:,} orders are in the large database afterwards.")
    sys.exit(0 if left == orders else 1)


def python(code: str) -> Took:
    """What an interpreter takes for it, from its start to its end."""
    begun, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Took(time.perf_counter() - begun, cpu)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.start")
