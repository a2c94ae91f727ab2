"""One shop for all tests of a module that tell its customers something."""

from collections.abc import Iterator

import pytest

from tests.customers.day import Day
from tests.service.shop import Shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("shop"))
    shop.sandbox.google.quota.enabled = False
    yield shop.start()
    shop.close()


@pytest.fixture
def day(shop: Shop) -> Day:
    return Day(shop)
