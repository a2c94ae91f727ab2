"""A stand-in behind a real socket, and the real gspread as its client."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import gspread
import pytest
from flask import Flask
from google.auth.crypt import RSASigner
from google.auth.transport.requests import AuthorizedSession
from google.oauth2.service_account import Credentials
from gspread.http_client import HTTPClient

from sandbox.fault_routes import faults_blueprint
from sandbox.google import GoogleStandIn, google_blueprint
from sandbox.google.auth import ServiceAccount
from sandbox.server import SandboxServer
from tests.made_once import service_account

SHOP = "shop-1"
GOOGLE = "https://sheets.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/spreadsheets"


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def now(self) -> datetime:
        return self.time

    def elapsed(self) -> float:
        return self.time.timestamp()

    def move(self, **parts: float) -> None:
        self.time += timedelta(**parts)


@dataclass
class Shop:
    """One spreadsheet as the tests see it: calls as the service account, and what is in it."""

    google: GoogleStandIn
    client: gspread.Client
    server: SandboxServer
    id: str = SHOP
    last: dict[str, Any] = field(default_factory=dict)

    def request(self, method: str, path: str, **rest: Any) -> Any:
        """The answer's JSON; gspread's APIError for a refusal. `path` stands behind the spreadsheet's
        address."""
        address = f"{GOOGLE}/v4/spreadsheets/{self.id}{path}"
        return self.client.http_client.request(method, address, **rest).json()

    def batch(self, *requests: dict[str, Any], **rest: Any) -> list[dict[str, Any]]:
        self.last = self.request("post", ":batchUpdate", json={"requests": list(requests), **rest})
        replies: list[dict[str, Any]] = self.last["replies"]
        return replies

    def refusal(self, *requests: dict[str, Any]) -> tuple[int, str]:
        """Status and sentence of a batch that must be refused."""
        return refusal(lambda: self.batch(*requests))

    def values(self, title: str = "Sheet1") -> list[list[Any]]:
        return self.google.sheet_values(self.id, title)

    def put(self, *rows: list[Any], title: str = "Sheet1", row: int = 0, column: int = 0) -> None:
        """Typed values, written as the connector writes them."""
        sheet = self.google.spreadsheets[self.id].content.sheet_titled(title)
        assert sheet is not None
        start = {"sheetId": sheet.sheet_id, "rowIndex": row, "columnIndex": column}
        self.batch(
            {
                "updateCells": {
                    "start": start,
                    "fields": "userEnteredValue",
                    "rows": [{"values": [cell(value) for value in line]} for line in rows],
                }
            }
        )

    def tags(self, **lookup: Any) -> list[dict[str, Any]]:
        body = {"dataFilters": [{"developerMetadataLookup": lookup}]}
        found = self.request("post", "/developerMetadata:search", json=body)
        return [match["developerMetadata"] for match in found.get("matchedDeveloperMetadata", [])]


def cell(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, bool):
        return {"userEnteredValue": {"boolValue": value}}
    if isinstance(value, int | float):
        return {"userEnteredValue": {"numberValue": value}}
    if value.startswith("="):
        return {"userEnteredValue": {"formulaValue": value}}
    return {"userEnteredValue": {"stringValue": value}}


def refusal(action: Any) -> tuple[int, str]:
    with pytest.raises(gspread.exceptions.APIError) as caught:
        action()
    error = caught.value.response.json()["error"]
    assert error["code"] == caught.value.response.status_code
    return error["code"], error["message"]


class _AtHome(Credentials):
    """Without google-auth's background call to iamcredentials.googleapis.com after the first token."""

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


@cache
def _signer(private_key: str, key_id: str) -> RSASigner:
    """Reading a key takes longer than most tests."""
    signer: RSASigner = RSASigner.from_string(private_key, key_id)  # type: ignore[no-untyped-call]
    return signer


def local_client(google: GoogleStandIn, timeout: float = 10, **claims: Any) -> gspread.Client:
    """gspread and google-auth as the connector uses them, with nothing changed but the address."""

    class Local(HTTPClient):
        def request(self, method: str, endpoint: str, *args: Any, **rest: Any) -> Any:
            return super().request(method, endpoint.replace(GOOGLE, google.url), *args, **rest)

    key = {**google.credentials(), **claims.pop("key", {})}
    credentials = _AtHome(  # type: ignore[no-untyped-call]
        _signer(key["private_key"], key["private_key_id"]),
        key["client_email"],
        key["token_uri"],
        **{"scopes": [SCOPE], **claims},
    )
    session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
    client = gspread.Client(auth=credentials, session=session, http_client=Local)
    client.set_timeout(timeout)
    return client


@pytest.fixture(scope="session")
def account() -> ServiceAccount:
    return service_account()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def google(account: ServiceAccount, clock: SetClock) -> Iterator[GoogleStandIn]:
    standin = GoogleStandIn(clock=clock, account=account)
    yield standin
    standin.cancel_late_commits()


@pytest.fixture
def server(google: GoogleStandIn) -> Iterator[SandboxServer]:
    app = Flask("sandbox-test")
    app.register_blueprint(google_blueprint(google))
    app.register_blueprint(faults_blueprint(google.faults))
    with SandboxServer(app) as running:
        google.url = running.url
        yield running


@pytest.fixture
def client(google: GoogleStandIn, server: SandboxServer) -> Iterator[gspread.Client]:
    assert server.url == google.url
    client = local_client(google)
    yield client
    client.http_client.session.close()


@pytest.fixture
def shop(google: GoogleStandIn, client: gspread.Client, server: SandboxServer) -> Shop:
    google.create(SHOP, "My shop", "Europe/Berlin")
    return Shop(google, client, server)
