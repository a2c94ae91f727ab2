"""The demo: sandbox and service on this machine, a dozen orders for each shop, and a look at whether all is right."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Protocol

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from connector import signals
from sandbox import verify
from sandbox.orders import demo_orders
from sandbox.sandbox import Sandbox
from sandbox.verify import differences, rows_there
from sandbox.whapi.order import SandboxOrder
from sandbox.whapi.standin import WhapiStandIn

_PATIENCE = 120.0
_LOOK_EVERY = 0.25
_START_WITHIN = 30.0
_QUICK = {"RESYNC_INTERVAL": "1", "RETRY_FIRST_DELAY": "2", "WHAPI_TIMEOUT": "3"}
"""Shorter times than a merchant would set, so that retries can be watched."""


_NAMES = ("bakery", "flowers", "books")


class Shop(verify.Shop, Protocol):
    """The sandbox, or one of its further shops."""

    @property
    def whapi(self) -> WhapiStandIn: ...


@dataclass(frozen=True, slots=True)
class Part:
    """One shop of the demo."""

    name: str
    """Empty for a lone shop."""
    shop: Shop
    orders: Sequence[SandboxOrder]


def run_demo(*, once: bool, port: int, shops: int = 1) -> None:
    """Runs the demo until Ctrl-C or SIGTERM; with `once` until the rows are verified, with exit code 0 or 1.

    `shops`: with more than one, the service has a SHOPS_FILE with so many.
    """
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    for number in signals.that_stop():
        signal.signal(number, stop)
    console = Console(highlight=False, soft_wrap=True)
    sandbox = Sandbox(port if _is_free(port) else 0)
    password = secrets.token_hex(4)
    if shops > 1:
        for index in range(shops):
            sandbox.add_shop(_NAMES[index] if index < len(_NAMES) else f"shop-{index + 1}")
    with (
        tempfile.TemporaryDirectory(prefix="connector-demo-") as folder,
        sandbox,
        _service(sandbox, Path(folder), password, console) as address,
    ):
        parts = [Part(name, shop, demo_orders(sandbox.orders)) for name, shop in _shops(sandbox).items()]
        for order, part in _by_turns(parts):
            part.shop.whapi.send(order)
        _watch(parts, console, stopped)
        wrong = [_report(part, console) for part in parts]
        if not once:
            if not sandbox.shops:
                console.print(f"\nThe sheet, live, with buttons that send more: {sandbox.url}", markup=False)
            console.print(f"The status page, password {password}: {address}", markup=False)
            if not sandbox.shops:
                console.print("To send orders yourself, as docs/integrators.md says, in another terminal:")
                # As a shell takes it, so that it is to be copied and nothing typed.
                console.print(f"  ADDRESS={address} WEBHOOK_SECRET={sandbox.secret}", markup=False)
            console.print("Ctrl-C ends the demo.")
            stopped.wait()
    if once:
        sys.exit(1 if any(wrong) else 0)


def _shops(sandbox: Sandbox) -> Mapping[str, Shop]:
    return sandbox.shops or {"": sandbox}


def _by_turns(parts: Sequence[Part]) -> Iterator[tuple[SandboxOrder, Part]]:
    """One order of each shop after the other."""
    for orders in zip(*(part.orders for part in parts), strict=True):
        yield from zip(orders, parts, strict=True)


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
    if sandbox.shops:
        sandbox.write_shops(folder / "shops.toml")
        settings |= {"SHOPS_FILE": "shops.toml"}
        del settings["WHAPI_TOKEN"], settings["SPREADSHEET_ID"]
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
            for name, shop in sandbox.shops.items():
                shop.send_to(f"{address}/shops/{name}/webhooks/whapi")
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
            if httpx.get(f"{address}/healthz", timeout=1, trust_env=False).is_success:
                return True
        except httpx.HTTPError:
            pause.wait(0.1)
    return False


def _watch(parts: Sequence[Part], console: Console, stopped: threading.Event) -> None:
    """Shows rows and items as they reach the sheets, until all are there."""
    described = "{task.description:<30}" if len(parts) > 1 else "{task.description:<22}"
    columns = (TextColumn(described), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    count = sum(len(part.orders) for part in parts)
    where = f" to {len(parts)} shops" if len(parts) > 1 else ""
    console.print(f"{count} customers send their orders{where}. Some fetches will fail at first.")
    with Progress(*columns, console=console) as progress:
        tasks = [
            tuple(
                progress.add_task(_of(part, what), total=len(part.orders))
                for what in ("orders in the sheet", "complete with items")
            )
            for part in parts
        ]
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline and not stopped.is_set():
            there = [rows_there(part.shop, part.orders) for part in parts]
            for (rows, complete), found in zip(tasks, there, strict=True):
                progress.update(rows, completed=found.orders)
                progress.update(complete, completed=found.complete)
            if sum(found.complete for found in there) == count:
                break
            stopped.wait(_LOOK_EVERY)


def _of(part: Part, what: str) -> str:
    return f"{part.name}: {what}" if part.name else what.capitalize()


def _report(part: Part, console: Console) -> list[str]:
    """Says whether the shop's sheet has its orders and nothing else; what is wrong with it."""
    wrong = differences(part.shop, part.orders)
    lines = sum(len(order.items) for order in part.orders)
    if wrong:
        console.print(_of(part, "the sheet is not as it should be:"), style="red")
        for sentence in wrong:
            console.print(f"  {sentence}", markup=False)
    else:
        verified = f"{len(part.orders)} orders and {lines} items are in the sheet, each exactly once"
        alone = ", and none of another shop's" if part.name else ""
        console.print(f"{_of(part, 'verified')}: {verified}{alone}.", markup=False)
    return wrong
