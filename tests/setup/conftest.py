from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.service_process import free_port
from tests.setup.desk import Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A merchant in an empty folder, with an account at each of the sandbox's services."""
    desk = Desk(tmp_path, free_port(), monkeypatch)
    yield desk
    assert desk.sandbox.whapi.settings.resets == 0
    desk.sandbox.stop()
