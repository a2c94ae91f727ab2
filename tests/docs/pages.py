"""The pages of the repository, as the tests of this folder read them."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("connector", "sandbox", "tests", "benchmarks", "docs", "scripts", "integrations", "deploy")
_BLOCK = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| (?!---)(.*) \|$", re.MULTILINE)


@cache
def pages() -> tuple[Path, ...]:
    """Every page of the repository."""
    below = (page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))
    return tuple(sorted((*ROOT.glob("*.md"), *below)))


@cache
def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@cache
def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return _BLOCK.sub("", text(page))


def rows(page: str) -> Iterator[list[str]]:
    """The rows of a page's tables, without their headers: the text of each cell."""
    before = None
    for row in _ROW.finditer(prose(ROOT / page)):
        is_header = prose(ROOT / page)[row.end() :].startswith("\n| ---")
        if not is_header:
            yield [cell.strip() for cell in row.group(1).split(" | ")]
        before = row
    assert before is not None, f"{page} has no table."


def in_code(words: str) -> list[str]:
    """What stands in backquotes."""
    return re.findall(r"`([^`]+)`", words)
