"""Several shops: what all of them share is checked once, and of each shop whether it is well."""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx

from connector.checks.failure import guarded
from connector.checks.google import check_google_cheaply
from connector.checks.network import check_network
from connector.checks.public import check_public_url
from connector.checks.receivers import check_events
from connector.checks.run import check_with
from connector.checks.running import why_not_alive
from connector.checks.settings import check_files
from connector.checks.storage import check_orders, check_storage
from connector.checks.whapi import check_channel, check_webhook
from connector.findings import Finding, Level
from connector.gateways.whapi.webhooks import HEADER
from connector.language import counted, marked, number
from connector.language import gettext as _
from connector.log import Redactor
from connector.runtime.addresses import local_address
from connector.runtime.service import Service
from connector.runtime.shop import Shop
from connector.settings import Settings
from connector.sheets.credentials import CredentialsError, load_credentials
from connector.shops.settings import ShopEntry, Shops, read_shops
from connector.store.database import Database, StoreError

_AT_ONCE = 8
_FILE, _ACCOUNT, _SHOP = "shops", "account", "shop"
NOT_SERVED = marked("The running service doesn't serve it, though it has had time to. Look at its log.")


def check_shop(shops: Shops, name: str, *, send_alerts: bool = False) -> Iterator[Finding]:
    """All checks of one shop. `send_alerts`: sends a test to each of its addresses."""
    entry = shops.good.get(name)
    if entry is None:
        yield from (Finding.problem(_FILE, sentence) for sentence in shops.out.get(name, ()))
    else:
        yield from check_with(entry.settings, shop=name, is_one_of_many=True, send_alerts=send_alerts)


def check_all(operator: Settings) -> Iterator[Finding]:
    """What is shared; then one finding for each shop that isn't well, and how many are.

    Where the service runs it is asked how the shops are; otherwise each costs one read at Google and two calls at
    Whapi, 50 shops of an account a minute.
    """
    shops = read_shops(operator)
    redact = Redactor([*operator.secrets, *(s for e in shops.good.values() for s in e.settings.secrets)]).text
    try:
        database = Database(operator.database_url)
    except StoreError as error:
        yield Finding.problem("database", redact(str(error)))
        return
    try:
        yield from guarded("database", check_storage(database, operator), redact)
        yield from guarded("files", check_files(operator, database.path), redact)
        yield from check_network(operator)
        yield from guarded("public", check_public_url(operator), redact)
        yield from _file(operator, shops)
        yield from _accounts(shops)
        yield from _each(operator, shops, database)
    finally:
        database.close()


def _file(operator: Settings, shops: Shops) -> Iterator[Finding]:
    yield from (Finding.problem(_FILE, sentence) for sentence in shops.problems)
    if not shops.problems:
        count = len(shops.good) + len(shops.out)
        yield Finding.ok(
            _FILE, _("{shops_file} has {shops}.").format(shops_file=operator.shops_file, shops=_shops(count))
        )


def _accounts(shops: Shops) -> Iterator[Finding]:
    for name, key in shops.accounts.items():
        count = sum(entry.account == name for entry in shops.good.values())
        if not count:
            continue
        try:
            address = load_credentials(key).service_account_email
        except CredentialsError as error:
            yield Finding.problem(_ACCOUNT, f"{name}: {error}")
        else:
            yield Finding.ok(
                _ACCOUNT, _("{name}: {shops} of {address}.").format(name=name, shops=_shops(count), address=address)
            )


def _each(operator: Settings, shops: Shops, database: Database) -> Iterator[Finding]:
    unwell = 0
    for name, sentences in shops.out.items():
        unwell += 1
        yield Finding.problem(_SHOP, f"{name}: {' '.join(sentences)}")
    asked = _of_running if why_not_alive(local_address(operator)) is None else _by_looking
    for name, findings in asked(operator, shops.good.values(), database):
        wrong = [finding for finding in findings if not finding.holds]
        if wrong:
            unwell += 1
            level = Level.PROBLEM if any(finding.level is Level.PROBLEM for finding in wrong) else Level.WARNING
            yield Finding(_SHOP, level, f"{name}: {' '.join(finding.sentence for finding in wrong)}")
    count = len(shops.good) + len(shops.out)
    if count and not unwell:
        yield Finding.ok(
            _SHOP,
            _("{shops}, and all is well.").format(shops=_shops(count))
            if count == 1
            else _("All {count} shops are well.").format(count=number(count)),
        )
    elif count:
        yield Finding.warning(
            _SHOP,
            _("{count} of {shops} are well. check --shop NAME looks closer.").format(
                count=number(count - unwell), shops=_shops(count)
            ),
        )


def _of_running(
    operator: Settings, entries: Iterable[ShopEntry], _database: Database
) -> Iterator[tuple[str, list[Finding]]]:
    """What the service knows that runs at HOST and PORT: it looks at each shop every hour."""
    with httpx.Client(base_url=local_address(operator), timeout=10, trust_env=False) as client:
        for entry in entries:
            redact = Redactor(entry.settings.secrets).text
            try:
                answer = client.get("/readyz", headers={HEADER: entry.settings.webhook_secret})
                problems = answer.json().get("problems")
            except (httpx.HTTPError, ValueError, AttributeError):
                problems = None
            if not isinstance(problems, list):
                yield entry.name, [Finding.warning(_SHOP, _(NOT_SERVED))]
                continue
            level = Level.WARNING if answer.is_success else Level.PROBLEM
            yield entry.name, [Finding(_SHOP, level, redact(str(problem))) for problem in problems]


def _by_looking(
    operator: Settings, entries: Iterable[ShopEntry], database: Database
) -> Iterator[tuple[str, list[Finding]]]:
    service = Service(operator, database)
    broken = {}
    for entry in entries:
        try:
            service.add_shop(entry.name, entry.settings, entry.account)
        except CredentialsError as error:
            broken[entry.name] = [Finding.problem(_SHOP, str(error))]
    yield from broken.items()
    shops = list(service.shops.values())
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="check") as pool:
        for shop, findings in zip(shops, pool.map(lambda shop: list(_look(shop)), shops), strict=True):
            yield shop.name, findings


def _look(shop: Shop) -> Iterator[Finding]:
    budget = shop.account.budget
    while (reservation := budget.take(reads=1, writes=0)) is None:
        time.sleep(budget.may_begin(reads=1, writes=0))
    with reservation, shop.work.faults.speaking():
        yield from guarded("google", check_google_cheaply(shop.account.api, shop.settings), shop.redact)
    spreadsheet = shop.settings.spreadsheet_id
    yield from guarded("orders", check_orders(shop.database, spreadsheet, shop=shop.name), shop.redact)
    yield from guarded("whapi", check_channel(shop.whapi, shop.database, shop=shop.name), shop.redact)
    yield from guarded("webhook", check_webhook(shop.whapi, shop.settings), shop.redact)
    yield from guarded("events", check_events(shop.settings), shop.redact)


def _shops(count: int) -> str:
    return counted("{count} shop", "{count} shops", count)
