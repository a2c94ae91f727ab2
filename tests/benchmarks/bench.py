"""Runs a benchmark as its users do, as a command, in a size so small that its figures say nothing."""

import os
import subprocess
from pathlib import Path

from tests.process.child import run_child

ROOT = Path(__file__).parents[2]


def bench(folder: Path, name: str, *arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"] if path is None else path, "PYTHONPATH": str(ROOT)}
    return run_child(f"benchmarks.{name}", *arguments, cwd=folder, env=environment)


def tables(output: str) -> dict[str, list[str]]:
    """The rows of all tables by what stands in their first cell."""
    found: dict[str, list[str]] = {}
    for line in output.splitlines():
        if line.startswith("|") and not line.startswith(("| -", "| :")):
            name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            found[name] = [*found.get(name, []), *cells]
    return found
