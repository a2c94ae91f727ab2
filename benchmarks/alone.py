"""One order at a time: what the service adds to the time that Whapi and Google take.

python -m benchmarks.alone
"""

import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.report import disk_line, print_head, print_table, quantile
from benchmarks.rows import ITEMS, count_rows, order_ids, wait_for_rows, wait_for_summary
from benchmarks.running import Serve, free_port, stoppable
from benchmarks.stock import LINES, Poster, sample_orders, webhook_body
from benchmarks.tap import FETCH, READ, WRITE, Heard, Tap, covered
from sandbox.sandbox import Sandbox

_WITHIN = 60.0
_USUAL = Counter({FETCH: 1, READ: 1, WRITE: 1})


@dataclass(frozen=True, slots=True)
class Way:
    """One order's way, in seconds."""

    answer: float
    """From the webhook to its answer."""
    whole: float
    """From the answer to the row in the sheet, with its items."""
    away: float
    """The part of that in which the sandbox was at work on a call."""
    latency: float
    """What the calls would have taken one after the other had they taken nothing but the set latency."""
    calls: Counter[str]

    @property
    def own(self) -> float:
        """What the service took, and the network on this machine."""
        return self.whole - self.away


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--orders", default=20, show_default=True, type=click.IntRange(1), help="That are measured.")
@click.option("--pause", default=3.0, show_default=True, help="Seconds between an order's row and the next order.")
@click.option("--whapi-latency", default=0.15, show_default=True, help="Seconds that Whapi takes for each call.")
@click.option("--google-latency", default=0.4, show_default=True, help="Seconds that Google takes for each call.")
@click.option(
    "--folder",
    default=Path("data/benchmarks"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the database lies; on a real disk.",
)
def main(orders: int, pause: float, whapi_latency: float, google_latency: float, folder: Path) -> None:
    """Measures the time from the webhook's answer to the row in the sheet, for orders that come alone.

    One order goes ahead, which makes the tabs. Exits with 1 if rows are missing or doubled.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with stoppable(), tempfile.TemporaryDirectory(dir=folder) as own, Sandbox(free_port()) as sandbox:
        print_head(
            "One order, alone",
            f"{orders} orders, {pause:g} s apart",
            f"Whapi takes {whapi_latency * 1e3:g} ms for a call, Google {google_latency * 1e3:g} ms.",
            disk_line(Path(own)),
        )
        tap = Tap(sandbox)
        sandbox.whapi.latency, sandbox.google.latency = whapi_latency, google_latency
        latencies = {FETCH: whapi_latency, READ: google_latency, WRITE: google_latency}
        ways = []
        sent = sample_orders(orders + 1)
        # Without reconciliation, since a call to the history may come at any time. A row waits for its items however
        # long they take on a busy machine: written without them it would be changed by another call.
        with Serve(sandbox, Path(own), RECONCILE_INTERVAL="0", ITEMS_GRACE="60") as serve:
            poster = Poster(serve.port, serve.secret)
            for count, order in enumerate(sent, start=1):
                sandbox.whapi.add(order)
                tap.clear()
                body = webhook_body(order)
                begun = time.perf_counter()
                status = poster.post(body)
                answered = time.perf_counter()
                wait_for_rows(sandbox, orders=count, items=LINES * count, within=_WITHIN, every=0.02)
                # Which is made after the first rows, and is on nobody's way.
                wait_for_summary(sandbox, within=_WITHIN)
                threading.Event().wait(pause)
                if status != 200:
                    sys.exit(f"The webhook was answered with {status}.")
                ways.append(_way(begun, answered, tap.heard(FETCH, READ, WRITE), latencies))
            poster.close()
        wrong = order_ids(sandbox, "Orders") != [order.order_id for order in sent]
        wrong = wrong or count_rows(sandbox, ITEMS) != LINES * len(sent)
    _print(ways[1:])
    if wrong:
        print("Wrong: the sheet does not hold each order once, in turn.")
    sys.exit(1 if wrong else 0)


def _way(begun: float, answered: float, calls: list[Heard], latencies: dict[str, float]) -> Way:
    """The row is there when the last write is done. What was called after that belongs to nobody's way."""
    there = max(call.ended for call in calls if call.kind == WRITE)
    on_way = [call for call in calls if call.ended <= there]
    return Way(
        answer=answered - begun,
        whole=there - answered,
        away=covered(on_way, answered, there),
        latency=sum(latencies[call.kind] for call in on_way),
        calls=Counter(call.kind for call in on_way),
    )


def _print(ways: list[Way]) -> None:
    figures = {
        "the webhook's answer": [way.answer for way in ways],
        "from the answer to the row in the sheet": [way.whole for way in ways],
        "of that: the set latencies of its calls": [way.latency for way in ways],
        "of that: the sandbox at work, latencies and all": [way.away for way in ways],
        "beyond the set latencies": [way.whole - way.latency for way in ways],
        "beyond the sandbox's work: the service's own": [way.own for way in ways],
    }
    rows = [
        (name, *(f"{1e3 * value:.1f}" for value in (statistics.median(times), quantile(times, 0.95), max(times))))
        for name, times in figures.items()
    ]
    print_table(("", "median ms", "p95 ms", "max ms"), rows)
    usual = sum(way.calls == _USUAL for way in ways)
    print(f"Calls on the way: one fetch, one read and one write for {usual} of {len(ways)} orders.")
    for calls, times in Counter(_sentence(way.calls) for way in ways if way.calls != _USUAL).items():
        print(f"{times} times: {calls}.")


def _sentence(calls: Counter[str]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(calls.items()))


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.alone")
