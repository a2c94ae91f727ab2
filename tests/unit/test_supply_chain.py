"""What is installed is pinned, each file by its hash, and the bill of materials names exactly that."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion

from scripts.make_sbom import REQUIREMENTS, SBOM, bill_of, pinned

ROOT = Path(__file__).parents[2]
DEVELOPMENT = Path("requirements-dev.txt")
INDEX = re.compile(r"https?://|--(?:extra-)?index-url|--find-links")


def text_of(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def project() -> dict[str, Any]:
    settings: dict[str, Any] = tomllib.loads(text_of(Path("pyproject.toml")))
    return settings


def canonical(requirement: str) -> str:
    """The package's name alone, as the requirements write it."""
    match = re.match(r"[A-Za-z0-9_.-]+", requirement)
    assert match is not None
    return re.sub(r"[-_.]+", "-", match[0]).lower()


@pytest.mark.parametrize("path", [REQUIREMENTS, DEVELOPMENT])
def test_everything_that_is_installed_is_pinned_with_the_hashes_of_its_files(path: Path) -> None:
    lines = [line for line in text_of(path).splitlines() if line and not line.startswith(("#", " "))]

    pins = list(pinned(text_of(path)))

    assert len(pins) == len(lines)
    assert all(hashes for _, _, hashes in pins)
    assert INDEX.search(text_of(path)) is None


def test_what_pyproject_asks_for_is_pinned_and_the_development_has_the_same_versions() -> None:
    runtime = {name: version for name, version, _ in pinned(text_of(REQUIREMENTS))}
    development = {name: version for name, version, _ in pinned(text_of(DEVELOPMENT))}

    assert set(map(canonical, project()["project"]["dependencies"])) <= runtime.keys()
    assert set(map(canonical, project()["dependency-groups"]["dev"])) <= development.keys()
    assert runtime.items() <= development.items()


def test_no_version_of_python_from_3_11_on_is_left_out() -> None:
    markers = re.findall(r"^[a-z][^ ]* ; (.*?) ?\\?$", text_of(REQUIREMENTS), re.MULTILINE)

    assert [marker for marker in markers if "python_version" in marker or "python_full_version" in marker] == []


def test_the_bill_of_materials_is_valid_and_names_exactly_what_is_pinned() -> None:
    # Loading it takes as long as all modules of the tests together, and each worker would do it.
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    bill = text_of(SBOM)
    named = {
        (part["name"], part["version"]): {found["content"] for found in part["externalReferences"][0]["hashes"]}
        for part in json.loads(bill)["components"]
    }

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    assert named == {(name, version): set(hashes) for name, version, hashes in pinned(text_of(REQUIREMENTS))}
    assert bill == bill_of(text_of(REQUIREMENTS), project()["project"]), "Run `make sbom`."
