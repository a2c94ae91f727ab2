"""The clients that call somebody outside, made from the settings."""

import httpx

from connector.clock import Clock
from connector.gateways.whapi.client import WhapiClient
from connector.observer import UNOBSERVED, Observer
from connector.settings import Settings
from connector.sheets.account import DEFAULT, GoogleAccount, Metered
from connector.sheets.budget import Budget
from connector.sheets.client import SheetsApi
from connector.sheets.credentials import load_credentials
from connector.sheets.quota import LIMIT


def sheets_api(
    settings: Settings,
    observer: Observer = UNOBSERVED,
    clock: Clock | None = None,
) -> SheetsApi:
    """The client for Google Sheets. Raises CredentialsError."""
    credentials = load_credentials(settings.google_credentials)
    return SheetsApi(
        credentials,
        base_url=settings.sheets_base_url,
        timeout=settings.google_timeout,
        observer=observer,
        clock=clock,
    )


def google_account(
    settings: Settings,
    observer: Observer = UNOBSERVED,
    clock: Clock | None = None,
    *,
    name: str = DEFAULT,
    calls_a_minute: int = LIMIT,
) -> GoogleAccount:
    """The service account of the settings, with a budget of its own. Raises CredentialsError."""
    budget = Budget(limit=calls_a_minute)
    return GoogleAccount(name, sheets_api(settings, Metered(budget, observer), clock), budget)


def whapi_client(
    settings: Settings, observer: Observer = UNOBSERVED, *, shared: httpx.Client | None = None
) -> WhapiClient:
    """The client for the shop's channel. `shared`: connections for all channels; None for some of its own."""
    return WhapiClient(
        settings.whapi_base_url,
        settings.whapi_token,
        timeout=settings.whapi_timeout,
        observer=observer,
        shared=shared,
    )
