"""The clients that call somebody outside, made from the settings."""

from contextlib import suppress

import httpx
from sqlalchemy.exc import SQLAlchemyError

from connector.clock import Clock
from connector.gateways.whapi.client import WhapiClient
from connector.language import ShopLanguage, speak
from connector.observer import UNOBSERVED, Observer
from connector.settings import TOP, Settings
from connector.sheets.account import DEFAULT, GoogleAccount, Metered
from connector.sheets.budget import Budget
from connector.sheets.client import SheetsApi
from connector.sheets.columns import Tab
from connector.sheets.credentials import load_credentials
from connector.sheets.overview import Overview, read_zone
from connector.sheets.quota import LIMIT
from connector.sheets.recognise_tab import IsOurs
from connector.sheets.workbook import Workbook
from connector.store import orders
from connector.store.commit import StoreClosedError
from connector.store.database import Database
from connector.store.time_zones import get_locale, put_zone

SHOP = "default"
"""The one shop of a service without SHOPS_FILE. Every row of the store says whose it is."""


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


def known_ids(database: Database, shop: str) -> IsOurs:
    """Tells which order ids the store knows as the shop's."""

    def is_ours(order_ids: list[str]) -> set[str]:
        with database.read() as connection:
            return orders.known_order_ids(connection, shop, order_ids)

    return is_ours


def keep_overview(database: Database, spreadsheet_id: str, overview: Overview) -> None:
    """Has the store know the spreadsheet's zone and locale before it is looked at again."""
    if read_zone(overview.time_zone) is not None:
        database.write(lambda connection: put_zone(connection, spreadsheet_id, overview.time_zone, overview.locale))


def speak_as_stored(settings: Settings, database: Database) -> None:
    """For a command: from now on speaks the language of a shop, as far as its settings and the store tell it."""
    language = ShopLanguage(settings.language)
    # Where the database fails, what needs it says so.
    with suppress(SQLAlchemyError, StoreClosedError), database.read() as connection:
        language.saw(get_locale(connection, settings.spreadsheet_id))
    if language.is_known:
        speak(language.now)


def given_titles(settings: Settings) -> dict[Tab, str]:
    """The names of tabs that are set."""
    given = {Tab.ORDERS: settings.orders_tab, Tab.ITEMS: settings.items_tab}
    return {tab: title for tab, title in given.items() if title is not None}


def build_workbook(
    settings: Settings,
    database: Database,
    api: SheetsApi,
    clock: Clock,
    *,
    shop: str = SHOP,
    language: ShopLanguage | None = None,
) -> Workbook:
    """The spreadsheet of the settings; the store tells it which order ids are ours, and keeps its zone and locale."""

    return Workbook(
        api,
        settings.spreadsheet_id,
        titles=given_titles(settings),
        is_ours=known_ids(database, shop),
        clock=clock,
        time_zone=settings.timezone,
        language=language or ShopLanguage(settings.language),
        overview_read=lambda overview: keep_overview(database, settings.spreadsheet_id, overview),
        newest_first=settings.new_rows == TOP,
    )
