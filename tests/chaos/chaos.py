"""Runs the chaos run as its users do, as a command."""

import os
import subprocess
from pathlib import Path

from tests.process.forked import run_forked

ROOT = Path(__file__).parents[2]


def chaos(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Its output goes into a pipe, so that it shows no progress; the log stays for whoever looks why a test failed."""
    command = ["tests.chaos", "--log", str(folder / "service.log"), *arguments]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    return run_forked(*command, cwd=folder, env=environment)
