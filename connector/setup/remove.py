"""Removes one shop of several: it takes no more orders, what is open is settled, and then its entry goes.

Each step leaves a state from which the next run goes on, so that a process may die at any moment:

1. the store says `leaving`: the service refuses what comes in for the shop, and goes on writing;
2. what can be written now is written, by the service or, where none runs, by this process;
3. the webhook is taken away at Whapi;
4. the entry is taken out of the file;
5. the store says `archived`. Only now: a shop that is archived and stands in the file was added again.
"""

import time
from collections.abc import Callable

from connector.checks.failure import sentence_of
from connector.checks.running import takes_nothing_in
from connector.gateways.whapi.errors import WhapiError
from connector.gateways.whapi.webhooks import webhook_url
from connector.jobs.leases import works_elsewhere
from connector.language import gettext as _
from connector.language import number
from connector.runtime.service import Service
from connector.runtime.shop import Shop
from connector.runtime.watch import EVERY
from connector.settings import Settings
from connector.setup.talk import Talk
from connector.setup.webhook import unregister
from connector.sheets.credentials import CredentialsError
from connector.shops.edit import place_of, remove_entry
from connector.shops.settings import ShopEntry
from connector.store import batches, fetching
from connector.store.database import Database
from connector.store.due import count_incomplete
from connector.store.shared_clock import clock_of
from connector.store.shops import ShopState, archive, put_shops
from connector.store.standing import read_standing

PATIENCE = 180.0
"""Seconds for what is open to be settled."""
_TOLD_WITHIN = 15.0
"""Seconds for the running service to learn that the shop is to leave. It looks every three."""
_LOOK_EVERY = 0.3


def remove_shop(operator: Settings, name: str, entry: ShopEntry | None, talk: Talk) -> bool:
    """Removes the shop; whether all of it went well. `entry`: None where it is wrong, so that nothing can be done for
    the shop. Raises EditError, LockError and StoreError: then the next run goes on from there.
    """
    assert operator.shops_file is not None
    database = Database(operator.database_url)
    service = Service(operator, database)
    try:
        database.write(lambda connection: put_shops(connection, [name], ShopState.LEAVING))
        shop = _add_shop(service, entry, talk)
        is_here = not works_elsewhere(database)
        if is_here:
            service.start()
        if is_here and shop is not None:
            service.settle(name)
        if not is_here:
            # Where it can't be asked, it has had the time all the same.
            _until(lambda: takes_nothing_in(operator, name), within=_TOLD_WITHIN)
            if database.path is None:
                time.sleep(2 * EVERY)  # On PostgreSQL there may be others, and nobody says where.
        if shop is not None:
            _until(lambda: not _has_open(database, name), within=PATIENCE)
            if operator.public_url is not None:
                _unregister(shop, webhook_url(operator.public_url), talk)
        place = place_of(operator.shops_file, name)
        if remove_entry(operator.shops_file, name):
            talk.right(_("The entry of {name} was taken out of {place}.").format(name=name, place=place))
        database.write(lambda connection: archive(connection, [name]))
        with database.read() as connection:
            left = count_incomplete(connection, name)
    finally:
        service.close()
    if left:
        talk.wrong(
            _("{left} of its orders are not complete in the sheet, and wait until the shop is added again.").format(
                left=number(left)
            )
        )
    talk.right(
        _("{name} is removed. Its orders stay in the database, and are known if it is added again.").format(name=name)
    )
    return not talk.complaints


def _add_shop(service: Service, entry: ShopEntry | None, talk: Talk) -> Shop | None:
    if entry is None:
        return None
    try:
        return service.add_shop(entry.name, entry.settings, entry.account)
    except CredentialsError as error:
        talk.wrong(str(error))
        return None


def _has_open(database: Database, shop: str) -> bool:
    """Whether something can be done for the shop now, or it isn't known of a batch whether it was written."""
    with database.read() as connection:
        return (
            read_standing(connection, shop).waits_since is not None
            or fetching.count_due(connection, shop, before=clock_of(database).now()) > 0
            or bool(batches.open_batches(connection, shop))
        )


def _unregister(shop: Shop, url: str, talk: Talk) -> None:
    try:
        if unregister(shop.whapi, url, shop.settings.webhook_secret):
            talk.right(_("The webhook to {url} was taken away at Whapi.").format(url=url))
    except WhapiError as error:
        talk.wrong(
            _("{sentence_of} The webhook to {url} may be left at Whapi: take it away in Whapi's panel.").format(
                sentence_of=sentence_of(error), url=url
            )
        )


def _until(is_so: Callable[[], bool], *, within: float) -> None:
    deadline = time.monotonic() + within
    while not is_so() and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY)
