"""A service with several shops for tests: the sandbox and the service, in this process, talking over real sockets."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from connector.app import create_app
from connector.models import Order
from connector.runtime.first_looks import look_at_channels
from connector.runtime.service import Service
from connector.runtime.watch import ShopsWatch
from connector.server import WebServer
from connector.settings import load_settings
from connector.store import orders as stored
from connector.store.database import Database
from sandbox.sandbox import Sandbox
from sandbox.shops import SandboxShop
from sandbox.whapi.order import SandboxOrder
from tests.made_once import service_account, sqlite_url
from tests.openapi.contract import Contract
from tests.service.shop import QUICK, QUICK_PACE
from tests.waiting import wait_until

PASSWORD = "the-password-of-the-operator"


class Many:
    """The service with shops of these names against a sandbox. `start` and `stop` may be repeated: the database
    stays."""

    def __init__(self, folder: Path, *names: str, **settings: Any) -> None:
        self.sandbox = Sandbox(data_dir=folder, account=service_account()).start()
        for name in names:
            self.sandbox.add_shop(name)
        self.shops_file = folder / "shops.toml"
        self.write_shops()
        key_file = folder / "credentials.json"
        self.sandbox.write_credentials(key_file)
        values = {name.lower(): value for name, value in self.sandbox.environment(key_file).items()}
        for of_one_shop in ("whapi_token", "spreadsheet_id"):
            del values[of_one_shop]
        self.settings = load_settings(
            env_file=None,
            **{
                **values,
                **QUICK,
                "database_url": sqlite_url(folder),
                "shops_file": str(self.shops_file),
                "admin_password": PASSWORD,
                "whapi_timeout": 10.0,  # The channels are asked who they are once, whatever else the machine does.
                "port": 0,
                **settings,
            },
        )
        self.contract = Contract()
        self._clients: list[httpx.Client] = []
        self._service: Service | None = None

    @property
    def service(self) -> Service:
        assert self._service is not None
        return self._service

    def shop(self, name: str) -> SandboxShop:
        return self.sandbox.shops[name]

    def write_shops(self, more: str = "") -> None:
        """Writes SHOPS_FILE; `more` stands behind the sandbox's shops."""
        self.sandbox.write_shops(self.shops_file)
        self.shops_file.write_text(self.shops_file.read_text() + more)

    def start(self, *, learn: bool = True, work: bool = True) -> "Many":
        """`learn`: whether the channels are asked who they are. `work`: whether anything is fetched and written."""
        self._service = Service(self.settings, Database(self.settings.database_url), pace=QUICK_PACE)
        if learn:
            look_at_channels(self._service, every=0.05)
        self.watch = ShopsWatch(self._service)
        self.watch.look()
        self.app = create_app(self._service)
        self._server = WebServer(self.contract.watching(self.app), "127.0.0.1", self.settings.port)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        self.operator = self.client(self.sandbox.secret)
        self._service.start()
        if learn:
            names = set(self.sandbox.shops)
            wait_until(lambda: names <= {*self.service.channels.values(), *self.service.out}, what="the channels")
        if not work:
            self._service.dispatcher.stop()
        return self

    def client(self, secret: str) -> httpx.Client:
        client = httpx.Client(base_url=self.url, headers={"X-Webhook-Secret": secret}, timeout=40)
        self._clients.append(client)
        return client

    def of(self, name: str) -> httpx.Client:
        """Somebody with the shop's own secret."""
        return self.client(self.shop(name).secret)

    def stop(self) -> None:
        if self._service is not None:
            for client in self._clients:
                client.close()
            self._clients.clear()
            self._server.stop()
            self._thread.join(10)
            self._service.close()
            self._service = None

    def close(self) -> None:
        """Ends it all. Whatever was answered must have been as the OpenAPI document says."""
        self.stop()
        self.sandbox.stop()
        assert self.contract.problems == []

    def order(self, name: str, order_id: str) -> Order | None:
        """The order as the store has it for the shop."""
        with self.service.database.read() as connection:
            return stored.find_order(connection, name, order_id)

    def order_ids(self, name: str) -> set[str]:
        """All orders that the store has for the shop."""
        with self.service.database.read() as connection:
            return {order.order_id for order in stored.list_orders(connection, name, status=None, limit=500)}

    def wait_until_synced(self, orders: Mapping[str, Sequence[SandboxOrder]]) -> None:
        """`orders`: by their shops."""

        def are_synced() -> bool:
            found = [self.order(name, sent.order_id) for name, some in orders.items() for sent in some]
            return all(order is not None and order.status == "synced" for order in found)

        wait_until(are_synced, what="orders to be synced")

    def ids_in_sheet(self, name: str) -> list[str]:
        """The ids in the first column of the shop's tab Orders."""
        return [str(row[0]) for row in self.shop(name).rows("Orders")[1:]]


def payload(channel_id: str | None, *orders: SandboxOrder) -> dict[str, Any]:
    """A webhook of Whapi's with these orders."""
    channel = {} if channel_id is None else {"channel_id": channel_id}
    return {"messages": [order.message() for order in orders], **channel}
