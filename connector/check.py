"""Tests the configuration for real: each check asks the thing itself and answers in one sentence."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from connector.clock import SystemClock
from connector.config import Settings, SettingsError, load_settings
from connector.events.address import RefusedAddressError, addresses_for
from connector.logs import Redactor
from connector.service import sheets_api, whapi_client
from connector.sheets import tabs, tags
from connector.sheets.columns import Tab
from connector.sheets.credentials import CredentialsError
from connector.sheets.errors import SheetsError
from connector.sheets.layout import read_layout
from connector.sheets.marker import Marker
from connector.store.database import Database, StoreError
from connector.sync.guards import CHANGED, prove_guard
from connector.whapi.client import AUTHORISED, CHANNEL_STATES
from connector.whapi.errors import WhapiError


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    name: str
    holds: bool
    sentence: str
    """What holds; or what is wrong, and how to mend it."""


class _WrongError(Exception):
    """Something is wrong. The text says what, and how to mend it."""


def run_checks() -> Iterator[Finding]:
    """All checks, in the order in which things must be mended. A failed one leaves out those that build on it."""
    try:
        settings = load_settings()
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("settings", holds=False, sentence=problem)
        return
    yield Finding("settings", holds=True, sentence="All settings that are needed are there.")
    redact = Redactor(settings.secrets).text
    for name, group in _GROUPS:
        for finding in _run_group(name, group, settings):
            yield Finding(finding.name, finding.holds, redact(finding.sentence))


Check = Callable[[Settings], str]
"""Returns the sentence that holds; an empty one where there is nothing to check."""


def _run_group(name: str, checks: list[Check], settings: Settings) -> Iterator[Finding]:
    for check in checks:
        try:
            sentence = check(settings)
        except (_WrongError, StoreError, CredentialsError, SheetsError, WhapiError) as error:
            yield Finding(name, holds=False, sentence=str(error))
            return
        if sentence:
            yield Finding(name, holds=True, sentence=sentence)


def _database(settings: Settings) -> str:
    database = Database(settings.database_url)
    database.close()
    return "The database can be opened."


def _key_file(settings: Settings) -> str:
    return f"The key belongs to {sheets_api(settings).account}."


def _spreadsheet(settings: Settings) -> str:
    api = sheets_api(settings)
    book = tabs.read_book(api, settings.spreadsheet_id)
    return f"Google gives a token, and the spreadsheet can be read. Its time zone is {book.time_zone}."


def _writable(settings: Settings) -> str:
    """Proves in one go that the connector may write, and which guard keeps rows from being written twice."""
    api = sheets_api(settings)
    book = tabs.read_book(api, settings.spreadsheet_id)
    database = Database(settings.database_url)
    try:
        guard = prove_guard(database, api, settings.spreadsheet_id, book.sheets[0].sheet_id, clock=SystemClock())
    finally:
        database.close()
    if guard.name != Marker.name:
        return CHANGED
    return "The spreadsheet can be written, and Google refuses a second marker with the same id."


def _tabs(settings: Settings) -> str:
    layout = read_layout(sheets_api(settings).find_metadata(settings.spreadsheet_id, tags.LOOKUPS))
    missing = [tab for tab in Tab if tab not in layout.tabs]
    if missing:
        return "The tabs are not there yet. They are made with the first order."
    return "The tabs and their columns are found."


def _channel(settings: Settings) -> str:
    client = whapi_client(settings)
    try:
        state = client.channel_state()
    finally:
        client.close()
    if state != AUTHORISED:
        raise _WrongError(CHANNEL_STATES.get(state, f"The channel is in the unknown state {state}."))
    return "Whapi accepts the token, and the channel is connected."


def _receivers(settings: Settings) -> str:
    """Nothing is sent to them: a workflow might take it for an event."""
    for target in settings.event_targets:
        url = target.url
        port = url.port or (443 if target.is_secure else 80)
        try:
            addresses_for(
                url.raw_host.decode(), port, is_secure=target.is_secure, allow_private=settings.events_allow_private
            )
        except RefusedAddressError as error:
            raise _WrongError(f"{target.name}: {error}") from None
        except OSError:
            raise _WrongError(f"{target.name}: The receiver's name leads nowhere. Compare EVENTS_URL.") from None
    names = ", ".join(target.name for target in settings.event_targets)
    return f"Events may be sent to {names}. Nothing was sent now." if names else ""


_GROUPS: list[tuple[str, list[Check]]] = [
    ("database", [_database]),
    ("google", [_key_file, _spreadsheet, _writable, _tabs]),
    ("whapi", [_channel]),
    ("events", [_receivers]),
]
