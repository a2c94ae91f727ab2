"""Starts `serve` in a child of the chaos run: the real service, on a clock that the run can move.

The product has no switch for either of these, so they are put in here, before it starts:

- `SystemClock.now` adds the seconds that stand in the file CHAOS_CLOCK.
- When the run is gone, however it ended, standard input ends, and the service with it.

A module that breaks the service on purpose (`tests/chaos/broken.py`) calls `run` after its patches.
"""

import os
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connector.cli import main
from connector.clock import SystemClock

CLOCK_FILE = "CHAOS_CLOCK"


def run() -> None:
    """Runs `serve` until it is killed."""
    _move_clock(Path(os.environ[CLOCK_FILE]))
    threading.Thread(target=_end_with_the_run, name="chaos", daemon=True).start()
    main(["serve"])


def _move_clock(offset_file: Path) -> None:
    def now(_: SystemClock) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(offset_file.read_text(encoding="ascii")))

    setattr(SystemClock, "now", now)  # noqa: B010 - the type checker rightly refuses a plain assignment


def _end_with_the_run() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    run()
