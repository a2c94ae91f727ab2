"""What many shops in one service cost, and whether sick shops or a flood at one of them hold up the others.

python -m benchmarks.shops
"""

import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.report import disk_line, print_head, print_table, quantile
from benchmarks.running import Serve, free_port, stoppable
from benchmarks.sandbox_shops import SandboxShops, flood, most_in_a_minute, together, zipf
from benchmarks.usage import Sampler, Usage, own_memory, threads, usage
from sandbox.sandbox import Sandbox
from sandbox.shops import SandboxShop

LIMIT = 60
"""Reads, and writes, that Google allows an account in a minute."""
_FEW = 10
"""The part of the shops with which memory is measured a second time, to see what one costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says."""

    shops: int
    accounts: int
    sick: int
    seconds: float
    orders_a_minute: float
    flood: int
    rest: float
    patience: float
    whapi_latency: float
    google_latency: float


@dataclass(frozen=True, slots=True)
class Rest:
    """A quiet time."""

    shops: int
    start: float
    threads: int
    before: Usage
    after: Usage
    seconds: float
    own: int
    reads: int
    writes: int


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--shops", default=1000, show_default=True, type=click.IntRange(10))
@click.option("--accounts", default=5, show_default=True, type=click.IntRange(1), help="Service accounts of the shops.")
@click.option("--sick", default=20, show_default=True, type=click.IntRange(0), help="Shops that fall sick.")
@click.option("--seconds", default=90.0, show_default=True, help="Of load, each time.")
@click.option("--orders-a-minute", default=120.0, show_default=True, help="Of all shops.")
@click.option("--flood", default=500, show_default=True, type=click.IntRange(1), help="Orders of the flooded shop.")
@click.option("--rest", default=30.0, show_default=True, help="Seconds at rest.")
@click.option("--patience", default=600.0, show_default=True, help="Seconds that rows may take.")
@click.option("--whapi-latency", default=0.15, show_default=True)
@click.option("--google-latency", default=0.4, show_default=True)
@click.option("--folder", default=None, type=click.Path(path_type=Path, file_okay=False), help="For the databases.")
def main(folder: Path | None, **options: float) -> None:
    """Measures a service with many shops at rest, and under load: healthy, with sick shops, and with a flood.

    Exits with 1 if a sheet lacks an order or has it twice, or an account made too many calls.
    """
    chosen = Options(**options)  # type: ignore[arg-type]
    # Whole, since the service runs in another working directory.
    place = (folder or Path("data/benchmarks")).resolve()
    place.mkdir(parents=True, exist_ok=True)
    with stoppable(), tempfile.TemporaryDirectory(dir=place) as own:
        print_head(
            "Many shops",
            f"{chosen.shops:,} shops, {chosen.accounts} service accounts, {chosen.orders_a_minute:g} orders a minute",
            disk_line(Path(own)),
        )
        _print_rest(*(_at_rest(chosen, Path(own), count) for count in (max(chosen.shops // _FEW, 1), chosen.shops)))
        wrong = _under_load(chosen, Path(own))
    for sentence in wrong:
        print(f"Wrong: {sentence}")
    if not wrong:
        print("Verified: each order has its rows once, in its own shop's sheet; no account made more than 60 calls.")
    sys.exit(1 if wrong else 0)


def _at_rest(options: Options, folder: Path, count: int) -> Rest:
    with Sandbox(free_port()) as sandbox, tempfile.TemporaryDirectory(dir=folder) as own:
        fleet = SandboxShops(sandbox, Path(own), shops=count, accounts=options.accounts)
        began = time.perf_counter()
        with Serve(sandbox, Path(own), SHOPS_FILE=str(fleet.shops_file)) as serve:
            start = time.perf_counter() - began
            fleet.see_that_they_are_served(serve.port)
            pause = threading.Event()
            pause.wait(min(options.rest, 5))
            sandbox.google.calls.clear()
            before = usage(serve.pid)
            pause.wait(options.rest)
            calls = [call for call in sandbox.google.calls.latest if call.account]
            writes = sum(call.is_write for call in calls)
            return Rest(
                count,
                start,
                threads(serve.pid),
                before,
                usage(serve.pid),
                options.rest,
                own_memory(serve.pid),
                len(calls) - writes,
                writes,
            )


def _print_rest(few: Rest, many: Rest) -> None:
    head = ("at rest", "memory MB", "its own MB", "threads", "core %", "wake-ups/s", "reads", "writes", "start s")
    print_table(head, [(f"{rest.shops:,} shops", *_rest_cells(rest)) for rest in (few, many)])
    if many.shops > few.shops:
        more = many.shops - few.shops
        kib = (many.own - few.own) / more / 1024
        print(
            f"A shop costs {kib:.1f} KiB of memory, and {1e3 * (many.start - few.start) / more:.2f} ms at the start.\n"
        )


def _rest_cells(rest: Rest) -> tuple[object, ...]:
    return (
        f"{rest.after.rss / 1e6:.0f}",
        f"{rest.own / 1e6:.0f}",
        rest.threads,
        f"{100 * (rest.after.cpu - rest.before.cpu) / rest.seconds:.2f}",
        f"{(rest.after.switches - rest.before.switches) / rest.seconds:.1f}",
        rest.reads,
        rest.writes,
        f"{rest.start:.2f}",
    )


def _under_load(options: Options, folder: Path) -> list[str]:
    """The same load three times: by itself, beside a flood at one shop, and with sick shops."""
    with Sandbox(free_port()) as sandbox:
        fleet = SandboxShops(sandbox, folder, shops=options.shops, accounts=options.accounts)
        sandbox.google.latency = options.google_latency
        for shop in fleet.shops:
            shop.whapi.latency = options.whapi_latency
        load = zipf(fleet.shops, a_minute=options.orders_a_minute, seconds=options.seconds, seed=3)
        # Those with the most orders are among the sick: a shop without any can't be in anybody's way.
        sick = fleet.shops[1 : 1 + 2 * options.sick : 2]
        active = list({shop.name: shop for _, shop in [*load, *((0.0, shop) for shop in sick)]}.values())
        others = [*sick, fleet.shops[0]]
        database_url = f"sqlite:///{folder / 'connector.db'}"
        fleet.prepare(active, database_url, within=options.patience)
        # Only now, since somebody else may take the port of a service that is not there yet.
        serve = Serve(sandbox, folder, database_url, SHOPS_FILE=str(fleet.shops_file))
        sandbox.google.calls.clear()
        rows = []
        with serve:
            # A start costs each shop's first batch a few calls more. It isn't what is measured here.
            fleet.send(serve.port, [(0.0, shop) for shop in active], seed=11)
            fleet.wait(within=options.patience)
            with Sampler(serve.pid) as sampler:
                rows.append(_measured("the load alone", fleet, serve, load, options, others=others, seed=12))
                flooded = together(load, flood(fleet.shops[0], options.flood, options.seconds / 3))
                name = f"beside {options.flood:,} orders of one shop"
                rows.append(_measured(name, fleet, serve, flooded, options, others=others, seed=13))
                fleet.fall_sick(sick)
                name = f"with {options.sick} sick shops"
                rows.append(_measured(name, fleet, serve, load, options, others=others, seed=14, sick=sick))
            most_threads, peak = threads(serve.pid), sampler.peak
            began = time.perf_counter()
        stopped = time.perf_counter() - began
        fleet.recover()
        with serve:
            fleet.wait_for_items(within=options.patience)
        _print_load(rows)
        print(
            f"Under load the service had {most_threads} threads and {peak / 1e6:.0f} MB of memory at the most. "
            f"It ended {stopped:.1f} s after SIGTERM, with gateways hanging.\n"
        )
        return [*fleet.wrong(), *_too_many_calls(sandbox)]


def _measured(
    name: str,
    fleet: SandboxShops,
    serve: Serve,
    load: list[tuple[float, SandboxShop]],
    options: Options,
    *,
    others: list[SandboxShop],
    seed: int,
    sick: list[SandboxShop] | None = None,
) -> tuple[str, list[float], float]:
    """The seconds from webhook to row, of all but the `others`, and processor time for each second."""
    began, before = time.perf_counter(), usage(serve.pid)
    fleet.send(serve.port, load, seed=seed)
    fleet.wait(within=options.patience, but_for=sick or ())
    took = time.perf_counter() - began
    cpu = (usage(serve.pid).cpu - before.cpu) / took
    return name, fleet.seconds(began, but_for=others), cpu


def _print_load(rows: list[tuple[str, list[float], float]]) -> None:
    first = rows[0][1]
    table = [
        (
            name,
            len(seconds),
            f"{statistics.median(seconds):.2f}",
            f"{quantile(seconds, 0.99):.2f}",
            f"{max(seconds):.2f}",
            f"{statistics.median(seconds) / statistics.median(first):.2f}",
            f"{quantile(seconds, 0.99) / quantile(first, 0.99):.2f}",
            f"{100 * cpu:.0f}",
        )
        for name, seconds, cpu in rows
    ]
    head = (
        "from webhook to row",
        "orders",
        "p50 s",
        "p99 s",
        "max s",
        "p50 to the first",
        "p99 to the first",
        "core %",
    )
    print_table(head, table)


def _too_many_calls(sandbox: Sandbox) -> list[str]:
    account, reads, writes = most_in_a_minute(sandbox)
    refused = sum(call.outcome == "429" for call in sandbox.google.calls.latest)
    print(
        f"The most calls of an account in any 60 seconds: {reads} reads, {writes} writes ({account.partition('@')[0]})."
    )
    found = [f"Google answered {refused} calls with 429."] if refused else []
    if max(reads, writes) > LIMIT:
        found.append(f"{account} made {reads} reads and {writes} writes in 60 seconds.")
    return found


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.shops")
