"""The demo: sandbox and service on this machine, a dozen orders, and a look at whether the sheet is right."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from sandbox.orders import demo_orders
from sandbox.sandbox import Sandbox
from sandbox.verify import differences, rows_there
from sandbox.whapi.order import SandboxOrder

_PATIENCE = 120.0
_LOOK_EVERY = 0.25
_START_WITHIN = 30.0
_QUICK = {"RESYNC_INTERVAL": "1", "RETRY_FIRST_DELAY": "2", "WHAPI_TIMEOUT": "3"}
"""Shorter times than a merchant would set, so that retries can be watched."""


def run_demo(*, once: bool, port: int) -> None:
    """Runs the demo until Ctrl-C or SIGTERM; with `once` until the rows are verified, with exit code 0 or 1."""
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    console = Console(highlight=False, soft_wrap=True)
    sandbox = Sandbox(port if _is_free(port) else 0)
    password = secrets.token_hex(4)
    with (
        tempfile.TemporaryDirectory(prefix="connector-demo-") as folder,
        sandbox,
        _service(sandbox, Path(folder), password, console) as address,
    ):
        orders = demo_orders(sandbox.orders)
        for order in orders:
            sandbox.whapi.send(order)
        _watch(sandbox, orders, console, stopped)
        wrong = differences(sandbox, orders)
        _report(wrong, orders, console)
        if not once:
            console.print(f"\nThe sheet, live, with buttons that send more: {sandbox.url}", markup=False)
            console.print(f"The status page, password {password}: {address}", markup=False)
            console.print("Ctrl-C ends the demo.")
            stopped.wait()
    if once:
        sys.exit(1 if wrong else 0)


@contextmanager
def _service(sandbox: Sandbox, folder: Path, password: str, console: Console) -> Iterator[str]:
    """`serve` as a process of its own, with nothing but its settings pointing to the sandbox."""
    key_file = folder / "credentials.json"
    sandbox.write_credentials(key_file)
    address = f"http://127.0.0.1:{_free_port()}"
    settings = {
        **sandbox.environment(key_file),
        **_QUICK,
        "DATABASE_URL": f"sqlite:///{folder / 'connector.db'}",
        "ADMIN_PASSWORD": password,
        "HOST": "127.0.0.1",
        "PORT": address.rpartition(":")[2],
    }
    package_parent = Path(__file__).parents[1]
    environment = {
        **{name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ},
        **settings,
        "PYTHONPATH": str(package_parent),
    }
    log_file = folder / "service.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "connector", "serve"], cwd=folder, env=environment, stdout=log, stderr=log
        )
        try:
            if not _answers(address, process):
                console.print("The service did not start. Its log:", style="red")
                console.print(log_file.read_text(encoding="utf-8"), markup=False)
                sys.exit(1)
            sandbox.send_to(f"{address}/webhooks/whapi", sandbox.secret)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(address: str, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + _START_WITHIN
    pause = threading.Event()
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{address}/healthz", timeout=1).is_success:
                return True
        except httpx.HTTPError:
            pause.wait(0.1)
    return False


def _watch(sandbox: Sandbox, orders: Sequence[SandboxOrder], console: Console, stopped: threading.Event) -> None:
    """Shows rows and items as they reach the sheet, until all are there."""
    columns = (TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console.print(f"{len(orders)} customers send their orders. Some fetches will fail at first.")
    with Progress(*columns, console=console) as progress:
        rows = progress.add_task("Orders in the sheet", total=len(orders))
        complete = progress.add_task("Complete with items", total=len(orders))
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline and not stopped.is_set():
            there = rows_there(sandbox, orders)
            progress.update(rows, completed=there.orders)
            progress.update(complete, completed=there.complete)
            if there.complete == len(orders):
                break
            stopped.wait(_LOOK_EVERY)


def _report(wrong: Sequence[str], orders: Sequence[SandboxOrder], console: Console) -> None:
    lines = sum(len(order.items) for order in orders)
    if wrong:
        console.print("The sheet is not as it should be:", style="red")
        for sentence in wrong:
            console.print(f"  {sentence}", markup=False)
    else:
        console.print(f"Verified: {len(orders)} orders and {lines} items are in the sheet, each exactly once.")
