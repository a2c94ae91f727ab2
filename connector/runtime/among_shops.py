"""What has to be done for all shops together, because one by one it would cost too much."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from connector.clock import Clock
from connector.jobs.problem_events import shops_to_tell_of
from connector.jobs.scheduler import Job, Wait
from connector.runtime.shop import Shop
from connector.sheets.account import GoogleAccount
from connector.sheets.owner import SILENT_AFTER
from connector.sheets.quota import WINDOW, Quota
from connector.store import batches
from connector.store.database import Database


def silent_after(account: GoogleAccount, shops: Mapping[str, Shop]) -> timedelta:
    """What the nameplates of an account's spreadsheets say. An idle one is renewed twice in this time: of many shops no
    more than two a minute, which is all that may be spent on it."""
    return max(SILENT_AFTER, sum(shop.account is account for shop in shops.values()) * timedelta(minutes=1))


def count_earlier(database: Database, shops: Mapping[str, Shop], clock: Clock, *, accounts: Collection[str]) -> None:
    """What the process before this one wrote in the last minute counts against the budgets of its accounts. On
    PostgreSQL more than that is known (`jobs/ledger.py`)."""
    if not database.is_sqlite:
        return
    now = clock.now()
    with database.read() as connection:
        made = batches.made_since(connection, now - timedelta(seconds=WINDOW))
    for name, at in made:
        if name in shops and shops[name].account.email in accounts:
            for quota in Quota:
                shops[name].account.budget.count_earlier(quota, ago=max((now - at).total_seconds(), 0.0))


def tell_of_problems(database: Database, shops: Mapping[str, Shop], wait: Wait) -> None:
    """Tells by events of the problems of all shops."""
    for name in shops_to_tell_of(database, {name: shop.problem_events for name, shop in shops.items()}):
        faults = shops[name].work.faults
        with faults.at_work(), faults.caught(Job.PROBLEM_EVENTS):
            shops[name].problem_events.run(wait)


def tell_locales(shops: Mapping[str, Shop], locales: Mapping[str, str]) -> None:
    """Tells the shops the locales of their spreadsheets, which the store has by the spreadsheets' ids."""
    for shop in shops.values():
        shop.context.language.saw(locales.get(shop.settings.spreadsheet_id))
