"""Does a piece of work in a child process, so that what it imports and leaves in memory goes away with the child."""

import os
import pickle
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")


class Child(Generic[T]):
    """Work that a child process does meanwhile.

    Where no child can be had (the system has no such thing, or this process has threads, whose locks a copy would
    inherit), `result` does the work itself. It does so too if the child dies: so the work must be one that may be done
    again. What it returns or raises must be something that `pickle` takes.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        """Begins."""
        self._work = work
        self._pid, self._pipe = _fork(work) if hasattr(os, "fork") and threading.active_count() == 1 else (None, -1)

    def result(self) -> T:
        """Waits for the child; what the work returned. Raises what it raised."""
        if self._pid is None:
            return self._work()
        with os.fdopen(self._pipe, "rb") as pipe:
            written = pipe.read()
        os.waitpid(self._pid, 0)
        try:
            # From a copy of this very process: nobody else can write to that pipe.
            returned, raised = pickle.loads(written)  # noqa: S301
        except Exception:  # noqa: BLE001 - it died halfway, or this can't be carried over: see here what comes of it
            return self._work()
        if raised is not None:
            raise raised
        return cast("T", returned)


def _fork(work: Callable[[], object]) -> tuple[int | None, int]:
    """The child and the end of a pipe from it; None if there can't be one."""
    reading, writing = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return None, -1
    if pid:
        os.close(writing)
        return pid, reading
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(pickle.dumps(_outcome(work)))
    finally:
        # Whatever it was: nothing that the parent has prepared for its own end may happen here.
        os._exit(0)


def _outcome(work: Callable[[], object]) -> tuple[Any, Exception | None]:
    try:
        return work(), None
    except Exception as error:  # noqa: BLE001 - the parent raises it
        return None, error
