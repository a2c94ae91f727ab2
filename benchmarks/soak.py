"""Whether a service that runs for long keeps what it uses: memory, descriptors, threads, database, log.

python -m benchmarks.soak --minutes 60
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.busy_shop import PASSWORD, BusyShop
from benchmarks.report import print_head, print_table
from benchmarks.running import Serve, free_port, stoppable
from benchmarks.usage import own_memory, threads, usage
from sandbox.sandbox import Sandbox

QUARTER = 0.25
MOST_GROWTH = 0.1
"""Of the service's own memory, from the second quarter of the time to the last. In the first it fills its caches."""
MOST_MORE = 3
"""Threads or descriptors in the last quarter beyond the most of the three before: some call may just be under way."""
LONG = 20.0
"""Minutes from which on the quarters are compared; in a shorter time the service only grows warm."""
ALLOCATOR = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}
"""glibc keeps what a thread has freed for that thread, up to 240 kB, and it takes hours until all ninety have filled
that. Without it, what grows is the service's own."""
_OUTAGE = 20.0
_OUTAGES = (0.1, 0.4, 0.7)
"""At these parts of the time: after each, as many threads as there ever are have orders to fetch. None is in the last
quarter, which is compared with what was before."""
_LOOK_EVERY = 0.5


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    minutes: float
    others_a_minute: float
    orders_a_minute: float
    edits_a_minute: float
    faults_a_minute: float
    looks_a_minute: float
    samples: int
    patience: float
    seed: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What the service held at a moment."""

    minute: float
    others: int
    orders: int
    own: int
    """Bytes of memory that no other program shares with it."""
    rss: int
    threads: int
    descriptors: int
    cpu: float
    database: int
    log: int


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--minutes", default=60.0, show_default=True, type=click.FloatRange(min=0.01))
@click.option("--others-a-minute", default=240.0, show_default=True, help="Messages that are no orders.")
@click.option("--orders-a-minute", default=12.0, show_default=True)
@click.option("--edits-a-minute", default=4.0, show_default=True, help="Of the merchant, in the sheet.")
@click.option("--faults-a-minute", default=4.0, show_default=True, help="Of Whapi, Google and its token endpoint.")
@click.option("--looks-a-minute", default=12.0, show_default=True, help="At the status page and the metrics.")
@click.option("--samples", default=12, show_default=True, type=click.IntRange(4), help="Lines of the table.")
@click.option("--patience", default=600.0, show_default=True, help="Seconds for what is left at the end.")
@click.option("--seed", default=1, show_default=True, help="Draws what happens.")
@click.option("--folder", default=None, type=click.Path(path_type=Path, file_okay=False), help="For the database.")
def main(folder: Path | None, **given: float) -> None:
    """Runs a busy shop for a time and looks at what the service holds meanwhile.

    Exits with 1 if an order isn't in the sheet once with its items, or, from 20 minutes on, if memory, threads or
    descriptors grew.
    """
    options = Options(**given)  # type: ignore[arg-type]
    # Whole, since the service runs in another working directory.
    place = (folder or Path("data/benchmarks")).resolve()
    place.mkdir(parents=True, exist_ok=True)
    with stoppable(), tempfile.TemporaryDirectory(dir=place) as own:
        print_head(
            "Soak",
            f"{options.minutes:g} minutes, a message that is no order {options.others_a_minute:g} times a minute",
        )
        wrong = _soak(options, Path(own))
    for sentence in wrong:
        print(f"Wrong: {sentence}")
    sys.exit(1 if wrong else 0)


def _soak(options: Options, folder: Path) -> list[str]:
    with (
        Sandbox(free_port(), seed=options.seed) as sandbox,
        Serve(sandbox, folder, ADMIN_PASSWORD=PASSWORD, RETRY_FIRST_DELAY="2", **ALLOCATOR) as serve,
    ):
        shop = BusyShop(sandbox, serve, seed=options.seed)
        try:
            # Before the first rows there is nothing to edit, and the service has not begun in earnest.
            shop.order()
            _settle(shop, options.patience)
            samples = _run(options, shop, serve, folder)
            began = time.monotonic()
            sandbox.faults.clear()
            wrong = _settle(shop, options.patience)
            settled = time.monotonic() - began
            samples.append(_sample(options.minutes + settled / 60, shop, serve, folder))
        finally:
            shop.close()
    _print(samples)
    print(", ".join(f"{count:,} {what}" for what, count in shop.counts.items()) + ".")
    if not wrong:
        print(f"Verified: each order and each item has one row, {settled:.0f} s after the last.")
    return [*wrong, *(grown(samples) if options.minutes >= LONG else ())]


def _settle(shop: BusyShop, patience: float) -> list[str]:
    """Waits until all is in the sheet; what is not when the time is up."""
    deadline = time.monotonic() + patience
    while (wrong := shop.wrong()) and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY)
    return wrong


def _run(options: Options, shop: BusyShop, serve: Serve, folder: Path) -> list[Sample]:
    """What happens comes at random moments, each kind in its own measure."""
    kinds: Sequence[tuple[Callable[[], None], float]] = (
        (shop.other, options.others_a_minute),
        (shop.order, options.orders_a_minute),
        (shop.edit, options.edits_a_minute),
        (shop.fault, options.faults_a_minute),
        (shop.look_at_the_page, options.looks_a_minute),
    )
    draw, began, length = random.Random(options.seed), time.monotonic(), 60 * options.minutes
    outages = [length * part for part in _OUTAGES] if options.minutes >= LONG else []
    # Each at the beginning, so that a short run has all of them.
    due = {what: 0.0 for what, rate in kinds if rate > 0}
    rates, samples = dict(kinds), list[Sample]()
    while (now := time.monotonic() - began) < length:
        if now >= length * len(samples) / options.samples:
            samples.append(_sample(now / 60, shop, serve, folder))
            print(f"minute {now / 60:.1f}: {samples[-1].own / 1e6:.1f} MB of its own", file=sys.stderr, flush=True)
        if outages and now >= outages[0]:
            outages.pop(0)
            shop.outage(_OUTAGE)
        what = min(due, key=due.__getitem__)
        time.sleep(min(max(due[what] - now, 0.0), length - now))
        if time.monotonic() - began >= due[what]:
            what()
            due[what] += draw.expovariate(rates[what] / 60)
    return samples


def _sample(minute: float, shop: BusyShop, serve: Serve, folder: Path) -> Sample:
    now = usage(serve.pid)
    return Sample(
        minute,
        shop.counts["messages that are no orders"],
        shop.counts["orders"],
        own_memory(serve.pid),
        now.rss,
        threads(serve.pid),
        len(list(Path(f"/proc/{serve.pid}/fd").iterdir())),
        now.cpu,
        sum(file.stat().st_size for file in folder.glob("connector.db*")),
        serve.log_file.stat().st_size,
    )


def _print(samples: Sequence[Sample]) -> None:
    head = (
        "minute",
        "no orders",
        "orders",
        "own MB",
        "all MB",
        "threads",
        "descriptors",
        "core %",
        "database kB",
        "log kB",
    )
    rows = []
    for before, now in zip([samples[0], *samples], samples, strict=False):
        seconds = 60 * (now.minute - before.minute)
        rows.append(
            (
                f"{now.minute:.1f}",
                f"{now.others:,}",
                f"{now.orders:,}",
                f"{now.own / 1e6:.1f}",
                f"{now.rss / 1e6:.1f}",
                now.threads,
                now.descriptors,
                f"{100 * (now.cpu - before.cpu) / seconds:.1f}" if seconds else "",
                f"{now.database / 1e3:,.0f}",
                f"{now.log / 1e3:,.0f}",
            )
        )
    print_table(head, rows)


def grown(samples: Sequence[Sample]) -> list[str]:
    """A sentence for each thing of which there was more at the end than before."""
    quarter = round(QUARTER * len(samples))
    second, earlier, last = samples[quarter : 2 * quarter], samples[:-quarter], samples[-quarter:]
    before, after = (statistics.median(sample.own for sample in part) for part in (second, last))
    found = []
    if after > (1 + MOST_GROWTH) * before:
        found.append(
            f"Its own memory grew from {before / 1e6:.1f} MB in the second quarter to {after / 1e6:.1f} MB in the last."
        )
    for what in ("threads", "descriptors"):
        most, now = (max(getattr(sample, what) for sample in part) for part in (earlier, last))
        if now > most + MOST_MORE:
            found.append(f"It had {now} {what} in the last quarter, and at the most {most} before.")
    return found


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.soak")
