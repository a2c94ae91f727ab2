"""Goes through the steps of setup, in the order in which each builds on the one before."""

import unicodedata
from collections.abc import Callable

from connector.checks.failure import sentence_of
from connector.checks.variables import remarks
from connector.clock import SystemClock
from connector.gateways.whapi.errors import WhapiError
from connector.gateways.whapi.webhooks import PATH, webhook_url
from connector.jobs.guards import current_guard
from connector.jobs.ownership import Ownership, name_of, waits_sentence
from connector.language import ShopLanguage, marked, speaking
from connector.language import gettext as _
from connector.runtime.addresses import base_of, local_address
from connector.runtime.clients import sheets_api, whapi_client
from connector.runtime.service import build_service
from connector.runtime.shop import Shop
from connector.runtime.spreadsheet import build_workbook, given_titles, speak_as_stored
from connector.settings import ENV_FILE, FORWARDER, SHOP, Settings, how_to_get
from connector.setup.address import address_step, bringer_step, other_address
from connector.setup.env_file import tighten
from connector.setup.steps import KEY_FILE, google_step, password_step, secret_step, token_step
from connector.setup.talk import Answers, Talk, Values
from connector.setup.webhook import NotArrivedError, Registered, register, take_away, try_webhook
from connector.sheets.columns import Tab, tab_titles
from connector.sheets.credentials import CredentialsError, load_credentials
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.owner import Owner
from connector.store.database import Database

_TRIES = 3
_REGISTERED = {
    Registered.NOTHING: marked("The webhook to {url} is registered at Whapi."),
    Registered.ADDED: marked("The webhook to {url} was registered at Whapi."),
    Registered.RENEWED: marked("The webhook to {url} was renewed at Whapi."),
}


def _is_yes(answer: str) -> bool:
    """In English or in the language that is spoken, with or without its accents."""
    return _plain(answer) in {"yes", "y", _plain(_("yes"))}


def _plain(word: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", word.strip().casefold()) if sign.isalpha())


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
        elif _is_yes(
            talk.ask(_("{sentence} Take it over now? (yes or no)").format(sentence=sentence), default=_("no"))
        ):
            talk.right(_owner_sentence(take_over(settings, database, shop=shop)))
        else:
            talk.wrong(sentence)
    except SheetsError as error:
        talk.wrong(sentence_of(error))


def take_over_step(settings: Settings, talk: Talk, *, shop: str) -> bool:
    """Takes the spreadsheet over from its present owner, if any; whether that went well. Raises StoreError."""
    return _alone(settings, talk, lambda database: _owner_sentence(take_over(settings, database, shop=shop)))


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


def _owner_sentence(before: Owner | None) -> str:
    if before is None:
        return _("This installation writes into the spreadsheet.")
    return _(
        "This installation writes into the spreadsheet from now on. Stop the other one, "
        "{name_of}: Google refuses what it sends."
    ).format(name_of=name_of(before))


def missing(values: Values) -> list[str]:
    """A sentence for each thing that nobody but the user can give and that isn't there."""
    needed = ("WHAPI_TOKEN", "SPREADSHEET_ID")
    problems = [
        _("{name} is not set. {how_to_get}").format(name=name, how_to_get=how_to_get(name))
        for name in needed
        if values.get(name) is None
    ]
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
        talk.right(
            _("{path} could be read by other users of this machine. Now only you can read it.").format(path=values.path)
        )
    for finding in remarks(values.path):
        talk.say(finding.sentence)
    first = values.settings()
    database = Database(first.database_url)
    try:
        token_step(values, talk)
        google_step(
            values, talk, lambda address: prepare_tabs(values.settings(spreadsheet_id=address), database, shop=SHOP)
        )
        speak_as_stored(values.settings(), database)
        owner_step(values.settings(), database, talk, shop=SHOP)
        bringer_step(values, talk)
        address = address_step(values, talk, local=local_address(first))
        secret_step(values, talk)
        password_step(values, talk)
        _webhook(values, address, database, talk)
    finally:
        database.close()
    for name in values.overruled():
        talk.wrong(
            _("The environment has another {name} than {path}, and it wins. Take it out of the environment.").format(
                name=name, path=values.path
            )
        )
    return not talk.complaints


def summary_step(settings: Settings, talk: Talk, *, shop: str) -> bool:
    """Makes the tab Summary anew, in place of the one that the connector made before; whether that went well.

    Raises StoreError.
    """

    def make(database: Database) -> str:
        workbook = build_workbook(settings, database, sheets_api(settings), SystemClock(), shop=shop)
        return _("The tab {make_summary} was made.").format(make_summary=workbook.make_summary())

    return _alone(settings, talk, make)


def column_step(settings: Settings, talk: Talk, *, shop: str, key: str) -> bool:
    """Adds an optional column to a tab that was made without it; whether that went well. Raises StoreError."""

    def add(database: Database) -> str:
        return build_workbook(settings, database, sheets_api(settings), SystemClock(), shop=shop).add_column(key)

    return _alone(settings, talk, add)


def _alone(settings: Settings, talk: Talk, step: Callable[[Database], str]) -> bool:
    """Takes a step without the others, and says what it says; whether that went well. Raises StoreError."""
    database = Database(settings.database_url)
    try:
        talk.right(step(database))
    except (CredentialsError, SheetsError) as error:
        talk.wrong(sentence_of(error))
    finally:
        database.close()
    return not talk.complaints


def prepare_tabs(settings: Settings, database: Database, *, shop: str) -> str:
    """Makes the tabs as the first order would, and proves that nothing can be written twice. Changes nothing where that
    was done before. Raises SheetsError."""
    api, clock = sheets_api(settings), SystemClock()
    language = ShopLanguage(settings.language)
    workbook = build_workbook(settings, database, api, clock, shop=shop, language=language)
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
    given = given_titles(settings)
    with speaking(layout.words.spoken):
        titles = {tab: tab_titles(given, tab)[0] for tab in Tab}
    return _("The spreadsheet can be written, and its tabs {orders_tab} and {items_tab} are ready.").format(
        orders_tab=titles[Tab.ORDERS], items_tab=titles[Tab.ITEMS]
    )


def _webhook(values: Answers, address: str | None, database: Database, talk: Talk) -> None:
    """Registers the webhook and sees a test arrive. An address is kept once something has arrived there, or if it is
    not known to be at fault; else it is asked for anew."""
    talk.title("Webhook")
    settings = values.settings(public_url=address) if address else values.settings()
    if settings.is_forwarded:
        _no_webhook(settings, talk)
        return
    if settings.public_url is None:
        talk.say(
            _(
                "PUBLIC_URL is not set, so no webhook was registered at Whapi, and no order comes "
                "from there. Once you have an address, put PUBLIC_URL=https://... into {env_file} "
                "and run setup again. If Make, n8n or what else you use sends the orders, put "
                "ORDERS_FROM={forwarder} there."
            ).format(env_file=ENV_FILE, forwarder=FORWARDER)
        )
        return
    assert address is not None
    while (lost := _register(values.settings(public_url=address), database, talk)) is not None:
        talk.wrong_answer(lost)
        other = other_address(values, talk, address)
        if other is None:
            talk.complaints += 1
            break
        address = other
    values.keep("PUBLIC_URL", address)


def _register(settings: Settings, database: Database, talk: Talk) -> str | None:
    """Registers the webhook at an address and says what came of it; a sentence if nothing arrived there, and somebody
    can be asked for another."""
    assert settings.public_url is not None
    service = build_service(settings, database)
    try:
        talk.right(registered(service.only, webhook_url(settings.public_url)))
        talk.right(try_webhook(settings, service))
    except NotArrivedError as error:
        if error.is_lost and talk.can_ask:
            return str(error).removesuffix(_(", and run setup again.")) + _("; or see that the address is right.")
        talk.wrong(str(error))
    except WhapiError as error:
        talk.wrong(sentence_of(error))
    finally:
        service.close()
    return None


def _no_webhook(settings: Settings, talk: Talk) -> None:
    """A forwarder brings the orders: ours is taken away at Whapi, if it is there, and the forwarder is explained."""
    if settings.public_url is not None:
        client = whapi_client(settings)
        try:
            taken = take_away(client, webhook_url(settings.public_url), settings.webhook_secret)
            if taken is not None:
                talk.right(taken)
        except WhapiError as error:
            talk.wrong(sentence_of(error))
        finally:
            client.close()
    talk.say(forwarders_part(base_of(settings.public_url or local_address(settings)), "WEBHOOK_SECRET", ENV_FILE))


def forwarders_part(base: str, name: str, place: object) -> str:
    """What the forwarder has to do. `name`: of the setting that holds the secret."""
    return _(
        "Let the forwarder send each order to {base}/orders, or what Whapi sent it, "
        "unchanged, to {base}{path}: as an HTTP request with the header X-Webhook-Secret and "
        "the value of {name} from {place}."
    ).format(base=base, path=PATH, name=name, place=place)


def registered(shop: Shop, url: str) -> str:
    """Registers the shop's webhook, and says what had to be done. Raises WhapiError."""
    return _(_REGISTERED[register(shop.whapi, url, shop.settings.webhook_secret)]).format(url=url)
