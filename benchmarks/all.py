"""Runs every benchmark with its default size, one after the other. Takes about half an hour.

python -m benchmarks.all
"""

import subprocess
import sys

NAMES = ("webhook", "alone", "burst", "catchup", "sheetsize", "rest", "start", "calls", "shops", "fleet")


def main() -> None:
    """Exits with 1 if one of them found its counts wrong; the others run all the same."""
    failed = []
    for name in NAMES:
        print(f"## python -m benchmarks.{name}\n", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            failed.append(name)
        print(flush=True)
    if failed:
        sys.exit(f"Ended with an error: {', '.join(failed)}.")


if __name__ == "__main__":
    main()
