"""Many shops in one sandbox: their tabs made beforehand, orders sent to them, and when each order's row came."""

import heapq
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rows import ITEMS, ORDERS
from benchmarks.running import BenchmarkError, environment, free_port
from benchmarks.stock import LINES, sample_orders, webhook_body
from connector.app import create_app
from connector.log import set_up_logging
from connector.runtime.service import Pace, Service
from connector.runtime.watch import ShopsWatch
from connector.settings import load_settings
from connector.store.database import Database
from sandbox.faults import Fault
from sandbox.sandbox import Sandbox
from sandbox.shops import SandboxShop
from sandbox.whapi.order import SandboxOrder

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SHOPS_FILE = "shops.toml"
SICKNESSES = ("refused token", "missing spreadsheet", "hanging gateway", "429")
MINUTE = 60.0
_HELD = 600.0
_OK = 200
_SENDERS = 8
_LOOK_EVERY = 0.1


@dataclass(frozen=True, slots=True)
class Sent:
    """One order on its way."""

    shop: str
    at: float
    """By `time.perf_counter`, before its webhook was sent."""


class SandboxShops:
    """The shops, the most ordered from first. Safe to use from several threads."""

    def __init__(self, sandbox: Sandbox, folder: Path, *, shops: int, accounts: int) -> None:
        self.sandbox = sandbox
        self.folder = folder
        for number in range(1, accounts + 1):
            # Five accounts of a project have 60 calls each, which is all that Google gives a project.
            sandbox.add_account(f"a{number}", f"project-{(number - 1) // 5 + 1}")
        self.shops = [sandbox.add_shop(f"shop{n:04d}", f"a{n % accounts + 1}") for n in range(shops)]
        sandbox.write_shops(folder / SHOPS_FILE)
        self.rows = Rows(sandbox)
        self.sent: dict[str, Sent] = {}
        self._missing: dict[str, object] = {}

    @property
    def shops_file(self) -> Path:
        return self.folder / SHOPS_FILE

    def see_that_they_are_served(self, port: int) -> None:
        """Asks for twenty of them. Raises BenchmarkError where the service doesn't know one."""
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        for shop in self.shops[:: max(len(self.shops) // 20, 1)]:
            connection.request("GET", f"/shops/{shop.name}/orders?limit=1", headers={"X-Webhook-Secret": shop.secret})
            answer = connection.getresponse()
            answer.read()
            if answer.status != _OK:
                raise BenchmarkError(f"{shop.name} is not served: it was answered with {answer.status}.")
        connection.close()

    def prepare(self, shops: Iterable[SandboxShop], database_url: str, *, within: float) -> None:
        """Has the tabs of these shops made and an order written into each, by a service in this process for which
        neither Google nor its own budget counts calls: with the quotas it would take hours."""
        values = environment(self.sandbox, self.folder, free_port(), database_url) | {
            "SHOPS_FILE": str(self.shops_file)
        }
        settings = load_settings(env_file=None, **{name.lower(): value for name, value in values.items()})
        quota, latency = self.sandbox.google.quota, self.sandbox.google.latency
        quota.enabled, self.sandbox.google.latency = False, 0.0
        set_up_logging(level="ERROR", secrets=settings.secrets)
        service = Service(
            settings, Database(settings.database_url), pace=Pace(seconds_between_batches=0.0, calls_a_minute=1_000_000)
        )
        client = create_app(service).test_client()
        try:
            ShopsWatch(service).look()
            service.start()
            chosen = list(shops)
            for shop, order in zip(chosen, sample_orders(len(chosen), seed=7), strict=True):
                shop.whapi.add(order)
                self.sent[order.order_id] = Sent(shop.name, time.perf_counter())
                headers = {"X-Webhook-Secret": shop.secret}
                body = webhook_body(order, channel_id=shop.channel_id)
                answer = client.post(_path(shop), data=body, headers=headers, content_type="application/json")
                if answer.status_code != _OK:
                    raise BenchmarkError(f"The webhook of {shop.name} was answered with {answer.status_code}.")
            self.wait(within=within)
        finally:
            service.close()
            quota.enabled, self.sandbox.google.latency = True, latency
            quota.refill()

    def send(self, port: int, due: Sequence[tuple[float, SandboxShop]], *, seed: int) -> None:
        """Sends an order to each shop at its moment, in seconds from now; returns when all are answered with 200."""
        orders = sample_orders(len(due), seed=seed)
        for (_, shop), order in zip(due, orders, strict=True):
            shop.whapi.add(order)
        began = time.perf_counter()
        own = threading.local()

        def one(at: float, shop: SandboxShop, order: SandboxOrder) -> None:
            if (early := began + at - time.perf_counter()) > 0:
                time.sleep(early)
            if not hasattr(own, "connection"):
                own.connection = connections.enter_context(closing(HTTPConnection("127.0.0.1", port, timeout=60)))
            self.sent[order.order_id] = Sent(shop.name, time.perf_counter())
            status = _post(own.connection, shop, webhook_body(order, channel_id=shop.channel_id))
            if status != _OK:
                raise BenchmarkError(f"A webhook of {shop.name} was answered with {status}.")

        with ExitStack() as connections, ThreadPoolExecutor(_SENDERS) as pool:
            futures = [pool.submit(one, at, shop, order) for (at, shop), order in zip(due, orders, strict=True)]
            for future in futures:
                future.result()

    def wait(self, *, within: float, but_for: Iterable[SandboxShop] = ()) -> None:
        """Until every order that was sent has its row, but for those of some shops. Raises BenchmarkError."""
        left_out = {shop.name for shop in but_for}
        deadline = time.monotonic() + within
        while missing := [
            sent.shop
            for order_id, sent in list(self.sent.items())
            if sent.shop not in left_out and order_id not in self.rows.at
        ]:
            if time.monotonic() > deadline:
                of = ", ".join(sorted(set(missing))[:5])
                raise BenchmarkError(f"Wrong: after {within:g} s {len(missing)} orders had no row, among them of {of}.")
            time.sleep(_LOOK_EVERY)

    def wait_for_items(self, *, within: float) -> None:
        """Until every sheet is as it should be, or the time is up. Items may come after their order."""
        deadline = time.monotonic() + within
        while self.wrong() and time.monotonic() < deadline:
            time.sleep(10 * _LOOK_EVERY)

    def seconds(self, begun: float, *, but_for: Iterable[SandboxShop] = ()) -> list[float]:
        """From the webhook to the row, of the orders that were sent since a moment, but for some shops'."""
        left_out = {shop.name for shop in but_for}
        return [
            self.rows.at[order_id] - sent.at
            for order_id, sent in self.sent.items()
            if sent.at >= begun and sent.shop not in left_out
        ]

    def fall_sick(self, shops: Sequence[SandboxShop]) -> None:
        """One thing after the other of SICKNESSES, in turn."""
        for number, shop in enumerate(shops):
            sickness = SICKNESSES[number % len(SICKNESSES)]
            if sickness == "missing spreadsheet":
                self._missing[shop.name] = self.sandbox.google.spreadsheets.pop(shop.spreadsheet_id)
                continue
            status = 401 if sickness == "refused token" else 429
            kind = "hang" if sickness == "hanging gateway" else "status"
            self.sandbox.faults.add(Fault("whapi", kind, times=None, seconds=_HELD, status=status, token=shop.token))

    def recover(self) -> None:
        self.sandbox.faults.clear()
        for name, spreadsheet in self._missing.items():
            shop = self.sandbox.shops[name]
            self.sandbox.google.spreadsheets[shop.spreadsheet_id] = spreadsheet  # type: ignore[assignment]
        self._missing.clear()

    def wrong(self) -> list[str]:
        """A sentence for each shop whose sheet doesn't hold each of its orders once, with its items, and no other's."""
        sent: dict[str, list[str]] = defaultdict(list)
        for order_id, each in self.sent.items():
            sent[each.shop].append(order_id)
        found = []
        for shop in self.shops:
            expected = sorted(sent[shop.name])
            orders = sorted(str(row[0]) for row in shop.rows(ORDERS)[1:])
            items = Counter(str(row[0]) for row in shop.rows(ITEMS)[1:])
            if orders != expected or items != Counter(dict.fromkeys(expected, LINES)):
                found.append(
                    f"{shop.name} was sent {len(expected)} orders; it has {len(orders)} rows and {items.total()} items."
                )
        return found


class Rows:
    """When each order's row came: looks at a sheet right after each write into it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.at: dict[str, float] = {}
        self._next: dict[str, int] = {}
        self._lock = threading.Lock()
        self._sandbox = sandbox
        self._inner: WSGIApplication = sandbox.app.wsgi_app
        sandbox.app.wsgi_app = self._call  # type: ignore[method-assign]

    def _call(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        answer = self._inner(environ, start_response)
        place, _, method = environ["PATH_INFO"].rpartition(":")
        if method == "batchUpdate":
            self._look(place.rpartition("/")[2])
        return answer

    def _look(self, spreadsheet_id: str) -> None:
        spreadsheet = self._sandbox.google.spreadsheets.get(spreadsheet_id)
        sheet = None if spreadsheet is None else spreadsheet.content.sheet_titled(ORDERS)
        if sheet is None:
            return
        now = time.perf_counter()
        with self._lock:
            row = self._next.get(spreadsheet_id, 1)
            while row < sheet.row_count and (order_id := sheet.cell(row, 0).value) is not None:
                self.at.setdefault(str(order_id), now)
                row += 1
            self._next[spreadsheet_id] = row


def zipf(
    shops: Sequence[SandboxShop], *, a_minute: float, seconds: float, seed: int
) -> list[tuple[float, SandboxShop]]:
    """Orders that come at random moments; the shop of rank n gets a share of 1/n."""
    draw = random.Random(seed)
    weights = [1 / rank for rank in range(1, len(shops) + 1)]
    due, at = [], draw.expovariate(a_minute / 60)
    while at < seconds:
        due.append((at, draw.choices(shops, weights)[0]))
        at += draw.expovariate(a_minute / 60)
    return due


def flood(shop: SandboxShop, orders: int, seconds: float) -> list[tuple[float, SandboxShop]]:
    """So many orders of one shop, evenly over the time."""
    return [(seconds * n / orders, shop) for n in range(orders)]


def together(*loads: list[tuple[float, SandboxShop]]) -> list[tuple[float, SandboxShop]]:
    return list(heapq.merge(*loads, key=lambda entry: entry[0]))


def most_in_a_minute(sandbox: Sandbox) -> tuple[str, int, int]:
    """The account that had the most calls of a kind in any 60 seconds: its address, reads, writes. And never a 429."""
    times: dict[tuple[str, bool], list[float]] = defaultdict(list)
    for call in sandbox.google.calls.latest:
        if call.account:
            times[call.account, call.is_write].append(call.time.timestamp())
    most: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for (account, is_write), moments in times.items():
        first = 0
        moments.sort()
        for last, moment in enumerate(moments):
            while moment - moments[first] >= MINUTE:
                first += 1
            most[account][is_write] = max(most[account][is_write], last - first + 1)
    account, (reads, writes) = max(most.items(), key=lambda entry: max(entry[1]), default=("", [0, 0]))
    return account, reads, writes


def _path(shop: SandboxShop) -> str:
    return f"/shops/{shop.name}/webhooks/whapi"


def _post(connection: HTTPConnection, shop: SandboxShop, body: bytes) -> int:
    headers = {"X-Webhook-Secret": shop.secret, "Content-Type": "application/json"}
    try:
        connection.request("POST", _path(shop), body, headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException):
        connection.close()
        return 0
    return answer.status
