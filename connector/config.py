"""The settings: environment variables, read from the file `.env` in the working directory."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

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
        super().__init__(" ".join(problems))
        self.problems = problems


def _spreadsheet_id(value: str) -> str:
    value = value.strip()
    match = _SPREADSHEET_URL.search(value)
    spreadsheet_id = match.group(1) if match else value
    if not _SPREADSHEET_ID.match(spreadsheet_id):
        raise ValueError("it is neither a spreadsheet's id nor its address. " + HOW_TO_GET["SPREADSHEET_ID"])
    return spreadsheet_id


def _secret(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < SHORTEST_SECRET:
        raise ValueError(f"it is shorter than {SHORTEST_SECRET} characters. Use a longer one, such as a random text.")
    return value


def _password(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < SHORTEST_PASSWORD:
        raise ValueError(f"it is shorter than {SHORTEST_PASSWORD} characters. Use a longer one.")
    return value


def _events_url(value: SecretStr) -> SecretStr:
    parse_targets(value.get_secret_value())
    return value


def _events_secret(value: SecretStr) -> SecretStr:
    parse_secrets(value.get_secret_value())
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


Address = Annotated[str, AfterValidator(_address)]
Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """Every variable that the service knows. Names and defaults are promised to its users."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
    )

    whapi_token: SecretStr
    spreadsheet_id: Annotated[str, AfterValidator(_spreadsheet_id)]
    google_credentials: SecretStr = SecretStr("credentials.json")
    webhook_secret: Annotated[SecretStr, AfterValidator(_secret)]
    admin_password: Annotated[SecretStr, AfterValidator(_password)] | None = None
    whapi_base_url: Address = "https://gate.whapi.cloud"
    sheets_base_url: Address = "https://sheets.googleapis.com"
    database_url: str = "sqlite:///data/connector.db"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    public_url: Address | None = None
    orders_tab: str = "Orders"
    items_tab: str = "Items"
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] | None = None
    resync_interval: Seconds = 60
    reconcile_interval: Annotated[float, Field(ge=0, le=31_536_000)] = 900
    reconcile_window: Annotated[float, Field(gt=0, le=31_536_000)] = 86_400
    retry_first_delay: Seconds = 10
    retry_max_delay: Seconds = 3600
    retry_give_up_after: Seconds = 604_800
    keep_days: Annotated[float, Field(ge=1)] = 90
    items_grace: Annotated[float, Field(ge=0)] = 3
    item_price_divisor: Annotated[float, Field(gt=0)] = 1
    whapi_timeout: Seconds = 15
    google_timeout: Seconds = 60
    events_url: Annotated[SecretStr, AfterValidator(_events_url)] | None = None
    events_secret: Annotated[SecretStr, AfterValidator(_events_secret)] | None = None
    events_allow_private: bool = False
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def event_targets(self) -> tuple[Target, ...]:
        """The addresses that get events."""
        return parse_targets(self.events_url.get_secret_value()) if self.events_url else ()

    @property
    def event_secrets(self) -> list[str]:
        """The secrets that sign events."""
        return parse_secrets(self.events_secret.get_secret_value()) if self.events_secret else []

    @property
    def secrets(self) -> list[str]:
        """Every value that must never be seen in a log, an error or a page."""
        secrets = [self.whapi_token, self.webhook_secret]
        if self.admin_password is not None:
            secrets.append(self.admin_password)
        hidden = [secret.get_secret_value() for secret in secrets]
        for secret in self.event_secrets:
            hidden += [secret, secret.removeprefix(PREFIX)]
        if self.events_url is not None:
            # In many no-code tools the address itself is the secret.
            hidden += secrets_of(self.events_url.get_secret_value())
        return hidden


def load_settings(**values: Any) -> Settings:
    """The settings from the environment and `.env`; `values` win over both. Raises SettingsError with every problem
    there is."""
    try:
        settings = Settings(**values)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        raise SettingsError([_sentence(problem) for problem in problems]) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError(
            [f"The file {ENV_FILE} can't be read. See that it is a text file and that the service may read it."]
        ) from None
    contradictions = list(_contradictions(settings))
    if contradictions:
        raise SettingsError(contradictions)
    return settings


def _contradictions(settings: Settings) -> Iterator[str]:
    if settings.orders_tab == settings.items_tab:
        yield "ORDERS_TAB and ITEMS_TAB are the same. Give the two tabs different names."
    if settings.events_url is not None and settings.events_secret is None:
        yield f"EVENTS_SECRET is not set, but EVENTS_URL is: events are signed with it. {HOW_TO_MAKE}"
    if not settings.events_allow_private and not all(target.is_secure for target in settings.event_targets):
        yield (
            "EVENTS_URL is wrong: an address begins with http://. Use https://; plain http is taken only for a "
            "receiver in the own network, with EVENTS_ALLOW_PRIVATE=true."
        )


def _sentence(problem: Any) -> str:
    name = str(problem["loc"][0]).upper()
    if problem["type"] == "missing":
        return f"{name} is not set. {HOW_TO_GET[name]}"
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] != "value_error":
        message = message[0].lower() + message[1:] + "."
    return f"{name} is wrong: {message}"
