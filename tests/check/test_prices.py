"""Prices of the latest orders that look as if they were counted in thousandths."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.checks.storage import check_prices
from connector.findings import Finding, Level
from connector.models import Item, NewOrder
from connector.settings import SHOP
from connector.store import intake
from tests.check.place import Place

NOW = datetime(2026, 11, 23, 9, 40, tzinfo=UTC)
SAID = (
    "The prices of the latest 3 orders in EUR look 1000 times too high: 2500 a piece on average. If they are, set "
    "ITEM_PRICE_DIVISOR=1000; if they are right, set ITEM_PRICE_DIVISOR=1, and this is not said again."
)


def store(place: Place, *prices: float, currency: str = "EUR") -> None:
    """An order with one item for each price."""
    loaves = [Item(name="Rye loaf", quantity=1, price=price, currency=currency) for price in prices]
    orders = [NewOrder(order_id=str(number), received_at=NOW, items=(loaf,)) for number, loaf in enumerate(loaves)]
    place.database.write(lambda connection: intake.add_orders(connection, SHOP, orders, now=NOW, grace=timedelta()))


def test_several_orders_with_prices_that_look_multiplied_are_a_warning(place: Place) -> None:
    store(place, 4500, 1500, 1500)

    assert list(check_prices(place.database, place.settings, shop="default")) == [
        Finding("prices", Level.WARNING, SAID)
    ]


@pytest.mark.parametrize("prices", [(), (4500, 1500), (4500, 1500, 1500, 4.5), (999, 4500, 4500)])
def test_nothing_is_said_of_few_orders_or_of_prices_as_people_pay_them(place: Place, prices: tuple[float, ...]) -> None:
    store(place, *prices)

    assert list(check_prices(place.database, place.settings, shop="default")) == []


@pytest.mark.parametrize("currency", ["IDR", "VND", "KRW", "COP", "CLP", "IRR", "INR", "JPY"])
def test_nothing_is_said_of_currencies_in_which_goods_cost_thousands(place: Place, currency: str) -> None:
    store(place, 45_000, 12_000, 139_000, 8_500, currency=currency)

    assert list(check_prices(place.database, place.settings, shop="default")) == []


@pytest.mark.parametrize("divisor", ["1", "1000"])
def test_nothing_is_said_where_somebody_has_set_the_divisor(place: Place, divisor: str) -> None:
    store(place, 4500, 1500, 1500)
    place.set(item_price_divisor=divisor)

    assert list(check_prices(place.database, place.settings, shop="default")) == []
