"""What the pages call by its name is there: modules, folders, commands, targets of make."""

import importlib.util
import re
from pathlib import Path

import pytest

from tests.docs.pages import FOLDERS, ROOT, in_code, pages, prose, text

_ABOUT_NOW = [page for page in pages() if page.name not in {"CHANGELOG.md", "VENDORED.md"}]
"""The changelog also tells of what was there once."""
PAGES = [pytest.param(page, id=str(page.relative_to(ROOT))) for page in _ABOUT_NOW]
_PATH = re.compile(rf"(?:[\w-]+/)*[\w-]+\.py|(?:{'|'.join(FOLDERS)})/[\w./-]*|[a-z_]+/")
_PLACES = (ROOT, ROOT / "connector")


def is_there(path: str) -> bool:
    """Whether the path is one from the top of the repository or of the package; a bare name: whether any has it."""
    if "/" in path:
        return any((place / path).exists() for place in _PLACES)
    return any(next((ROOT / folder).rglob(path), None) is not None for folder in FOLDERS)


@pytest.mark.parametrize("page", PAGES)
def test_every_module_and_folder_that_a_page_names_is_there(page: Path) -> None:
    named = [words for words in in_code(prose(page)) if _PATH.fullmatch(words) and words != "data/"]

    assert [path for path in named if not is_there(path)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_python_program_that_a_page_names_is_there(page: Path) -> None:
    programs = re.findall(
        r"python3? -m ((?:connector|sandbox|tests|benchmarks|integrations|scripts)[\w.]*)", text(page)
    )

    assert [name for name in programs if importlib.util.find_spec(name) is None] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_target_of_make_that_a_page_names_is_there(page: Path) -> None:
    targets = re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"(?:`|^\$ )make ([a-z0-9-]+)", text(page), re.MULTILINE)

    assert [target for target in named if target not in targets] == []
