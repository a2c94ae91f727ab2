"""The settings of the service: their names, types and defaults. `environment.py` reads them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from annotated_types import Ge, Gt, Le

from connector.events.secret import HOW_TO_MAKE, PREFIX, parse_secrets
from connector.events.target import Target, parse_targets, secrets_of

ENV_FILE = ".env"
SHORTEST_SECRET = 16
SHORTEST_PASSWORD = 8
_SPREADSHEET_URL = re.compile(r"/spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]+)")
_SPREADSHEET_ID = re.compile(r"[A-Za-z0-9_-]{10,}\Z")

HOW_TO_GET = {
    "WHAPI_TOKEN": "Copy the channel's token from Whapi's panel.",
    "SPREADSHEET_ID": "Open the spreadsheet and copy its address from the browser.",
    "WEBHOOK_SECRET": f"Make up a text of at least {SHORTEST_SECRET} characters that callers must present.",
}


class SettingsError(Exception):
    """Settings are missing or wrong. `problems`: a plain sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return " ".join(self.problems)


@dataclass(frozen=True, slots=True)
class Read:
    """How a text is read: the function gives the value, or raises ValueError with a sentence about `it`.

    Not one of pydantic's own marks, because this module goes without pydantic: the service reads its settings once and
    would keep pydantic in memory for ever.
    """

    function: Callable[[str], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema  # noqa: PLC0415

        return core_schema.no_info_after_validator_function(self.function, core_schema.str_schema())


def _spreadsheet_id(value: str) -> str:
    value = value.strip()
    match = _SPREADSHEET_URL.search(value)
    spreadsheet_id = match.group(1) if match else value
    if not _SPREADSHEET_ID.match(spreadsheet_id):
        raise ValueError("it is neither a spreadsheet's id nor its address. " + HOW_TO_GET["SPREADSHEET_ID"])
    return spreadsheet_id


def _secret(value: str) -> str:
    if len(value) < SHORTEST_SECRET:
        raise ValueError(f"it is shorter than {SHORTEST_SECRET} characters. Use a longer one, such as a random text.")
    return value


def _password(value: str) -> str:
    if len(value) < SHORTEST_PASSWORD:
        raise ValueError(f"it is shorter than {SHORTEST_PASSWORD} characters. Use a longer one.")
    return value


def _events_url(value: str) -> str:
    parse_targets(value)
    return value


def _events_secret(value: str) -> str:
    parse_secrets(value)
    return value


def _address(value: str) -> str:
    if not re.match(r"https?://[^/\s]+", value):
        raise ValueError("it is not an address that begins with https:// (or http://).")
    return value.rstrip("/")


def _zone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("it is not the name of a time zone, such as Europe/Berlin.") from None


Address = Annotated[str, Read(_address)]
Seconds = Annotated[float, Gt(0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every variable that the service knows. Names and defaults are promised to its users.

    What is secret is not in its `repr`.
    """

    whapi_token: str = field(repr=False)
    spreadsheet_id: Annotated[str, Read(_spreadsheet_id)]
    google_credentials: str = field(default="credentials.json", repr=False)
    webhook_secret: Annotated[str, Read(_secret)] = field(repr=False)
    admin_password: Annotated[str, Read(_password)] | None = field(default=None, repr=False)
    meta_app_secret: str | None = field(default=None, repr=False)
    whapi_base_url: Address = "https://gate.whapi.cloud"
    sheets_base_url: Address = "https://sheets.googleapis.com"
    database_url: str = field(default="sqlite:///data/connector.db", repr=False)
    host: str = "127.0.0.1"
    port: Annotated[int, Ge(0), Le(65535)] = 8080
    public_url: Address | None = None
    orders_tab: str = "Orders"
    items_tab: str = "Items"
    timezone: Annotated[ZoneInfo, Read(_zone)] | None = None
    resync_interval: Seconds = 60
    reconcile_interval: Annotated[float, Ge(0), Le(31_536_000)] = 900
    reconcile_window: Annotated[float, Gt(0), Le(31_536_000)] = 86_400
    retry_first_delay: Seconds = 10
    retry_max_delay: Seconds = 3600
    retry_give_up_after: Seconds = 604_800
    keep_days: Annotated[float, Ge(1)] = 90
    items_grace: Annotated[float, Ge(0)] = 3
    item_price_divisor: Annotated[float, Gt(0)] = 1
    whapi_timeout: Seconds = 15
    google_timeout: Seconds = 60
    events_url: Annotated[str, Read(_events_url)] | None = field(default=None, repr=False)
    events_secret: Annotated[str, Read(_events_secret)] | None = field(default=None, repr=False)
    events_allow_private: bool = False
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def event_targets(self) -> tuple[Target, ...]:
        """The addresses that get events."""
        return parse_targets(self.events_url) if self.events_url else ()

    @property
    def event_secrets(self) -> list[str]:
        """The secrets that sign events."""
        return parse_secrets(self.events_secret) if self.events_secret else []

    @property
    def secrets(self) -> list[str]:
        """Every value that must never be seen in a log, an error or a page."""
        hidden = [self.whapi_token, self.webhook_secret]
        hidden += [secret for secret in (self.admin_password, self.meta_app_secret) if secret is not None]
        for secret in self.event_secrets:
            hidden += [secret, secret.removeprefix(PREFIX)]
        if self.events_url is not None:
            # In many no-code tools the address itself is the secret.
            hidden += secrets_of(self.events_url)
        return hidden


def contradictions(settings: Settings) -> Iterator[str]:
    """A sentence for each case in which two settings, right by themselves, don't go together."""
    if settings.orders_tab == settings.items_tab:
        yield "ORDERS_TAB and ITEMS_TAB are the same. Give the two tabs different names."
    if settings.events_url is not None and settings.events_secret is None:
        yield f"EVENTS_SECRET is not set, but EVENTS_URL is: events are signed with it. {HOW_TO_MAKE}"
    if not settings.events_allow_private and not all(target.is_secure for target in settings.event_targets):
        yield (
            "EVENTS_URL is wrong: an address begins with http://. Use https://; plain http is taken only for a "
            "receiver in the own network, with EVENTS_ALLOW_PRIVATE=true."
        )
