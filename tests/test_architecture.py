"""The house as a whole: which package may know which, and how large a module may be."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_LINES = 350


def test_arrows_between_packages_point_down_the_list_in_pyproject_toml() -> None:
    lint = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert lint.returncode == 0, lint.stdout + lint.stderr


@pytest.mark.parametrize("folder", ["connector", "sandbox", "tests", "benchmarks"])
def test_no_module_is_too_long_to_be_read_at_once(folder: str) -> None:
    lines = {
        str(module.relative_to(ROOT)): len(module.read_text(encoding="utf-8").splitlines())
        for module in (ROOT / folder).rglob("*.py")
    }

    assert {module: count for module, count in lines.items() if count > MOST_LINES} == {}
