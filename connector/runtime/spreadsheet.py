"""A shop's spreadsheet, as its settings and the store know it: which orders are its own, its zone, its language."""

from contextlib import suppress
from datetime import tzinfo

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from connector.clock import Clock
from connector.language import ShopLanguage, speak
from connector.settings import SHOP, TOP, Settings
from connector.sheets.client import SheetsApi
from connector.sheets.columns import Tab
from connector.sheets.overview import Overview, read_zone
from connector.sheets.recognise_tab import IsOurs
from connector.sheets.workbook import Workbook
from connector.store import orders
from connector.store.commit import StoreClosedError
from connector.store.database import Database
from connector.store.time_zones import get_locale, get_zone, put_zone


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


def stored_zone(connection: Connection, settings: Settings) -> tzinfo | None:
    """What dates are written in: TIMEZONE, or else the spreadsheet's zone as it was last seen; None if it never was."""
    if settings.timezone is not None:
        return settings.timezone
    name = get_zone(connection, settings.spreadsheet_id)
    return None if name is None else read_zone(name)


def speak_as_stored(settings: Settings, database: Database) -> None:
    """For a command: from now on speaks the language of a shop, as far as its settings and the store tell it."""
    language = ShopLanguage(settings.language)
    # Where the database fails, what needs it says so.
    with suppress(SQLAlchemyError, StoreClosedError), database.read() as connection:
        language.saw(get_locale(connection, settings.spreadsheet_id))
    if language.is_known:
        speak(language.current)


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
