from collections.abc import Iterator

import pytest

from tests.service.shop import Shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The service, running, against a sandbox; one for all tests of a module, as an attacker finds it."""
    shop = Shop(tmp_path_factory.mktemp("shop")).start()
    yield shop
    shop.close()
