"""Runs a benchmark by its command, in this process, in a size so small that its figures say nothing."""

import importlib
import subprocess
from contextlib import chdir
from pathlib import Path

import click
from click.testing import CliRunner

from tests.as_it_was import logging_as_it_was, signals_as_they_were
from tests.process.child import run_child

ROOT = Path(__file__).parents[2]


def bench(folder: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The service that it measures is a process of its own all the same."""
    main = importlib.import_module(f"benchmarks.{name}").main
    assert isinstance(main, click.Command)
    with chdir(folder), signals_as_they_were(), logging_as_it_was():
        result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, result.stderr)


def bench_anew(folder: Path, name: str, *arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    """As its users do, as a process of its own; `path`: where it finds programs."""
    return run_child(f"benchmarks.{name}", *arguments, cwd=folder, env={"PATH": path, "PYTHONPATH": str(ROOT)})


def tables(output: str) -> dict[str, list[str]]:
    """The rows of all tables by what stands in their first cell."""
    found: dict[str, list[str]] = {}
    for line in output.splitlines():
        if line.startswith("|") and not line.startswith(("| -", "| :")):
            name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            found[name] = [*found.get(name, []), *cells]
    return found
