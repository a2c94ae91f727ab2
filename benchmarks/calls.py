"""What each thing costs in calls to Google: a start, a batch, a comparison, rows written again, a take-over.

python -m benchmarks.calls
"""

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import httpx

from benchmarks.report import print_head, print_table
from benchmarks.rows import ITEMS, ORDERS, count_rows, order_ids
from benchmarks.running import BenchmarkError, Serve, environment, free_port, stoppable
from benchmarks.stock import Poster, forwarded_body, sample_orders, webhook_body
from benchmarks.tap import READ, WRITE, Tap
from sandbox.google.merchant import Merchant
from sandbox.sandbox import Sandbox
from sandbox.whapi.order import SandboxOrder

_WITHIN = 300.0
_GONE = 10
"""Orders that are missing at once."""


class Run:
    """The sandbox, and what has been counted."""

    def __init__(self, sandbox: Sandbox, folder: Path, *, settle: float) -> None:
        self.sandbox = sandbox
        self.folder = folder
        self.rows: list[tuple[str, int, int]] = []
        self.sent: list[SandboxOrder] = []
        self._settle = settle
        self._tap = Tap(sandbox)
        self._merchant = Merchant(sandbox.google, sandbox.spreadsheet_id)

    @contextmanager
    def counted(self, name: str) -> Iterator[None]:
        """Counts what is called within, and right after it."""
        threading.Event().wait(self._settle)
        self._tap.clear()
        yield
        threading.Event().wait(self._settle)
        counts = self._tap.counts()
        self.rows.append((name, counts[READ], counts[WRITE]))

    def post(self, serve: Serve, order: SandboxOrder) -> None:
        """One order through a webhook, until its rows are there."""
        self.sandbox.whapi.add(order)
        self.send(serve, webhook_body(order), "/webhooks/whapi", order)

    def send(self, serve: Serve, body: bytes, path: str, *orders: SandboxOrder) -> None:
        poster = Poster(serve.port, serve.secret)
        status = poster.post(body, path)
        poster.close()
        if status != 200:
            raise BenchmarkError(f"{path} was answered with {status}.")
        self.sent += orders
        self.wait()

    def wait(self) -> None:
        """Until each order that was sent has its rows."""
        lines = sum(len(order.items) for order in self.sent)
        deadline = time.monotonic() + _WITHIN
        while (count_rows(self.sandbox, ORDERS), count_rows(self.sandbox, ITEMS)) != (len(self.sent), lines):
            if time.monotonic() > deadline:
                raise BenchmarkError("Wrong: rows are missing in the sheet, or there are too many.")
            threading.Event().wait(0.05)

    def lose(self, count: int) -> list[str]:
        """The first orders' rows are deleted; their ids."""
        gone = order_ids(self.sandbox, ORDERS)[:count]
        for tab in (ORDERS, ITEMS):
            for row, order_id in reversed(list(enumerate(order_ids(self.sandbox, tab), start=1))):
                if order_id in gone:
                    self._merchant.delete_rows(tab, row)
        return gone

    def command(self, serve: Serve, folder: Path, *arguments: str) -> int:
        """Runs a command of the connector's beside the service; its exit code."""
        settings = environment(self.sandbox, folder, serve.port, serve.database_url)
        command = [sys.executable, "-m", "connector", *arguments]
        return subprocess.run(command, cwd=folder, env=settings, capture_output=True, check=False).returncode


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--orders", default=1000, show_default=True, type=click.IntRange(_GONE), help="In the sheet.")
@click.option("--settle", default=2.0, show_default=True, help="Seconds in which what belongs to a thing is called.")
def main(orders: int, settle: float) -> None:
    """Counts calls to Google. Exits with 1 if rows are missing or doubled."""
    with stoppable(), tempfile.TemporaryDirectory() as own, Sandbox(free_port()) as sandbox:
        print_head("Calls", f"{orders:,} orders in the sheet", "Reads and writes as Google's quotas count them.")
        sandbox.google.quota.enabled = False
        run = Run(sandbox, Path(own), settle=settle)
        wrong = _run(run, orders)
    print_table(("", "reads", "writes"), run.rows)
    print("Wrong: the sheet does not hold each order once." if wrong else "Verified: each order has its rows once.")
    sys.exit(1 if wrong else 0)


def _run(run: Run, count: int) -> bool:
    first, second, third, fourth, *others = sample_orders(count + 4)
    old, new = run.folder / "old", run.folder / "new"
    old.mkdir()
    new.mkdir()
    # Without reconciliation, since a call to the history may come at any time.
    serve = Serve(run.sandbox, old, RECONCILE_INTERVAL="0", RESYNC_INTERVAL="1")
    with run.counted("the first start, with an empty spreadsheet, and one order"):
        serve.start().wait_until_alive()
        run.post(serve, first)
    with run.counted("a batch"):
        run.post(serve, second)
    for start in range(0, len(others), 500):
        some = others[start : start + 500]
        run.send(serve, forwarded_body(*some), "/orders", *some)
    _look_and_mend(run, serve, old, lambda: serve.url)
    with run.counted("a stop"):
        serve.stop()
    with run.counted("a start, and one order"):
        serve.start().wait_until_alive()
        run.post(serve, third)
    taker = Serve(run.sandbox, new, RECONCILE_INTERVAL="0", RESYNC_INTERVAL="1")
    with run.counted(f"a take-over by an empty database, {len(run.sent):,} orders in the sheet, and one order"):
        if run.command(taker, new, "setup", "--take-over", "--yes"):
            raise BenchmarkError("The command setup --take-over failed.")
        taker.start().wait_until_alive()
        run.post(taker, fourth)
    for one in (serve, taker):
        one.stop()
    return sorted(order_ids(run.sandbox, ORDERS)) != sorted(order.order_id for order in run.sent)


def _look_and_mend(run: Run, serve: Serve, folder: Path, url: Callable[[], str]) -> None:
    with run.counted(f"audit, {len(run.sent):,} orders, all equal"):
        if run.command(serve, folder, "audit"):
            raise BenchmarkError("Wrong: the audit found the sheet unequal.")
    (gone,) = run.lose(1)
    with run.counted("audit, one order missing"):
        run.command(serve, folder, "audit")
    with run.counted("that order written again"):
        answer = httpx.post(f"{url()}/orders/{gone}/rewrite", headers={"X-Webhook-Secret": serve.secret}, timeout=60)
        if answer.status_code != 200:
            raise BenchmarkError(f"The rewrite was answered with {answer.status_code}.")
        run.wait()
    run.lose(_GONE)
    with run.counted(f"audit --write-missing, {_GONE} orders missing"):
        run.command(serve, folder, "audit", "--write-missing", "--yes")
        run.wait()


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.calls")
