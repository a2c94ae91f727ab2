"""The time zone and the locale of each spreadsheet, as Google last named them: a start need not ask before it says
when, and knows in which language."""

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.statements import put
from connector.store.tables import time_zones


def get_zone(connection: Connection, spreadsheet_id: str) -> str | None:
    """Its name, such as `Australia/Sydney`."""
    query = sa.select(time_zones.c.name).where(time_zones.c.spreadsheet_id == spreadsheet_id)
    return connection.execute(query).scalar()


def get_locale(connection: Connection, spreadsheet_id: str) -> str | None:
    """Its name, such as `pt_BR`."""
    query = sa.select(time_zones.c.locale).where(time_zones.c.spreadsheet_id == spreadsheet_id)
    return connection.execute(query).scalar()


def get_locales(connection: Connection) -> dict[str, str]:
    """Of all spreadsheets of which it is known, by their ids."""
    query = sa.select(time_zones.c.spreadsheet_id, time_zones.c.locale).where(time_zones.c.locale.is_not(None))
    return {row.spreadsheet_id: row.locale for row in connection.execute(query)}


def put_zone(connection: Connection, spreadsheet_id: str, name: str, locale: str | None) -> None:
    """`locale`: None where Google named none; what is known stays then."""
    values = {"name": name} | ({} if locale is None else {"locale": locale})
    put(connection, time_zones, {"spreadsheet_id": spreadsheet_id}, values)
