"""What the service uses while nothing happens: memory, processor, calls.

python -m benchmarks.rest
"""

import sys
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.report import print_head, print_table
from benchmarks.rows import wait_for_rows
from benchmarks.running import Serve, free_port, stoppable
from benchmarks.stock import LINES, post_all, sample_orders, webhook_body
from benchmarks.tap import FETCH, OTHER, READ, TOKEN, WRITE, Tap
from benchmarks.usage import Usage, own_memory, usage
from sandbox.sandbox import Sandbox

_WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Rest:
    """What was seen in the quiet time."""

    before: Usage
    after: Usage
    seconds: float
    calls: Counter[str]
    own: int
    """Bytes of memory that the service shares with no other program."""


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(0.1), help="Of rest, each time.")
@click.option("--orders", default=10, show_default=True, type=click.IntRange(1), help="That are written before.")
def main(seconds: float, orders: int) -> None:
    """Measures the service at rest, after it has written a few orders; without reconciliation, and with it.

    Exits with 1 if it calls anybody without reconciliation.
    """
    with stoppable():
        print_head("At rest", f"{seconds:g} s each, after {orders} orders")
        found = {
            "reconciliation off": _rest(seconds, orders, RECONCILE_INTERVAL="0"),
            "reconciliation every 900 s, the default": _rest(seconds, orders),
        }
    head = (
        "",
        "memory MB",
        "of that its own",
        "processes",
        "core %",
        "wake-ups/s",
        "fetches",
        "reads",
        "writes",
        "other calls",
    )
    print_table(head, [(name, *_cells(rest)) for name, rest in found.items()])
    quiet = not found["reconciliation off"].calls
    if not quiet:
        print("Wrong: calls were made at rest, though reconciliation was off.")
    sys.exit(0 if quiet else 1)


def _rest(seconds: float, count: int, **settings: str) -> Rest:
    with tempfile.TemporaryDirectory() as folder, Sandbox(free_port()) as sandbox:
        tap = Tap(sandbox)
        orders = sample_orders(count)
        for order in orders:
            sandbox.whapi.add(order)
        with Serve(sandbox, Path(folder), **settings) as serve:
            post_all(serve.port, serve.secret, [webhook_body(order) for order in orders])
            wait_for_rows(sandbox, orders=count, items=LINES * count, within=_WITHIN)
            pause = threading.Event()
            pause.wait(min(seconds, 5))  # The last batch is stored, and the threads go to sleep.
            tap.clear()
            before = usage(serve.pid)
            pause.wait(seconds)
            return Rest(before, usage(serve.pid), seconds, tap.counts(), own_memory(serve.pid))


def _cells(rest: Rest) -> tuple[object, ...]:
    return (
        f"{rest.after.rss / 1e6:.0f}",
        f"{rest.own / 1e6:.0f}",
        rest.after.processes,
        f"{100 * (rest.after.cpu - rest.before.cpu) / rest.seconds:.2f}",
        f"{(rest.after.switches - rest.before.switches) / rest.seconds:.1f}",
        rest.calls[FETCH],
        rest.calls[READ],
        rest.calls[WRITE],
        rest.calls[OTHER] + rest.calls[TOKEN],
    )


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.rest")
