"""A change is noticed without reading, whatever way it came about."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.shops.look import look
from tests.shops.place import Place, entry, shop


def replaced(path: Path) -> None:
    """As editors and deployments do it; size and time of change are those of the old one."""
    old = path.stat()
    draft = path.with_suffix(".draft")
    draft.write_bytes(path.read_bytes())
    os.utime(draft, ns=(old.st_atime_ns, old.st_mtime_ns))
    draft.replace(path)


def made_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


CHANGES: dict[str, Callable[[Path], object]] = {
    "written": lambda path: path.write_text("other", encoding="utf-8"),
    "replaced": replaced,
    "gone": lambda path: path.unlink(),
    "a folder": made_a_folder,
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ["shops/rye.toml", "shops/_common.toml", "token", ".env"])
def test_a_change_of_any_file_is_noticed(place: Place, name: str, change: str) -> None:
    Path("token").write_text("token-of-rye", encoding="utf-8")
    Path(".env").write_text("HOST=127.0.0.1\n", encoding="utf-8")
    place.write_folder(_common="[defaults]", rye=entry(1, whapi_token='"file:token"'))
    read = place.read()
    assert set(read.good) == {"rye"}
    assert not read.look.has_changed()

    CHANGES[change](place.folder / name)

    assert read.look.has_changed()


def test_files_that_come_are_noticed_also_those_that_are_only_named(place: Place) -> None:
    place.write_folder(rye=entry(1, whapi_token='"file:token"'))
    first = place.read().look
    Path("token").write_text("token-of-rye", encoding="utf-8")
    assert first.has_changed()

    second = place.read().look
    place.write_folder(oat=entry(2))

    assert second.has_changed()


def test_a_file_that_takes_the_place_of_a_folder_is_noticed(place: Place) -> None:
    place.write_folder()
    empty = look(str(place.path))
    place.path.rmdir()
    gone = look(str(place.path))
    place.path.write_text(shop("rye", 1), encoding="utf-8")

    assert (empty.has_changed(), gone.has_changed()) == (True, True)


def test_other_files_in_the_folder_do_not_count(place: Place) -> None:
    place.write_folder(rye=entry(1))
    read = place.read()

    (place.path / ".rye.toml.swp").write_text("what an editor keeps", encoding="utf-8")
    (place.path / "notes.txt").write_text("what the operator keeps", encoding="utf-8")

    assert not read.look.has_changed()
