"""Outside of the virtual environment a sentence says what to run, instead of a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from connector.not_installed import is_ours, sentence

ROOT = Path(__file__).parents[2]


def test_a_python_without_the_libraries_says_what_to_run(tmp_path: Path) -> None:
    # -S: without the folder of installed libraries, as the system's own Python.
    result = subprocess.run(
        [sys.executable, "-S", "-m", "connector", "serve"],
        cwd=tmp_path,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (result.returncode, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"This Python ({sys.executable}) lacks the library click. Run: ")


def test_the_virtual_environment_is_named_if_it_is_there_and_else_how_to_make_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lacks = f"This Python ({sys.executable}) lacks the library click. Run: "
    base = sys.base_prefix

    new = sentence("click", ["serve"], here=tmp_path, prefix=base)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").touch()
    there = sentence("click", ["resync", "two words"], here=tmp_path, prefix=base)
    old = sentence("apprise", ["serve"], here=tmp_path, prefix=str(tmp_path / ".venv"))

    make = "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt"
    assert new == f"{lacks}{make} && .venv/bin/python -m connector serve"
    assert there == f"{lacks}.venv/bin/python -m connector resync 'two words'"
    assert old == (
        f"This Python ({sys.executable}) lacks the library apprise. Run: {sys.executable} -m pip install -r "
        "requirements.txt"
    )


def test_a_system_of_32_bits_is_told_that_it_will_not_do(tmp_path: Path) -> None:
    said = sentence("psycopg", ["serve"], here=tmp_path, is_32_bit=True)

    assert said == (
        f"This Python ({sys.executable}) lacks the library psycopg. It is one of 32 bits, and for those not all "
        "libraries can be had ready-made. Take a system of 64 bits: on a Raspberry Pi the 64-bit edition of its own."
    )


def test_a_part_of_the_connector_that_is_missing_is_no_matter_of_installing() -> None:
    missing = [ModuleNotFoundError("No module", name=name) for name in ("connector.cli.gone", "sandbox", "click.core")]

    assert [is_ours(error) for error in missing] == [True, True, False]
