"""What a batch costs when the sheet holds few rows, and when it holds a million.

python -m benchmarks.sheetsize
"""

import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import click

from benchmarks.report import disk_line, print_head, print_table
from benchmarks.rows import ITEMS, ORDERS, count_rows, wait_for_rows
from benchmarks.running import Serve, free_port, stoppable
from benchmarks.stock import LINES, Poster, forwarded_body, sample_orders
from benchmarks.tap import READ, WRITE, Heard, Tap, covered
from benchmarks.usage import usage
from sandbox.google.dimension_requests import insert_dimension
from sandbox.google.draft import Draft
from sandbox.google.grid import Cell
from sandbox.sandbox import Sandbox
from sandbox.whapi.order import SandboxOrder

_CELL_LIMIT = "sandbox.google.draft.CELLS_PER_SPREADSHEET"
_WITHIN = 60.0
_USUAL = Counter({READ: 1, WRITE: 1})


@dataclass(frozen=True, slots=True)
class Round:
    """One batch, in seconds."""

    whole: float
    """From the answer to the request that brought the orders until the rows were in the sheet."""
    away: float
    """The part of it in which the sandbox was at work."""
    cpu: float
    """Processor time of the service, from the request until it was at rest again."""
    sandbox_cpu: float
    calls: Counter[str]

    @property
    def own(self) -> float:
        return self.whole - self.away


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--few", default=100, show_default=True, type=click.IntRange(4), help="Rows in the small sheet.")
@click.option("--many", default=1_000_000, show_default=True, type=click.IntRange(4), help="Rows in the large sheet.")
@click.option("--batches", default=15, show_default=True, type=click.IntRange(1), help="That are measured, each time.")
@click.option("--orders", default=50, show_default=True, type=click.IntRange(1, 400), help="In a batch, with 3 items.")
@click.option("--pause", default=2.5, show_default=True, help="Seconds of rest after a batch; the service paces at 2.")
@click.option(
    "--folder",
    default=Path("data/benchmarks"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the databases lie; on a real disk.",
)
def main(few: int, many: int, batches: int, orders: int, pause: float, folder: Path) -> None:
    """Measures the calls and the service's own time for a batch, for two sizes of the sheet.

    A quarter of the rows are in Orders, the others in Items. The stand-in's limit of ten million cells is lifted, since
    a million rows of eleven columns are more. Exits with 1 if rows are missing.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with stoppable(), tempfile.TemporaryDirectory(dir=folder) as own, patch(_CELL_LIMIT, 10**12):
        print_head(
            "Cost as the sheet grows",
            f"{batches} batches of {orders} orders with {LINES} items each",
            "Google answers at once; no quotas.",
            disk_line(Path(own)),
        )
        found = [_measure(rows, batches, orders, pause, Path(own)) for rows in (few, many)]
    print_table(("a batch, median", f"{few:,} rows", f"{many:,} rows", "ratio"), list(_rows(*found)))
    usual = sum(one.calls == _USUAL for rounds in found for one in rounds)
    print(f"One read and one write for {usual} of {2 * batches} batches.")


def _measure(rows: int, batches: int, orders: int, pause: float, folder: Path) -> list[Round]:
    with tempfile.TemporaryDirectory(dir=folder) as own, Sandbox(free_port()) as sandbox:
        sandbox.google.quota.enabled = False
        tap = Tap(sandbox)
        sent = sample_orders(orders * (batches + 2))
        portions = [sent[first : first + orders] for first in range(0, len(sent), orders)]
        with (
            Serve(sandbox, Path(own), RECONCILE_INTERVAL="0") as serve,
            closing(Poster(serve.port, serve.secret)) as poster,
        ):
            round_ = _Rounds(sandbox, tap, serve, poster, pause)
            round_.go(portions[0])  # It makes the tabs.
            for title, count in ((ORDERS, rows // 4), (ITEMS, rows - rows // 4)):
                _stuff(sandbox, title, count - count_rows(sandbox, title))
            round_.go(portions[1])
            return [round_.go(portion) for portion in portions[2:]]


class _Rounds:
    """Sends one batch after the other, each when the one before is long done."""

    def __init__(self, sandbox: Sandbox, tap: Tap, serve: Serve, poster: Poster, pause: float) -> None:
        self._sandbox = sandbox
        self._tap = tap
        self._serve = serve
        self._poster = poster
        self._pause = pause

    def go(self, orders: list[SandboxOrder]) -> Round:
        wanted = count_rows(self._sandbox, ORDERS) + len(orders)
        items = count_rows(self._sandbox, ITEMS) + LINES * len(orders)
        self._tap.clear()
        cpu, sandbox_cpu = usage(self._serve.pid).cpu, time.process_time()
        status = self._poster.post(forwarded_body(*orders), "/orders")
        answered = time.perf_counter()
        if status != 200:
            sys.exit(f"/orders was answered with {status}.")
        wait_for_rows(self._sandbox, orders=wanted, items=items, within=_WITHIN, every=0.05)
        sandbox_cpu = time.process_time() - sandbox_cpu
        threading.Event().wait(self._pause)
        calls = self._tap.heard(READ, WRITE)
        return _round(calls, answered, usage(self._serve.pid).cpu - cpu, sandbox_cpu)


def _round(calls: list[Heard], answered: float, cpu: float, sandbox_cpu: float) -> Round:
    there = max(call.ended for call in calls if call.kind == WRITE)
    counts = Counter(call.kind for call in calls)
    return Round(there - answered, covered(calls, answered, there), cpu, sandbox_cpu, counts)


def _stuff(sandbox: Sandbox, title: str, count: int) -> None:
    """Puts filled rows right below the header; they share what they hold, so that a million costs megabytes."""
    if count <= 0:
        return
    spreadsheet = sandbox.google.spreadsheets[sandbox.spreadsheet_id]

    def change(draft: Draft) -> None:
        sheet = draft.content.sheet_titled(title)
        assert sheet is not None
        lines = {"sheetId": sheet.sheet_id, "dimension": "ROWS", "startIndex": 1, "endIndex": 1 + count}
        insert_dimension(draft, {"range": lines})
        row = {column: Cell(f"an older value of column {column}") for column in range(sheet.column_count)}
        draft.edit(sheet.sheet_id).rows[1 : 1 + count] = [row] * count

    spreadsheet.commit(None, sandbox.google.unknowns, change)


def _rows(few: list[Round], many: list[Round]) -> Iterator[tuple[object, ...]]:
    for kind in (READ, WRITE):
        yield _row(f"{kind}s", [one.calls[kind] for one in few], [one.calls[kind] for one in many], "g")
    for name, field in (
        ("from the answer to the rows, ms", "whole"),
        ("of that beyond the sandbox's work, ms", "own"),
        ("processor time of the service, ms", "cpu"),
        ("processor time of the sandbox, ms", "sandbox_cpu"),
    ):
        times = [[1e3 * getattr(one, field) for one in rounds] for rounds in (few, many)]
        yield _row(name, times[0], times[1], ".1f")


def _row(name: str, few: list[float], many: list[float], form: str) -> tuple[object, ...]:
    one, other = statistics.median(few), statistics.median(many)
    return name, format(one, form), format(other, form), f"{other / one:.2f}" if one else "-"


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.sheetsize")
