"""Runs the chaos run as its users do, as a command."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def chaos(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Its output goes into a pipe, so that it shows no progress; the log stays for whoever looks why a test failed."""
    return subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--log", str(folder / "service.log"), *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
