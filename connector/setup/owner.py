"""Makes this installation the one that writes into the spreadsheet."""

from connector.checks.failure import sentence_of
from connector.clock import SystemClock
from connector.jobs.guards import current_guard
from connector.jobs.ownership import Ownership, name_of, waits_sentence
from connector.runtime import build_workbook, sheets_api
from connector.settings import Settings
from connector.setup.talk import Talk
from connector.sheets.columns import Tab
from connector.sheets.credentials import CredentialsError
from connector.sheets.errors import SheetsError
from connector.sheets.owner import Owner
from connector.store.database import Database


def owner_step(settings: Settings, database: Database, talk: Talk) -> None:
    """Where another installation writes into the spreadsheet, asks which one it shall be."""
    clock = SystemClock()
    api = sheets_api(settings)
    ownership = Ownership(database, api, settings.spreadsheet_id, clock=clock)
    try:
        other = ownership.other_owner(build_workbook(settings, database, api, clock).layout())
        if other is None:
            return
        sentence = waits_sentence(other)
        if not talk.asks:
            talk.wrong(sentence)
        elif talk.ask(f"{sentence} Take it over now? (yes or no)", default="no").strip().casefold() in {"yes", "y"}:
            _say(talk, take_over(settings, database))
        else:
            talk.wrong(sentence)
    except SheetsError as error:
        talk.wrong(sentence_of(error))


def take_over_step(settings: Settings, talk: Talk) -> bool:
    """Takes the spreadsheet over, whoever has it; whether that went well. Raises StoreError."""
    database = Database(settings.database_url)
    try:
        _say(talk, take_over(settings, database))
    except (CredentialsError, SheetsError) as error:
        talk.wrong(sentence_of(error))
    finally:
        database.close()
    return not talk.complaints


def take_over(settings: Settings, database: Database) -> Owner | None:
    """Takes the spreadsheet over; returns who had it, if that was another installation. Raises SheetsError.

    A service that runs on this database finds out with its next look, and goes on from there.
    """
    clock = SystemClock()
    api = sheets_api(settings)
    layout = build_workbook(settings, database, api, clock).layout()
    sheet_id = layout.tabs[Tab.ORDERS].sheet_id
    chosen = current_guard(database, api, settings.spreadsheet_id, sheet_id, clock=clock)
    ownership = Ownership(database, api, settings.spreadsheet_id, clock=clock)
    other = ownership.other_owner(layout)
    ownership.hold(layout, chosen, sheet_id)
    return other


def _say(talk: Talk, other: Owner | None) -> None:
    if other is None:
        talk.right("This installation writes into the spreadsheet.")
    else:
        talk.right(
            f"This installation writes into the spreadsheet from now on. Stop the other one, {name_of(other)}: Google "
            "refuses what it sends."
        )
