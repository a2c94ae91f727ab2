from dataclasses import fields
from pathlib import Path

import pytest

from connector.settings import Settings
from tests.shops.place import Place


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """An empty working directory and an environment without our variables."""
    monkeypatch.chdir(tmp_path)
    for field in fields(Settings):
        monkeypatch.delenv(field.name.upper(), raising=False)
    return Place(tmp_path)
