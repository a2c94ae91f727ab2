"""The context of a shop for tests: a store and a clock of the test's own, and settings from nowhere."""

from typing import Any

from connector.clock import Clock, SteadyClock
from connector.events.publisher import NOBODY, Publisher
from connector.jobs.context import ShopContext
from connector.jobs.retry import RetryPolicy
from connector.settings import Settings
from connector.store.database import Database

SHOP = "default"
POLICY = RetryPolicy(10, 3600, 7 * 86_400, jitter=lambda: 0.5)


def shop_context(
    database: Database, clock: Clock, *, events: Publisher = NOBODY, retry: RetryPolicy = POLICY, **settings: Any
) -> ShopContext:
    """`settings`: those that differ from the defaults."""
    needed = {"whapi_token": "token", "spreadsheet_id": "sheet", "webhook_secret": "a secret of some length"}
    return ShopContext(
        shop=SHOP,
        settings=Settings(**needed | settings),
        database=database,
        clock=clock,
        steady=SteadyClock(clock),
        retry=retry,
        events=events,
    )
