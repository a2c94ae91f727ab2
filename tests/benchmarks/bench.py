"""Runs a benchmark as its users do, as a command, in a size so small that its figures say nothing."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def bench(folder: Path, name: str, *arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"] if path is None else path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def tables(output: str) -> dict[str, list[str]]:
    """The rows of all tables by what stands in their first cell."""
    found: dict[str, list[str]] = {}
    for line in output.splitlines():
        if line.startswith("|") and not line.startswith(("| -", "| :")):
            name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            found[name] = [*found.get(name, []), *cells]
    return found
