"""`python -m MODULE` as a process of its own, run to its end."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def run_child(*arguments: str, cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`arguments`: the module, and what stands behind it. What it printed stands in the result."""
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=cwd, env=dict(env), capture_output=True, text=True, timeout=120, check=False)
