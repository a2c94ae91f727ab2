"""Sets up one shop of several: the steps of setup, and at their end the shop's entry in SHOPS_FILE."""

import time

from sqlalchemy import Connection

from connector.checks.failure import sentence_of
from connector.checks.running import is_served, why_not_alive
from connector.gateways.whapi.errors import WhapiError
from connector.gateways.whapi.webhooks import webhook_url
from connector.language import gettext as _
from connector.runtime.addresses import base_of, local_address
from connector.runtime.service import Service
from connector.runtime.shop import Shop
from connector.runtime.spreadsheet import speak_as_stored
from connector.settings import Settings
from connector.setup.run import forwarders_part, owner_step, prepare_tabs, registered
from connector.setup.shop_values import ShopValues
from connector.setup.steps import google_step, new_secret, password_step, token_step
from connector.setup.talk import Talk
from connector.setup.webhook import NotArrivedError, take_away, try_webhook
from connector.shops.settings import ShopEntry
from connector.store.database import Database
from connector.store.shops import ShopState, known_shops, put_channel, put_shops

_TAKEN_UP_WITHIN = 15.0
"""Seconds for the running service to see a change of the file. It looks every three."""
_LOOK_EVERY = 0.5


def set_up_shop(values: ShopValues, talk: Talk, database: Database) -> bool:
    """Takes the steps for a shop that is new, or looks at one that is there; whether all is well at the end.

    Nothing is written into the file unless all that the shop needs is right. A phone that isn't linked yet and a
    webhook that doesn't arrive can be mended afterwards. Raises SettingsError, StoreError, EditError, and
    CannotAskError where something is wrong and nobody can be asked.
    """
    channel = token_step(values, talk)
    if channel is not None and (holder := _holder(database, values, channel)) is not None:
        talk.wrong(
            _(
                "The channel {channel} is that of the shop {holder}. Give each shop the token of its own channel."
            ).format(channel=channel, holder=holder)
        )
        return False
    before = talk.complaints
    google_step(
        values,
        talk,
        lambda address: prepare_tabs(values.settings(spreadsheet_id=address), database, shop=values.shop),
    )
    speak_as_stored(values.settings(), database)
    owner_step(values.settings(), database, talk, shop=values.shop)
    if talk.complaints > before:
        return False
    talk.title("Shop")
    if values.get("WEBHOOK_SECRET") is None:
        values.keep("WEBHOOK_SECRET", new_secret())
        talk.right(_("A secret for the shop's webhooks was made up."))
    password_step(values, talk)
    entry = values.entry()
    service = Service(values.operator, Database(values.operator.database_url))
    shop = service.add_shop(entry.name, entry.settings, entry.account)
    try:
        if values.operator.public_url is not None:
            _webhook(shop, webhook_url(values.operator.public_url), talk)
        database.write(lambda connection: _know(connection, entry.name, channel))
        if values.write():
            talk.right(_("The shop's entry was written into {path}.").format(path=values.path))
        _try(values, entry, service, talk)
    except WhapiError as error:
        talk.wrong(sentence_of(error))
    finally:
        service.close()
    return not talk.complaints


def _webhook(shop: Shop, url: str, talk: Talk) -> None:
    if not shop.settings.is_forwarded:
        talk.right(registered(shop, url))
    elif (taken := take_away(shop.whapi, url, shop.settings.webhook_secret)) is not None:
        talk.right(taken)


def _try(values: ShopValues, entry: ShopEntry, service: Service, talk: Talk) -> None:
    """Has a test webhook sent, once the service has taken up the entry."""
    operator, settings = values.operator, entry.settings
    base = base_of(operator.public_url or local_address(operator))
    if settings.is_forwarded or operator.public_url is None:
        if not settings.is_forwarded:
            talk.say(_("PUBLIC_URL is not set, so no webhook was registered at Whapi."))
        talk.say(forwarders_part(f"{base}/shops/{entry.name}", "webhook_secret", values.path))
        return
    running = next((at for at in (base, local_address(operator)) if why_not_alive(at) is None), None)
    if running is not None and not _taken_up(running, operator, entry):
        talk.wrong(
            _(
                "The service that runs at {running} has not taken up the shop within "
                "{taken_up_within:g} seconds. See that it has the same SHOPS_FILE, and run setup "
                "--shop {entry} again."
            ).format(running=running, taken_up_within=_TAKEN_UP_WITHIN, entry=entry.name)
        )
        return
    try:
        talk.right(try_webhook(settings, service))
    except NotArrivedError as error:
        talk.wrong(f"{error}".replace("run setup again", f"run setup --shop {entry.name} again"))


def _taken_up(base: str, operator: Settings, entry: ShopEntry) -> bool:
    deadline = time.monotonic() + _TAKEN_UP_WITHIN
    while not is_served(base, operator, entry):
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_EVERY)
    return True


def _holder(database: Database, values: ShopValues, channel: str) -> str | None:
    """The other shop whose channel it is. One that has left, and stands in no file, has none any more."""
    with database.read() as connection:
        known = known_shops(connection)
    shops = values.read()
    return next(
        (
            name
            for name, each in known.items()
            if each.channel_id == channel
            and name != values.shop
            and (each.state is not ShopState.ARCHIVED or name in shops.good or name in shops.out)
        ),
        None,
    )


def _know(connection: Connection, shop: str, channel: str | None) -> None:
    """Makes the shop known with its channel. It is served once the service finds it in the file."""
    if shop not in known_shops(connection):
        put_shops(connection, [shop], ShopState.ARCHIVED)
    if channel is not None:
        put_channel(connection, shop, channel)
