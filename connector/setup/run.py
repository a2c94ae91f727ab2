"""Goes through the steps of setup, in the order in which each builds on the one before."""

from connector.checks.failure import sentence_of
from connector.clock import SystemClock
from connector.gateways.whapi.errors import WhapiError
from connector.gateways.whapi.webhooks import webhook_url
from connector.jobs.guards import current_guard
from connector.jobs.ownership import Ownership, name_of, waits_sentence
from connector.runtime.addresses import local_address
from connector.runtime.clients import SHOP, build_workbook, sheets_api
from connector.runtime.service import build_service
from connector.runtime.shop import Shop
from connector.settings import ENV_FILE, HOW_TO_GET, Settings
from connector.setup.env_file import tighten
from connector.setup.steps import KEY_FILE, google_step, password_step, public_url_step, secret_step, token_step
from connector.setup.talk import Talk, Values
from connector.setup.webhook import NotArrivedError, Registered, register, try_webhook
from connector.sheets.columns import Tab
from connector.sheets.credentials import CredentialsError, load_credentials
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.owner import Owner
from connector.store.database import Database

_TRIES = 3
_REGISTERED = {
    Registered.NOTHING: "The webhook to {url} is registered at Whapi.",
    Registered.ADDED: "The webhook to {url} was registered at Whapi.",
    Registered.RENEWED: "The webhook to {url} was renewed at Whapi.",
}


def owner_step(settings: Settings, database: Database, talk: Talk, *, shop: str) -> None:
    """Where another installation writes into the spreadsheet, asks which one it shall be."""
    clock = SystemClock()
    api = sheets_api(settings)
    ownership = Ownership(database, api, settings.spreadsheet_id, clock=clock)
    try:
        other = ownership.other_owner(build_workbook(settings, database, api, clock, shop=shop).layout())
        if other is None:
            return
        sentence = waits_sentence(other)
        if not talk.asks:
            talk.wrong(sentence)
        elif talk.ask(f"{sentence} Take it over now? (yes or no)", default="no").strip().casefold() in {"yes", "y"}:
            _say(talk, take_over(settings, database, shop=shop))
        else:
            talk.wrong(sentence)
    except SheetsError as error:
        talk.wrong(sentence_of(error))


def take_over_step(settings: Settings, talk: Talk, *, shop: str) -> bool:
    """Takes the spreadsheet over from its present owner, if any; returns whether that went well. Raises StoreError."""
    database = Database(settings.database_url)
    try:
        _say(talk, take_over(settings, database, shop=shop))
    except (CredentialsError, SheetsError) as error:
        talk.wrong(sentence_of(error))
    finally:
        database.close()
    return not talk.complaints


def take_over(settings: Settings, database: Database, *, shop: str) -> Owner | None:
    """Takes the spreadsheet over; returns who had it, if that was another installation. Raises SheetsError.

    A service that runs on this database finds out with its next look, and goes on from there.
    """
    clock = SystemClock()
    api = sheets_api(settings)
    layout = build_workbook(settings, database, api, clock, shop=shop).layout()
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


def missing(values: Values) -> list[str]:
    """A sentence for each thing that nobody but the user can give and that isn't there."""
    needed = ("WHAPI_TOKEN", "SPREADSHEET_ID")
    problems = [f"{name} is not set. {HOW_TO_GET[name]}" for name in needed if values.get(name) is None]
    try:
        load_credentials(values.get("GOOGLE_CREDENTIALS") or KEY_FILE)
    except CredentialsError as error:
        problems.append(str(error))
    return problems


def run_setup(talk: Talk, values: Values) -> bool:
    """Sets everything up; whether all is well at the end.

    Raises SettingsError where a setting that it doesn't ask for is wrong, StoreError, EnvFileError, and CannotAskError
    where something is missing or wrong and nobody can be asked.
    """
    if tighten(values.path):
        talk.right(f"{values.path} could be read by other users of this machine. Now only you can read it.")
    first = values.settings()
    database = Database(first.database_url)
    try:
        token_step(values, talk)
        google_step(
            values, talk, lambda address: prepare_tabs(values.settings(spreadsheet_id=address), database, shop=SHOP)
        )
        owner_step(values.settings(), database, talk, shop=SHOP)
        public_url_step(values, talk, local=local_address(first), whapi_base_url=first.whapi_base_url)
        secret_step(values, talk)
        password_step(values, talk)
        _webhook(values.settings(), database, talk)
    finally:
        database.close()
    for name in values.overruled():
        talk.wrong(
            f"The environment has another {name} than {values.path}, and it wins. Take it out of the environment."
        )
    return not talk.complaints


def summary_step(settings: Settings, talk: Talk, *, shop: str) -> bool:
    """Makes the tab Summary anew, in place of the one that the connector made before; whether that went well.

    Raises StoreError.
    """
    database = Database(settings.database_url)
    try:
        workbook = build_workbook(settings, database, sheets_api(settings), SystemClock(), shop=shop)
        talk.right(f"The tab {workbook.make_summary()} was made.")
    except (CredentialsError, SheetsError) as error:
        talk.wrong(sentence_of(error))
    finally:
        database.close()
    return not talk.complaints


def prepare_tabs(settings: Settings, database: Database, *, shop: str) -> str:
    """Makes the tabs as the first order would, and proves that nothing can be written twice. Changes nothing where that
    was done before. Raises SheetsError."""
    api, clock = sheets_api(settings), SystemClock()
    workbook = build_workbook(settings, database, api, clock, shop=shop)
    for left in reversed(range(_TRIES)):
        try:
            layout = workbook.layout()
        except SheetsError as error:
            # A running service makes the tabs too, and may have come first.
            if error.kind is not Kind.STALE or not left:
                raise
        else:
            break
    current_guard(database, api, settings.spreadsheet_id, layout.tabs[Tab.ORDERS].sheet_id, clock=clock)
    return f"The spreadsheet can be written, and its tabs {settings.orders_tab} and {settings.items_tab} are ready."


def _webhook(settings: Settings, database: Database, talk: Talk) -> None:
    talk.title("Webhook")
    if settings.public_url is None:
        talk.say(
            "PUBLIC_URL is not set, so no webhook was registered at Whapi. Let Make, n8n or what else you use send "
            f"each order to {local_address(settings)}/orders, as an HTTP request with the header X-Webhook-Secret "
            f"and the value of WEBHOOK_SECRET from {ENV_FILE}. To have Whapi send orders itself, put "
            f"PUBLIC_URL=https://... into {ENV_FILE} and run setup again."
        )
        return
    url = webhook_url(settings.public_url)
    service = build_service(settings, database)
    try:
        talk.right(registered(service.only, url))
        talk.right(try_webhook(settings, service))
    except (WhapiError, NotArrivedError) as error:
        talk.wrong(sentence_of(error))
    finally:
        service.close()


def registered(shop: Shop, url: str) -> str:
    """Registers the shop's webhook, and says what had to be done. Raises WhapiError."""
    return _REGISTERED[register(shop.whapi, url, shop.settings.webhook_secret)].format(url=url)
