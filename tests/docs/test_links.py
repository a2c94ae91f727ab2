"""No link within the repository leads nowhere."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, pages, prose

_LINK = re.compile(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"|^\[[^\]]+\]: (\S+)$", re.MULTILINE)
_CODE = re.compile(r"`[^`\n]*`")
_HEADING = re.compile(r"^#{1,6} (.*)$", re.MULTILINE)


def links(page: Path) -> list[str]:
    """What the page links to within the repository."""
    found = ["".join(groups) for groups in _LINK.findall(_CODE.sub("", prose(page)))]
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def anchors(page: Path) -> set[str]:
    """The names under which the headings of a page can be reached, as GitHub makes them."""
    names: set[str] = set()
    for heading in _HEADING.findall(prose(page)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        names.add(name if name not in names else f"{name}-1")
    return names


def leads_somewhere(page: Path, link: str) -> bool:
    place, _, anchor = link.partition("#")
    target = (page.parent / place).resolve() if place else page
    return target.exists() and (not anchor or anchor in anchors(target))


@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages()])
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    assert [link for link in links(page) if not leads_somewhere(page, link)] == []


def test_a_step_of_the_readme_that_a_page_names_is_there() -> None:
    steps = set(re.findall(r"^\*\*(\d+)\. ", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        (page.name, step)
        for page in pages()
        for step in re.findall(r"README\]?(?:\([^)]*\))?, step (\d+)", page.read_text(encoding="utf-8"))
    }

    assert named
    assert {(page, step) for page, step in named if step not in steps} == set()


def test_every_page_of_docs_can_be_reached_from_the_readme() -> None:
    linked = {(ROOT / link.partition("#")[0]).resolve() for link in links(ROOT / "README.md")}

    assert {page.name for page in pages() if page.parent == ROOT / "docs"} - {page.name for page in linked} == set()


def test_the_readme_can_be_read_in_one_go() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 200
