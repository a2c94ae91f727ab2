from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.service_process import free_port
from tests.setup.desk import Desk


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where sandboxes share a key, so that none must be made anew."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def desk(tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A merchant in an empty folder, with an account at each of the sandbox's services."""
    desk = Desk(tmp_path, kept, free_port(), monkeypatch)
    yield desk
    assert desk.sandbox.whapi.settings.resets == 0
    desk.sandbox.stop()
