"""What is said where the libraries that the connector needs aren't there: most often, it was run by the system's own
Python and not by that of the virtual environment. Imports nothing that would have to be installed."""

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

_HERE = Path(__file__).parents[1]
_PROGRAMS = Path(".venv", "Scripts" if os.name == "nt" else "bin")
_ENVIRONMENT = _PROGRAMS / "python"
_INSTALLED = frozenset({"site-packages", "dist-packages"})
"""Folders into which pip, pipx and the like put a package."""
_IS_32_BIT = sys.maxsize < 2**32


def sentence(
    library: str,
    arguments: Sequence[str],
    *,
    here: Path = _HERE,
    prefix: str = sys.prefix,
    is_32_bit: bool = _IS_32_BIT,
) -> str:
    """`library`: what could not be imported; `arguments`: those of the command that was to run."""
    if is_32_bit:
        return (
            f"This Python ({sys.executable}) lacks the library {library}. It is one of 32 bits, and for those not all "
            "libraries can be had ready-made. Take a system of 64 bits: on a Raspberry Pi the 64-bit edition of its "
            "own."
        )
    lacks = f"This Python ({sys.executable}) lacks the library {library}."
    if here.name in _INSTALLED:
        return f"{lacks} It comes with the connector: install the connector again, the way it was installed before."
    again = shlex.join(["-m", "connector", *arguments])
    folder, ours = _from_here(here), here / _ENVIRONMENT
    if Path(prefix).resolve() == ours.parents[1].resolve() or Path(prefix) != Path(sys.base_prefix):
        return f"{lacks} Run: {sys.executable} -m pip install -r {folder / 'requirements.txt'}"
    if ours.exists():
        return f"{lacks} Run: {folder / _ENVIRONMENT} {again}"
    python = "python" if os.name == "nt" else "python3"
    return (
        f"{lacks} Run: {python} -m venv {folder / '.venv'} && {folder / _PROGRAMS / 'pip'} install -r "
        f"{folder / 'requirements.txt'} && {folder / _ENVIRONMENT} {again}"
    )


def is_ours(error: ModuleNotFoundError) -> bool:
    """Whether it is a part of the connector itself that is missing: a fault of ours that no installation mends."""
    return (error.name or "").partition(".")[0] in {"", "connector", "sandbox"}


def _from_here(folder: Path) -> Path:
    try:
        return folder.relative_to(Path.cwd())
    except ValueError:
        return folder
