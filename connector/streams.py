"""The standard streams and the home folder, which a process may have to do without: started by a supervisor, in a
container under a number that belongs to no user, with a log that nobody reads any more. Imports nothing that would
have to be installed.
"""

import atexit
import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO


def make_usable() -> None:
    """To be called first. Opens those standard streams that were closed, so that no database and no connection takes
    their place and gets what is meant for the log; and names a home folder where there is none."""
    _open_closed()
    _show_what_cannot_be_written()
    _name_home()
    atexit.register(_leave_closed_pipes)


def _open_closed() -> None:
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # It takes the lowest number that is free.
    sys.stdin = sys.stdin or _nowhere("r")
    sys.stdout = sys.stdout or _nowhere("w")
    sys.stderr = sys.stderr or _nowhere("w")


def _show_what_cannot_be_written() -> None:
    """A name in letters that the terminal's encoding lacks is shown by its letters' codes. (Standard error does so by
    itself.)"""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


def _nowhere(mode: str) -> TextIO:
    return open(os.devnull, mode, encoding="utf-8")  # type: ignore[return-value]  # noqa: PTH123


def _name_home() -> None:
    """Some libraries look for their settings in the home folder while they are imported, and fail where there is none:
    HOME is not set, and the user has no entry in /etc/passwd."""
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = os.sep  # As container engines have it.


def _leave_closed_pipes() -> None:
    """What nobody reads any more must not turn the exit code into 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream.fileno())
                os.close(nowhere)
