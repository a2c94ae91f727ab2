"""An agency at its desk: a folder with `.env`, a sandbox with several shops, and the commands about them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from connector.cli import main
from connector.clock import SystemClock
from connector.gateways.webhook import read_webhook
from connector.runtime.service import Service
from connector.settings import Settings, load_settings
from connector.shops.settings import read_shops
from connector.store.database import Database
from connector.store.shops import Known, known_shops
from sandbox.sandbox import Sandbox
from sandbox.shops import SandboxShop
from tests.made_once import service_account, sqlite_url
from tests.process.service_process import free_port
from tests.setup.desk import Ran

SECRET = "the-secret-of-the-operator"


class Agency:
    """SHOPS_FILE is `shops.toml`, or the folder `shops`, and nothing stands there yet."""

    def __init__(self, folder: Path, shops_file: str) -> None:
        self.folder = folder
        self.sandbox = Sandbox(account=service_account()).start()
        self.sandbox.whapi.deliveries.pace = 0.02
        self.rye, self.oat = self.sandbox.add_shop("rye"), self.sandbox.add_shop("oat")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.webhook_url = f"{self.url}/webhooks/whapi"
        self.shops_file = folder / shops_file
        self.sandbox.write_credentials(folder / "credentials.json")
        self.database_url = sqlite_url(folder)
        self.env = {
            "SHOPS_FILE": shops_file,
            "WHAPI_BASE_URL": self.sandbox.url,
            "SHEETS_BASE_URL": self.sandbox.url,
            "WEBHOOK_SECRET": SECRET,
            "PUBLIC_URL": self.url,
            "PORT": str(self.port),
            "DATABASE_URL": self.database_url,
            "ITEMS_GRACE": "0.2",
            "RETRY_FIRST_DELAY": "0.2",
            "COLUMNS": "200",
        }

    def run(self, *command: str, answers: str = "") -> Ran:
        """Runs a command in this process."""
        result = CliRunner().invoke(main, command, input=answers, env=self.env)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        lines = [line for line in result.stdout.splitlines() if line.strip()]
        return Ran(result.exit_code, lines, result.stderr.splitlines())

    def add(self, shop: SandboxShop, *options: str) -> Ran:
        given = ("--token", shop.token, "--spreadsheet", shop.spreadsheet_id, "--secret", shop.secret)
        return self.run("shops", "add", shop.name, *given, "--yes", *options)

    def listed(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run("shops", "list", "--json").lines]

    def known(self) -> dict[str, Known]:
        """What the store knows of the shops."""
        database = Database(self.database_url)
        with database.read() as connection:
            known = known_shops(connection)
        database.close()
        return known

    def ours(self, shop: SandboxShop) -> list[dict[str, Any]]:
        """The webhooks in the shop's channel that lead here."""
        return [webhook for webhook in shop.whapi.settings.webhooks() if webhook["url"] == self.webhook_url]


def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The logging of the tests' own process is not a command's to change."""
    for module in ("connector.log", "connector.cli.start", "connector.cli.shops", "connector.cli.check"):
        monkeypatch.setattr(f"{module}.set_up_logging", lambda **_: None)
    monkeypatch.setattr("connector.terminal.is_answered", lambda: True)


def webhook(agency: Agency, shop: SandboxShop) -> dict[str, Any]:
    return {
        "url": agency.webhook_url,
        "mode": "body",
        "events": [{"type": "messages", "method": "post"}],
        "headers": {"X-Webhook-Secret": shop.secret},
    }


def entry_of(shop: SandboxShop, **more: str) -> str:
    values = {"whapi_token": shop.token, "spreadsheet_id": shop.spreadsheet_id, "webhook_secret": shop.secret, **more}
    return "".join(f'{name} = "{value}"\n' for name, value in values.items())


def settings_of(agency: Agency) -> Settings:
    return load_settings(**{name.lower(): value for name, value in agency.env.items() if name != "COLUMNS"})


def take_in(agency: Agency, name: str, message: dict[str, Any]) -> int:
    """Stores a message's orders as the service does, and leaves the rest to others; how many were new."""
    operator = settings_of(agency)
    service = Service(operator, Database(operator.database_url))
    entry = read_shops(operator).good[name]
    shop = service.add_shop(name, entry.settings, entry.account)
    body = {"messages": [message], "event": {"type": "messages", "event": "post"}}
    result = shop.receive.receive(read_webhook(body, now=SystemClock().now()), keep_unclear=True)
    service.close()
    return result.accepted
