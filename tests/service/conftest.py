from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """The service, running, against a sandbox of its own."""
    shop = Shop(tmp_path).start()
    yield shop
    shop.close()
