"""Starts `serve` in a child of the chaos run: the real service, on a clock that the run can move.

The product has no switch for any of these, so they are put in here, before it starts:

- `SystemClock.now` adds the seconds that stand in the file CHAOS_CLOCK.
- When the run is gone, however it ended, standard input ends, and the service with it.
- CHAOS_NAME stands for the machine's name, so that the run can tell instances apart in the store.

A module that breaks the service on purpose (`tests/chaos/broken.py`) calls `run` after its patches.
"""

import os
import signal
import socket
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connector.cli import main
from connector.clock import SystemClock

CLOCK_FILE = "CHAOS_CLOCK"
NAME = "CHAOS_NAME"


def run() -> None:
    """Runs `serve` until it is killed."""
    _move_clock(Path(os.environ[CLOCK_FILE]))
    if name := os.environ.get(NAME):
        setattr(socket, "gethostname", lambda: name)  # noqa: B010 - as below
    threading.Thread(target=_end_with_the_run, name="chaos", daemon=True).start()
    main(["serve"])


def _move_clock(offset_file: Path) -> None:
    def now(_: SystemClock) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(offset_file.read_text(encoding="ascii")))

    setattr(SystemClock, "now", now)  # noqa: B010 - the type checker rightly refuses a plain assignment


def _end_with_the_run() -> None:
    # Not by way of `sys.stdin`, which Python can't close at its own end while a thread reads from it.
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    run()
