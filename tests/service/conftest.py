from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.shop import Shop
from tests.service.standing import Standing


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """The service, running, against a sandbox of its own."""
    shop = Shop(tmp_path).start()
    yield shop
    shop.close()


@pytest.fixture(scope="module")
def standings() -> Iterator[list[Standing]]:
    """The one that is lent; none at first, and none after a test that has spoilt it."""
    standings: list[Standing] = []
    yield standings
    for standing in standings:
        standing.shop.close()


@pytest.fixture
def standing(standings: list[Standing], tmp_path: Path) -> Iterator[Standing]:
    """The service with a row in its sheet, as other tests have left it."""
    if not standings:
        standings.append(Standing(Shop(tmp_path).start()))
    yield standings[0]
    if not standings[0].has_settled():
        standings.pop().shop.close()
