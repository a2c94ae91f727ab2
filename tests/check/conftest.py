from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.store.database import Database
from tests.check.place import Place, make_place


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, migrated once."""
    path = tmp_path_factory.mktemp("template") / "connector.db"
    Database(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def place(tmp_path: Path, kept: Path, template: Path) -> Iterator[Place]:
    place = make_place(tmp_path, kept, template)
    yield place
    place.database.close()
    place.sandbox.stop()
