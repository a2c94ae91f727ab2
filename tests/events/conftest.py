from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.events.receiver import SECRET, Receiver
from tests.service.shop import Shop


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def second() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    """Makes shops that send events to receivers; not started yet."""
    shops: list[Shop] = []

    def make(*receivers: Receiver, **settings: Any) -> Shop:
        urls = ", ".join(receiver.url for receiver in receivers)
        values = {"events_url": urls, "events_secret": SECRET, "events_allow_private": True, **settings}
        shops.append(Shop(tmp_path, **values))
        return shops[-1]

    yield make
    for shop in shops:
        shop.close()
