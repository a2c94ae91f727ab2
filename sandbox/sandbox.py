"""The sandbox: both stand-ins on one port, with a spreadsheet, a key file and everything else that `serve`
needs.

    with Sandbox() as sandbox:
        sandbox.write_credentials(path)
        start_serve(environment=sandbox.environment(path))
        sandbox.send_to("http://127.0.0.1:8080/webhooks/whapi", sandbox.secret)
        sandbox.send("hostile")

It may hold further shops, each with a channel, a spreadsheet and a secret of its own:

    rye = sandbox.add_shop("rye")
    rye.send_to("http://127.0.0.1:8080/shops/rye/webhooks/whapi")
    sandbox.write_shops(shops_file)
    rye.send("hostile")
    rye.rows("Orders")

Tests reach into `sandbox.whapi`, `sandbox.google` and `sandbox.faults`; from outside the same is done over
HTTP under `/sandbox`. Nothing of an account, a network or a real service is needed.
"""

import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from flask import Flask

from connector.clock import Clock, SystemClock
from sandbox.fault_routes import faults_blueprint
from sandbox.faults import Faults
from sandbox.google.app import google_blueprint
from sandbox.google.auth import ServiceAccount
from sandbox.google.merchant import Merchant
from sandbox.google.standin import GoogleStandIn
from sandbox.orders import OrderMaker
from sandbox.page.guard import guard
from sandbox.page.routes import page_blueprint
from sandbox.private_files import write_private
from sandbox.server import SandboxServer
from sandbox.shops import SandboxShop, SandboxShops, send_orders, webhook
from sandbox.whapi.app import whapi_blueprint
from sandbox.whapi.order import SandboxOrder
from sandbox.whapi.standin import WhapiStandIn

TITLE = "Orders of my shop"
TIME_ZONE = "Australia/Sydney"
KEPT_FILE = "sandbox.json"


@dataclass
class Kept:
    """What outlives a restart when there is a folder for it, so that a key file and an env file stay valid.

    The spreadsheet's content and the orders don't: a new sandbox starts with an empty sheet.
    """

    spreadsheet_id: str = field(default_factory=lambda: "1" + secrets.token_urlsafe(32))
    """As long as Google's, 44 characters."""
    whapi_token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    private_key: str | None = None
    key_id: str | None = None


class Sandbox:
    """Both stand-ins behind one server. `url` is known at once; they answer between `start` and `stop`.

    `start` after `stop` goes on at the same address with everything as it was, as a service does after an
    outage. `account`: the service account, where it was made before; without one, it has a key of its own.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        clock: Clock | None = None,
        seed: int = 1,
        data_dir: Path | None = None,
        account: ServiceAccount | None = None,
    ) -> None:
        clock = clock or SystemClock()
        kept = _read(data_dir)
        account = account or ServiceAccount(private_key=kept.private_key, key_id=kept.key_id)
        kept.private_key, kept.key_id = account.private_key, account.key_id
        _write(data_dir, kept)
        self.secret = kept.secret
        """A WEBHOOK_SECRET for a service that runs against this sandbox."""
        self.spreadsheet_id = kept.spreadsheet_id
        self.faults = Faults()
        self.whapi = WhapiStandIn(clock=clock, faults=self.faults, token=kept.whapi_token, seed=seed)
        self.google = GoogleStandIn(clock=clock, faults=self.faults, account=account)
        self.google.create(kept.spreadsheet_id, TITLE, TIME_ZONE)
        self.orders = OrderMaker(clock=clock, seed=seed)
        self._shops = SandboxShops(self.whapi, self.google, self.orders, seed=seed)
        self.app = self._application()
        """Both stand-ins over HTTP; whoever measures may put something around it."""
        self._server: SandboxServer | None = SandboxServer(self.app, host=host, port=port)
        self.host = host
        self.port = self._server.port
        self.google.url = self.url

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def start(self) -> Self:
        if self._server is None:
            self._server = SandboxServer(self.app, host=self.host, port=self.port)
        self._server.start()
        for whapi in self._channels():
            whapi.deliveries.reopen()
        return self

    def stop(self) -> None:
        """Ends every connection and every delivery of a webhook; what wasn't delivered is dropped."""
        for whapi in self._channels():
            whapi.deliveries.close()
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def shops(self) -> Mapping[str, SandboxShop]:
        """The further shops by their names."""
        return self._shops.by_name

    def add_account(self, name: str, project: str = "sandbox-project") -> ServiceAccount:
        """A further service account, with quotas of its own; those of its project it shares with the others there.

        Spreadsheets of the shops that are added with its name are shared with it alone.
        """
        return self._shops.add_account(name, project)

    def add_shop(self, name: str, account: str | None = None) -> SandboxShop:
        """A further shop, whose webhooks go nowhere yet. `account`: the name of one that was added; None: the first."""
        return self._shops.add(name, account)

    def write_shops(self, path: Path, leave_out: Collection[str] = ()) -> None:
        """Writes a SHOPS_FILE with all further shops, or without some, and beside it a key file for each further
        account. The rest stands in `environment`."""
        self._shops.write(path, leave_out)

    @property
    def merchant(self) -> Merchant:
        """The merchant's hands on the spreadsheet: sorts, renames, deletes and so on, as a person would."""
        return Merchant(self.google, self.spreadsheet_id)

    def write_credentials(self, path: Path) -> None:
        """Writes the key file of the service account that the spreadsheet is shared with; only its owner may
        read it."""
        write_private(path, json.dumps(self.google.credentials(), indent=2))

    def environment(self, key_file: Path) -> dict[str, str]:
        """Every variable that `serve` needs to run against this sandbox, once the key file is written
        there."""
        return {
            "WHAPI_TOKEN": self.whapi.token,
            "WHAPI_BASE_URL": self.url,
            "SHEETS_BASE_URL": self.url,
            "SPREADSHEET_ID": self.spreadsheet_id,
            "GOOGLE_CREDENTIALS": str(key_file),
            "WEBHOOK_SECRET": self.secret,
        }

    def send_to(self, webhook_url: str, secret: str) -> None:
        """Registers a webhook in the channel's settings, as `setup` does at Whapi; others in there stay."""
        self.whapi.settings.register(webhook(webhook_url, secret))

    def send(self, sample: str = "normal", count: int = 1, *, together: bool = False) -> list[SandboxOrder]:
        """A customer sends orders of a named sample; `together` puts them into one webhook."""
        return send_orders(self.whapi, self.orders, sample, count, together=together)

    def _channels(self) -> list[WhapiStandIn]:
        return [self.whapi, *(shop.whapi for shop in self.shops.values())]

    def _application(self) -> Flask:
        app = Flask("sandbox")
        app.json.sort_keys = False  # type: ignore[attr-defined]
        guard(app)
        app.register_blueprint(whapi_blueprint(self.whapi, self._shops.channels))
        app.register_blueprint(google_blueprint(self.google))
        app.register_blueprint(faults_blueprint(self.faults))
        app.register_blueprint(page_blueprint(self))
        return app


def _read(data_dir: Path | None) -> Kept:
    if data_dir is None or not (data_dir / KEPT_FILE).exists():
        return Kept()
    return Kept(**json.loads((data_dir / KEPT_FILE).read_text(encoding="utf-8")))


def _write(data_dir: Path | None, kept: Kept) -> None:
    if data_dir is not None:
        data_dir.mkdir(parents=True, exist_ok=True)
        write_private(data_dir / KEPT_FILE, json.dumps(asdict(kept), indent=2))
