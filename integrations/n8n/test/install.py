"""Installs the n8n that the workflows are tried in: some minutes, 1.5 GB, in a folder that git ignores.

    python -m integrations.n8n.test.install

The versions stand in `package.json`. What is installed already is left as it is.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

MANIFEST = Path(__file__).with_name("package.json")
FOLDER = Path(os.environ.get("N8N_TEST_FOLDER") or Path(__file__).parents[3] / ".n8n-test")
PROGRAM = FOLDER / "node_modules" / ".bin" / "n8n"
_DONE = FOLDER / "installed.json"
_COMMANDS = (
    # n8n's tree has peers that contradict each other, and install scripts that download programs it can do without.
    ("npm", "install", "--legacy-peer-deps", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund"),
    ("npm", "rebuild", "sqlite3", "--build-from-source"),
)


def is_installed() -> bool:
    return PROGRAM.exists() and _DONE.exists() and _DONE.read_bytes() == MANIFEST.read_bytes()


def install() -> None:
    """Raises CalledProcessError with npm's own words above it."""
    _DONE.unlink(missing_ok=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    shutil.copy(MANIFEST, FOLDER / "package.json")
    for command in _COMMANDS:
        print(f"In {FOLDER}: {' '.join(command)}", flush=True)
        subprocess.run(command, cwd=FOLDER, check=True)
    shutil.copy(MANIFEST, _DONE)


if __name__ == "__main__":
    if shutil.which("npm") is None or shutil.which("c++") is None:
        sys.exit("Node.js 20 or 22 with npm and a C++ compiler are needed to install n8n.")
    if not is_installed():
        install()
    print(f"n8n is installed in {FOLDER}.")
