"""The prices of the latest orders: whether they look as if they were counted in thousandths."""

from collections.abc import Iterator

from connector.findings import Finding
from connector.magnitudes import habit
from connector.runtime import SHOP
from connector.settings import Settings
from connector.store import orders as stored
from connector.store.database import Database

_LATEST = 50


def check_prices(database: Database, settings: Settings) -> Iterator[Finding]:
    """Says nothing where all is well, and where ITEM_PRICE_DIVISOR was set: then somebody has looked at the prices."""
    if settings.item_price_divisor is not None:
        return
    with database.read() as connection:
        latest = stored.latest_with_items(connection, SHOP, limit=_LATEST)
    sentence = habit((order.items, order.currency) for order in latest)
    if sentence is not None:
        yield Finding.warning("prices", sentence)
