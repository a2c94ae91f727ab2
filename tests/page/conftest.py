from collections.abc import Iterator

import pytest

from tests.page.visitor import PASSWORD, Visitor
from tests.service.shop import Shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The service with its status page, running, against a sandbox of its own."""
    folder = tmp_path_factory.mktemp("page")
    # However slow the machine is, a call is not too slow, and failed tries are few, as they double their delay.
    shop = Shop(folder, admin_password=PASSWORD, retry_max_delay=3600, whapi_timeout=30, google_timeout=30).start()
    # The tests of a module share it, and look up more rows together than Google allows in a minute.
    shop.sandbox.google.quota.enabled = False
    yield shop
    shop.close()


@pytest.fixture
def stranger(shop: Shop) -> Iterator[Visitor]:
    visitor = Visitor(shop)
    yield visitor
    visitor.close()


@pytest.fixture
def visitor(stranger: Visitor) -> Visitor:
    """Somebody who has logged in."""
    assert stranger.log_in().status_code == 303
    return stranger


@pytest.fixture
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page looks anew each time, whatever a test before has looked at."""
    monkeypatch.setattr("connector.dashboard.data.SHORTEST", 0.0)
    monkeypatch.setattr("connector.dashboard.data._REST", 0)
