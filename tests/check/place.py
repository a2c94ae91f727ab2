"""A configuration that is right, for tests that make one thing wrong in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.checks.failure import guarded
from connector.checks.google import check_google
from connector.checks.public import check_public_url
from connector.checks.whapi import check_channel, check_webhook
from connector.findings import Finding
from connector.runtime.clients import whapi_client
from connector.settings import Settings, load_settings
from connector.store.database import Database
from sandbox.sandbox import Sandbox
from tests.made_once import service_account, sqlite_url

PUBLIC_URL = "https://orders.example.com"
URL = f"{PUBLIC_URL}/webhooks/whapi"
ACCOUNT = "connector@sandbox-project.iam.gserviceaccount.com"


@dataclass
class Place:
    sandbox: Sandbox
    settings: Settings
    database: Database
    folder: Path
    values: dict[str, Any]
    """What the settings were made of."""

    def set(self, **values: Any) -> None:
        """Changes settings, checked as if they stood in `.env`."""
        self.values |= values
        self.settings = load_settings(env_file=None, **self.values)

    def google(self) -> list[Finding]:
        return list(guarded("google", check_google(self.settings, self.database, shop="default")))

    def whapi(self) -> list[Finding]:
        client = whapi_client(self.settings)
        found = list(guarded("whapi", check_channel(client, self.database, shop="default")))
        client.close()
        return found

    def webhook(self) -> list[Finding]:
        client = whapi_client(self.settings)
        found = list(guarded("webhook", check_webhook(client, self.settings)))
        client.close()
        return found

    def public(self) -> list[Finding]:
        return list(guarded("public", check_public_url(self.settings)))

    def register(self, **changed: Any) -> None:
        """Puts a right entry into the channel's settings, but for what is changed; None takes a field away."""
        entry = {
            "url": URL,
            "mode": "body",
            "events": [{"type": "messages", "method": "post"}],
            "headers": {"X-Webhook-Secret": self.sandbox.secret},
            **changed,
        }
        entry = {name: value for name, value in entry.items() if value is not None}
        self.sandbox.whapi.settings.update({"webhooks": [*self.sandbox.whapi.settings.webhooks(), entry]})


def make_place(folder: Path) -> Place:
    sandbox = Sandbox(account=service_account()).start()
    key_file = folder / "credentials.json"
    sandbox.write_credentials(key_file)
    values: dict[str, Any] = {name.lower(): value for name, value in sandbox.environment(key_file).items()}
    values |= {"database_url": sqlite_url(folder), "whapi_timeout": 5, "google_timeout": 5}
    settings = load_settings(env_file=None, **values)
    return Place(sandbox, settings, Database(settings.database_url), folder, values)


def wrong(findings: Iterable[Finding]) -> list[str]:
    return [finding.sentence for finding in findings if not finding.holds]


def right(findings: Iterable[Finding]) -> list[str]:
    """The sentences, where all of them hold."""
    findings = list(findings)
    assert wrong(findings) == []
    return [finding.sentence for finding in findings]
