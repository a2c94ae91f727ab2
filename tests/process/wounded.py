"""Runs `serve`, or another command, in a process that kills itself, as `kill -9` would, at a named place.

    python -m tests.process.wounded MODULE:CLASS.METHOD before|after COUNT [COMMAND…]

The product has no switch for this: the method is wrapped here, before the service starts. With WOUNDED_FROM in the
environment, the calls count only once there is a file of that name.
"""

import importlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

from connector.cli import main


def wound(place: str, when: str, count: int) -> None:
    """Wraps the method so that the process dies before or after its call number `count`."""
    module_name, _, path = place.partition(":")
    owner: Any = importlib.import_module(module_name)
    *classes, name = path.split(".")
    for part in classes:
        owner = getattr(owner, part)
    method = getattr(owner, name)
    given = os.environ.get("WOUNDED_FROM")
    begins = None if given is None else Path(given)
    calls = 0

    def dying(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        if begins is not None and not begins.exists():
            return method(*args, **kwargs)
        calls += 1
        mine = calls  # Others may call it while this call runs.
        if mine == count and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = method(*args, **kwargs)
        if mine == count and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, dying)


if __name__ == "__main__":
    wound(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    main(sys.argv[4:] or ["serve"])
