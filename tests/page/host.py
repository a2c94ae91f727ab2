"""A service with several shops, of which nobody asks more than the page: no order is fetched and no row is written."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient

from connector.app import create_app
from connector.dashboard.session import COOKIE
from connector.runtime.service import Service
from connector.runtime.shop import Shop
from connector.settings import Settings
from connector.store.database import Database
from tests.clock import FakeClock
from tests.made_once import service_account, sqlite_url

OPERATORS_PASSWORD = "the operator's password"
OPERATORS_SECRET = "the operator's secret"


class Host:
    """The service, and browsers that look at its page. `start` again makes a further instance on the same database."""

    def __init__(self, folder: Path) -> None:
        self._url = sqlite_url(folder)
        # Of an account that is nowhere.
        self._key = json.dumps(service_account().key_file("http://127.0.0.1:9"))
        self._open: list[Database] = []
        self.url = ""
        """Where a test serves it."""
        self.clock = FakeClock()

    def start(
        self,
        shops: dict[str, str | None],
        *,
        password: str | None = OPERATORS_PASSWORD,
        secret: str = OPERATORS_SECRET,
        **more: Any,
    ) -> Flask:
        """`shops`: their passwords by their names."""
        database = Database(self._url)
        self._open.append(database)
        settings = Settings(
            whapi_token="",
            spreadsheet_id="",
            webhook_secret=secret,
            admin_password=password,
            google_credentials=self._key,
            shops_file="shops.toml",
            **more,
        )
        self.service = Service(settings, database, clock=self.clock)
        for name, own in shops.items():
            self.put(name, own)
        self.service.serve(list(shops))
        self.app = create_app(self.service)
        return self.app

    def put(self, name: str, password: str | None, **settings: Any) -> Shop:
        """Takes in a shop, or replaces it."""
        values = {
            "whapi_token": f"token-of-{name}-0123456789",
            "spreadsheet_id": f"spreadsheet-of-{name}-0123456789",
            "webhook_secret": f"secret-of-{name}-0123456789",
            "google_credentials": self._key,
            "timezone": ZoneInfo("UTC"),
            "admin_password": password,
            **settings,
        }
        return self.service.add_shop(name, Settings(**values))

    def post(self, shop: str, order_id: str, customer: str = "Gerald") -> None:
        body = {"order_id": order_id, "customer_name": customer, "items": [{"name": "Tea"}]}
        answer = self.app.test_client().post(
            f"/shops/{shop}/orders", json=body, headers={"X-Webhook-Secret": OPERATORS_SECRET}
        )
        assert answer.status_code == 200

    def close(self) -> None:
        for database in self._open:
            database.close()


class Guest:
    """A browser."""

    def __init__(self, app: Flask, **environ: str) -> None:
        self.client: FlaskClient = app.test_client()
        self._environ = environ

    def get(self, path: str = "/", **options: Any) -> Any:
        self.answer = self.client.get(path, environ_overrides=self._environ, **options)
        return self.answer

    def post(self, path: str, *, seen: str | None = None, **fields: str) -> Any:
        """With the token that stands in the page at `seen`; None: that whose form it is."""
        page = self.get(path.partition("status/")[0] if seen is None else seen).text
        token = page.partition('name="form_token" value="')[2][:64]
        self.answer = self.client.post(path, data={"form_token": token, **fields}, environ_overrides=self._environ)
        return self.answer

    def log_in(self, password: str, at: str = "/") -> int:
        status: int = self.post(f"{at}status/login", password=password).status_code
        return status

    def is_in(self, at: str = "/") -> bool:
        page = self.get(at)
        return page.status_code == 200 and "Log out" in page.text

    @property
    def cookie(self) -> str:
        found = self.client.get_cookie(COOKIE)
        assert found is not None
        return found.value

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.client.set_cookie(COOKIE, value)
