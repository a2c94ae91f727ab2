"""A whole shop for tests: the sandbox and the service, in this process, talking over real sockets."""

import copy
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from connector.app import create_app
from connector.models import Order
from connector.runtime import shop as parts
from connector.runtime.addresses import path_of
from connector.runtime.service import Pace, Service, build_service
from connector.server import WebServer
from connector.settings import SHOP, load_settings
from connector.sheets import tags
from connector.store import orders as stored
from connector.store.database import Database
from sandbox.sandbox import Sandbox
from sandbox.verify import differences
from sandbox.whapi.order import SandboxOrder
from tests.made_once import service_account, sqlite_url
from tests.openapi.contract import Contract
from tests.waiting import wait_until

QUICK = {
    "resync_interval": 0.5,
    "retry_first_delay": 0.1,
    "retry_max_delay": 2.0,
    "whapi_timeout": 1.0,
    "google_timeout": 2.0,
    "items_grace": 0.5,
    "reconcile_interval": 0,
}
"""Shorter times than in production; what is done in them is the same. Reconciliation runs where a test wants it."""


QUICK_PACE = Pace(seconds_between_batches=0.05, calls_a_minute=100_000, seconds_between_looks=0.05)


class Shop:
    """The service against a sandbox. `start` and `stop` may be repeated: the database stays."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.sandbox = Sandbox(account=service_account()).start()
        key_file = folder / "credentials.json"
        self.sandbox.write_credentials(key_file)
        environment = {name.lower(): value for name, value in self.sandbox.environment(key_file).items()}
        values = {**environment, **QUICK, "database_url": sqlite_url(folder), "port": 0, **settings}
        self.settings = load_settings(env_file=None, **values)
        self.secret = self.settings.webhook_secret
        self.url = ""
        self.contract = Contract(path_of(self.settings))
        self._service: Service | None = None

    @property
    def whole(self) -> Service:
        """The service with all that its shops share."""
        assert self._service is not None
        return self._service

    @property
    def service(self) -> parts.Shop:
        """The parts of its one shop."""
        return self.whole.only

    def start(self, *, before: Callable[[Service], object] = lambda _: None) -> "Shop":
        """`before` is called with the service before it is started."""
        database = Database(self.settings.database_url)
        self._service = build_service(self.settings, database, pace=QUICK_PACE)
        app = create_app(self._service)
        self._server = WebServer(self.contract.watching(app), "127.0.0.1", self.settings.port)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        self.http = httpx.Client(base_url=self.url, headers={"X-Webhook-Secret": self.secret}, timeout=40)
        self.sandbox.send_to(f"{self.url}/webhooks/whapi", self.secret)
        before(self._service)
        self._service.start()
        return self

    def beside(self, *, before: Callable[[Service], object] = lambda _: None) -> "Shop":
        """A further instance of the service on the same database, to which the webhooks come from now on. To be
        stopped; only one of them is to be closed."""
        other = copy.copy(self)
        other.contract, other._service = Contract(), None
        return other.start(before=before)

    def stop(self) -> None:
        if self._service is not None:
            self.http.close()
            self._server.stop()
            self._thread.join(10)
            self._service.close()
            self._service = None

    def close(self) -> None:
        """Ends it all. Whatever was answered must have been as the OpenAPI document says."""
        self.stop()
        self.sandbox.stop()
        assert self.contract.problems == []

    def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        return self.http.post(path, json=body, **options)

    def order(self, order_id: str) -> Order | None:
        with self.service.database.read() as connection:
            return stored.find_order(connection, SHOP, order_id)

    def stored(self, order: SandboxOrder) -> Order:
        """The order, which is there."""
        found = self.order(order.order_id)
        assert found is not None
        return found

    def statuses(self, orders: Sequence[SandboxOrder]) -> list[str]:
        return [order.status if (order := self.order(sent.order_id)) else "missing" for sent in orders]

    def wait_until_synced(self, orders: Sequence[SandboxOrder], *, within: float = 20.0) -> None:
        ids = list({order.order_id for order in orders})
        wait_until(lambda: self._synced(ids) == len(ids), within=within, what="orders to be synced")
        self.wait_for_the_summary()

    def _synced(self, order_ids: Sequence[str]) -> int:
        """How many of the orders are complete in the sheet. Cheap, for this is asked again and again."""
        with self.service.database.read() as connection:
            return stored.count_synced(connection, SHOP, order_ids)

    def wait_for_the_summary(self) -> None:
        """It is made right after the first orders' rows, so that a test that looks then would see it come up."""
        spreadsheet = self.sandbox.google.spreadsheets[self.settings.spreadsheet_id]
        wait_until(
            lambda: all(entry.value != tags.WANTED for entry in spreadsheet.content.metadata.values()),
            what="the summary",
        )

    def rows(self, tab: str) -> list[dict[str, Any]]:
        """A tab's rows by the titles in its header; none while the tab isn't there."""
        try:
            values = self.sandbox.google.sheet_values(self.sandbox.spreadsheet_id, tab)
        except KeyError:
            return []
        header, *rows = values
        return [dict(zip(header, row + [None] * (len(header) - len(row)), strict=True)) for row in rows]

    def differences(self, orders: Sequence[SandboxOrder]) -> list[str]:
        return differences(self.sandbox, orders)
