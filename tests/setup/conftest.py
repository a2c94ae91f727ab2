from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from connector.settings import Settings
from tests.process.service_process import free_port
from tests.setup.agency import Agency, quiet
from tests.setup.desk import Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A merchant in an empty folder, with an account at each of the sandbox's services."""
    desk = Desk(tmp_path, free_port(), monkeypatch)
    yield desk
    assert desk.sandbox.whapi.settings.resets == 0
    desk.sandbox.stop()


@pytest.fixture(params=["shops.toml"])
def agency(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Agency]:
    """The operator of several shops, with an empty folder and accounts at the sandbox's services."""
    monkeypatch.chdir(tmp_path)
    for field in fields(Settings):
        monkeypatch.delenv(field.name.upper(), raising=False)
    quiet(monkeypatch)
    agency = Agency(tmp_path, request.param)
    yield agency
    agency.sandbox.stop()
