from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.check.place import Place, make_place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = make_place(tmp_path)
    yield place
    place.database.close()
    place.sandbox.stop()
