"""The settings of the service: their names, types and defaults, and how each is read.

They come from environment variables and from the file `.env` in the working directory.
"""

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from connector import converters
from connector.alerts.target import AlertTarget, parse_alerts, secrets_of_alerts
from connector.certificates import certificate_problems, settle_certificates
from connector.converters import SHORTEST_PASSWORD, SHORTEST_SECRET
from connector.customers.template import template
from connector.events.target import HOW_TO_MAKE, PREFIX, Target, parse_secrets, parse_targets, secrets_of
from connector.language import Language, marked, parse_language
from connector.language import gettext as _
from connector.log import database_secrets
from connector.proxies import proxy_problems, settle_proxies
from connector.terminal import command
from connector.variables import (
    EnvFileUnreadableError,
    Variables,
    expanded,
    of_environment,
    of_file,
    trimmed,
    with_files,
)

ENV_FILE = ".env"
SHOP = "default"
"""The one shop of a service without SHOPS_FILE. Every row of the store says whose it is."""
_YEAR = 31_536_000
_LONGEST_PATH = 255
WHAPI, FORWARDER = "whapi", "forwarder"
BRINGERS = (WHAPI, FORWARDER)
"""Who may bring the orders."""
BOTTOM, TOP = "bottom", "top"

_HOW_TO_GET = {
    "WHAPI_TOKEN": marked("Copy the channel's token from Whapi's panel."),
    "SPREADSHEET_ID": converters.HOW_TO_GET_SPREADSHEET,
    "WEBHOOK_SECRET": marked("Make up a text of at least {shortest} characters that callers must present."),
}
NEEDED = tuple(_HOW_TO_GET)
"""Without these, nothing works."""


def how_to_get(name: str) -> str:
    """A sentence on where one of those that are needed comes from."""
    return _(_HOW_TO_GET[name]).format(shortest=SHORTEST_SECRET)


class SettingsError(Exception):
    """Settings are missing or wrong. `problems`: a plain sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return " ".join(self.problems)


def _by(convert: Callable[[str], Any], *, is_shops: bool = False) -> dict[str, Any]:
    """A field's metadata: `convert` reads it from a text, or raises ValueError with a sentence about `it`. `is_shops`:
    each shop may have its own; the others are the operator's alone."""
    return {"convert": convert, "is_shops": is_shops}


_of_shop = partial(_by, is_shops=True)


_text = str
_path = expanded
_seconds = partial(converters.number, above=0)
_secret = partial(converters.secret, shortest=SHORTEST_SECRET)
_password = partial(converters.secret, shortest=SHORTEST_PASSWORD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every variable that the service knows. Names and defaults are promised to its users.

    What is secret is not in its `repr`. With `shops_file` these are the operator's: `whapi_token` and `spreadsheet_id`
    may be empty then, and each shop has Settings of its own (`connector.shops`).
    """

    whapi_token: str = field(repr=False, metadata=_of_shop(converters.token))
    spreadsheet_id: str = field(metadata=_of_shop(converters.spreadsheet_id))
    google_credentials: str = field(default="credentials.json", repr=False, metadata=_of_shop(_path))
    webhook_secret: str = field(repr=False, metadata=_of_shop(_secret))
    admin_password: str | None = field(default=None, repr=False, metadata=_of_shop(_password))
    meta_app_secret: str | None = field(default=None, repr=False, metadata=_of_shop(_text))
    whapi_base_url: str = field(default="https://gate.whapi.cloud", metadata=_of_shop(converters.address))
    sheets_base_url: str = field(default="https://sheets.googleapis.com", metadata=_by(converters.address))
    database_url: str = field(default="sqlite:///data/connector.db", repr=False, metadata=_by(_text))
    shops_file: str | None = field(default=None, metadata=_by(_path))
    ca_bundle: str | None = field(default=None, metadata=_by(_text))
    host: str = field(default="127.0.0.1", metadata=_by(_text))
    port: int = field(default=8080, metadata=_by(partial(converters.integer, at_least=0, at_most=65535)))
    public_url: str | None = field(default=None, metadata=_by(converters.public_address))
    trusted_proxies: str = field(default="", metadata=_by(partial(converters.unchanged, check=converters.networks)))
    orders_from: str = field(default=WHAPI, metadata=_of_shop(partial(converters.choice, choices=BRINGERS)))
    orders_tab: str | None = field(default=None, metadata=_of_shop(_text))
    items_tab: str | None = field(default=None, metadata=_of_shop(_text))
    new_rows: str = field(default=BOTTOM, metadata=_of_shop(partial(converters.choice, choices=(BOTTOM, TOP))))
    timezone: ZoneInfo | None = field(default=None, metadata=_of_shop(converters.zone))
    language: Language | None = field(default=None, metadata=_of_shop(parse_language))
    resync_interval: float = field(default=60, metadata=_of_shop(_seconds))
    reconcile_interval: float = field(
        default=900, metadata=_of_shop(partial(converters.number, at_least=0, at_most=_YEAR))
    )
    reconcile_window: float = field(
        default=86_400, metadata=_of_shop(partial(converters.number, above=0, at_most=_YEAR))
    )
    retry_first_delay: float = field(default=10, metadata=_of_shop(_seconds))
    retry_max_delay: float = field(default=3600, metadata=_of_shop(_seconds))
    retry_give_up_after: float = field(default=604_800, metadata=_of_shop(_seconds))
    keep_days: float = field(default=90, metadata=_of_shop(partial(converters.number, at_least=1)))
    items_grace: float = field(default=3, metadata=_of_shop(partial(converters.number, at_least=0)))
    item_price_divisor: float | None = field(default=None, metadata=_of_shop(partial(converters.number, above=0)))
    whapi_timeout: float = field(default=15, metadata=_of_shop(_seconds))
    google_timeout: float = field(default=60, metadata=_of_shop(_seconds))
    events_url: str | None = field(
        default=None, repr=False, metadata=_of_shop(partial(converters.unchanged, check=parse_targets))
    )
    events_secret: str | None = field(
        default=None, repr=False, metadata=_of_shop(partial(converters.unchanged, check=parse_secrets))
    )
    alert_urls: str | None = field(
        default=None, repr=False, metadata=_of_shop(partial(converters.unchanged, check=parse_alerts))
    )
    alert_orders: bool = field(default=False, metadata=_of_shop(converters.boolean))
    tell_customer: bool = field(default=False, metadata=_of_shop(converters.boolean))
    text_confirmed: str | None = field(default=None, metadata=_of_shop(template))
    text_packed: str | None = field(default=None, metadata=_of_shop(template))
    text_sent: str | None = field(default=None, metadata=_of_shop(template))
    plain_http_hosts: str = field(default="", metadata=_by(_text))
    events_allow_private: bool = field(default=False, metadata=_by(converters.boolean))
    log_format: str = field(default="console", metadata=_by(partial(converters.choice, choices=("console", "json"))))
    log_level: str = field(
        default="INFO", metadata=_by(partial(converters.choice, choices=("DEBUG", "INFO", "WARNING", "ERROR")))
    )

    @property
    def plain_hosts(self) -> frozenset[str]:
        """Hosts beside this machine that may be asked without TLS."""
        return frozenset(host for part in self.plain_http_hosts.split(",") if (host := part.strip().lower()))

    @property
    def trusted_networks(self) -> tuple[converters.Network, ...]:
        """The reverse proxies that may say who sends a request."""
        return converters.networks(self.trusted_proxies)

    @property
    def is_forwarded(self) -> bool:
        """Whether something else than Whapi brings the orders, so that no webhook at Whapi has to lead here."""
        return self.orders_from == FORWARDER

    @property
    def price_divisor(self) -> float:
        """By what all amounts are divided that come in."""
        return 1 if self.item_price_divisor is None else self.item_price_divisor

    @property
    def event_targets(self) -> tuple[Target, ...]:
        """The addresses that get events."""
        return parse_targets(self.events_url) if self.events_url else ()

    @property
    def alert_targets(self) -> tuple[AlertTarget, ...]:
        """Who is told of problems in plain sentences."""
        return parse_alerts(self.alert_urls) if self.alert_urls else ()

    @property
    def event_secrets(self) -> list[str]:
        """The secrets that sign events."""
        return parse_secrets(self.events_secret) if self.events_secret else []

    @property
    def secrets(self) -> list[str]:
        """Every value that must never be seen in a log, an error or a page."""
        keys = (self.whapi_token, self.webhook_secret, self.admin_password, self.meta_app_secret)
        hidden = [secret for secret in keys if secret]
        for secret in self.event_secrets:
            hidden += [secret, secret.removeprefix(PREFIX)]
        if self.events_url is not None:
            # In many no-code tools the address itself is the secret.
            hidden += secrets_of(self.events_url)
        if self.alert_urls is not None:
            hidden += secrets_of_alerts(self.alert_urls)
        hidden += database_secrets(self.database_url)
        if "{" in self.google_credentials or len(self.google_credentials) > _LONGEST_PATH:
            hidden.append(self.google_credentials)
        return hidden


SECRETS = frozenset(entry.name.upper() for entry in fields(Settings) if not entry.repr)
"""Each of them may stand in a file of its own, which `NAME_FILE` names."""
SHOP_SETTINGS: Mapping[str, "Field[Any]"] = {
    entry.name: entry for entry in fields(Settings) if entry.metadata["is_shops"]
}
"""Which settings each of several shops may have its own of."""
_NOT_WITH_SHOPS_FILE = frozenset({"whapi_token", "spreadsheet_id"})


def environment(env_file: str | None = ENV_FILE) -> dict[str, str]:
    """What is set now in the environment and the file, by names in capital letters. Raises SettingsError."""
    from_file, from_environment = _places(env_file)
    return {**from_file, **from_environment}


def load_settings(*, env_file: str | None = ENV_FILE, **values: Any) -> Settings:
    """The settings from the environment and the file; `values` win over both, and None stands for the default.

    Blanks at the ends of a value don't count, and a value of nothing else counts as not set. Raises SettingsError with
    every problem there is.
    """
    variables = _variables(env_file, values)
    read, problems = _converted(variables)
    if not any(name in variables.texts or name in variables.wrong for name in (*NEEDED, "SHOPS_FILE")):
        problems.insert(
            0, _("Nothing is set up yet. This asks for all that is needed: {command}").format(command=command("setup"))
        )
    if problems:
        raise SettingsError(problems)
    settings = Settings(**read)
    contradicting = [*contradictions(settings), *_network_problems(variables.texts)]
    if contradicting:
        raise SettingsError(contradicting)
    return settings


def _variables(env_file: str | None, values: Mapping[str, Any]) -> Variables:
    """All that is set, secrets from their files included; `values` win."""
    variables = Variables()
    for place in _places(env_file):
        variables.overrule(with_files(place, SECRETS))
    for name, value in values.items():
        variables.drop(name.upper())
        if value is not None and (text := trimmed(str(value))):
            variables.texts[name.upper()] = text
    return variables


def _converted(variables: Variables) -> tuple[dict[str, Any], list[str]]:
    """The settings by their names, and a sentence for each that is wrong or missing."""
    read: dict[str, Any] = {}
    problems = []
    for entry in fields(Settings):
        name = entry.name.upper()
        text = variables.texts.get(name)
        if name in variables.wrong:
            problems.append(variables.wrong[name])
        elif text is not None:
            try:
                read[entry.name] = entry.metadata["convert"](converters.printable(text))
            except ValueError as error:
                problems.append(_("{name} is wrong: {problem}").format(name=name, problem=error))
        elif entry.name in _NOT_WITH_SHOPS_FILE and "SHOPS_FILE" in variables.texts:
            read[entry.name] = ""
        elif entry.default is MISSING:
            problems.append(_("{name} is not set. {how_to_get}").format(name=name, how_to_get=how_to_get(name)))
    return read, problems


def _network_problems(given: Mapping[str, str]) -> Iterator[str]:
    yield from certificate_problems(given)
    called = (Settings.__dataclass_fields__[name] for name in ("whapi_base_url", "sheets_base_url"))
    yield from proxy_problems(given, [given.get(entry.name.upper()) or str(entry.default) for entry in called])


def settle_libraries() -> None:
    """Has the libraries that call others use the certificates and the proxy that the environment names. To be called
    before a client is made. Raises SettingsError."""
    given = environment()
    if problems := list(_network_problems(given)):
        raise SettingsError(problems)
    settle_certificates(given)
    settle_proxies(given)


def contradictions(settings: Settings) -> Iterator[str]:
    """A sentence for each case in which two settings, right by themselves, don't go together."""
    if (settings.orders_tab or "Orders") == (settings.items_tab or "Items"):
        yield _("ORDERS_TAB and ITEMS_TAB are the same. Give the two tabs different names.")
    for name, url in (("WHAPI_BASE_URL", settings.whapi_base_url), ("SHEETS_BASE_URL", settings.sheets_base_url)):
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme == "http" and not is_loopback(host) and host not in settings.plain_hosts:
            yield (
                _(
                    "{name} is wrong: it begins with http://, so the token would cross the network for "
                    "all to read. Use https://, or, where the way to that host is safe, allow it with "
                    "PLAIN_HTTP_HOSTS={host}."
                ).format(name=name, host=host)
            )
    if settings.events_url is not None and settings.events_secret is None:
        yield _("EVENTS_SECRET is not set, but EVENTS_URL is: events are signed with it. {how_to_make}").format(
            how_to_make=HOW_TO_MAKE
        )
    if not settings.events_allow_private and not all(target.is_secure for target in settings.event_targets):
        yield (
            _(
                "EVENTS_URL is wrong: an address begins with http://. Use https://; plain http is "
                "taken only for a receiver in the own network, with EVENTS_ALLOW_PRIVATE=true."
            )
        )


def is_loopback(host: str) -> bool:
    """Whether a host's name stands for this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _places(env_file: str | None) -> tuple[dict[str, str], dict[str, str]]:
    """What the file sets, and what the environment does, which wins. Raises SettingsError."""
    try:
        return {} if env_file is None else of_file(env_file), of_environment()
    except EnvFileUnreadableError as error:
        raise SettingsError([str(error)]) from None
