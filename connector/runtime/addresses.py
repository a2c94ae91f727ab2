"""The addresses under which the service, and the spreadsheets, are reached."""

import ipaddress
from urllib.parse import urlsplit

from connector.gateways.whapi.webhooks import PATH, webhook_url
from connector.settings import Settings

GOOGLE_DOCS = "https://docs.google.com"


def base_of(public_url: str) -> str:
    """PUBLIC_URL without the webhook's path, which may stand in it."""
    return webhook_url(public_url).removesuffix(PATH)


def path_of(settings: Settings) -> str:
    """The path in PUBLIC_URL, below which a reverse proxy serves the service; empty where it has the whole host."""
    return "" if settings.public_url is None else urlsplit(base_of(settings.public_url)).path


def local_address(settings: Settings) -> str:
    """Where the service is reached from this machine itself: below the same path as from outside, so that nothing of
    that path is taken for an address of the service."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - read here, not listened on
    host = everywhere.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}{path_of(settings)}"


def spreadsheets_site(settings: Settings) -> str:
    """Where a browser finds the spreadsheets. A sandbox, which alone is asked with plain http, shows its own."""
    is_sandbox = urlsplit(settings.sheets_base_url).scheme == "http"
    return settings.sheets_base_url.rstrip("/") if is_sandbox else GOOGLE_DOCS


def is_local(url: str) -> bool:
    """Whether the address leads to this machine or its own network only."""
    host = urlsplit(url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local"))
    return address.is_loopback or address.is_private or address.is_link_local or address.is_unspecified
