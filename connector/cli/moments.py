"""Times as the command line shows and reads them: in the zone of the sheet, which is named with them."""

from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from sqlalchemy import Connection

from connector.runtime.clients import sheets_api
from connector.runtime.spreadsheet import stored_zone
from connector.settings import Settings
from connector.sheets.credentials import CredentialsError
from connector.sheets.errors import SheetsError
from connector.sheets.overview import read_overview, read_zone

_PATIENCE = 5.0
"""Seconds that Google has to say the zone. A command that only lists is of use without."""


def zone_of(connection: Connection, settings: Settings) -> tzinfo:
    """TIMEZONE, or else the spreadsheet's own: as it was when the service last saw it, or as Google says if it never
    did; UTC where nobody says."""
    if (zone := stored_zone(connection, settings)) is not None:
        return zone
    try:
        api = sheets_api(replace(settings, google_timeout=min(settings.google_timeout, _PATIENCE)))
        return read_zone(read_overview(api, settings.spreadsheet_id).time_zone) or UTC
    except (CredentialsError, SheetsError):
        return UTC


def name_of(zone: tzinfo) -> str:
    """Such as `Europe/Berlin` or `UTC-07:00`."""
    return str(zone)


def minute(moment: datetime, zone: tzinfo) -> str:
    """The time to the minute. Whoever shows it names the zone beside it."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
