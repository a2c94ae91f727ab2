"""Runs the chaos run by its command, in this process: the service that it kills is one of its own all the same."""

import os
import subprocess
from pathlib import Path

from click.testing import CliRunner

from tests.as_it_was import signals_as_they_were
from tests.chaos.__main__ import main

ROOT = Path(__file__).parents[2]


def chaos(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Its output shows no progress, as in a pipe; the log stays for whoever looks why a test failed."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    with signals_as_they_were():
        result = CliRunner().invoke(main, ["--log", str(folder / "service.log"), *arguments], env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, result.stderr)
