"""A pool of threads that end with the process, whatever they wait for."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from connector.jobs.turns import FETCHERS, MOST_FETCHES
from connector.log import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Threads:
    """How many threads there are for what, at the most."""

    fetchers: int = MOST_FETCHES
    writers: int = 1
    chores: int = 4


FOR_ONE = Threads()
FOR_MANY = Threads(fetchers=FETCHERS, writers=16, chores=8)


class Pool:
    """Does what it is handed, in their order, in at most so many threads; each is begun when there is need for it.

    The standard library's pool waits at the end of the process for what is under way, which may be a call that hangs
    for a minute. What is under way here may end at any moment, as it may when the process is killed.
    """

    def __init__(self, threads: int, name: str) -> None:
        self._most = threads
        self._name = name
        self._lock = threading.Lock()
        self._queue: SimpleQueue[tuple[Callable[..., object], tuple[Any, ...]] | None] = SimpleQueue()
        self._threads = 0
        self._idle = 0
        self._is_stopping = False

    def submit(self, work: Callable[..., object], *arguments: Any) -> None:
        """`work` names its own faults; what it raises all the same is logged."""
        with self._lock:
            if self._is_stopping:
                return
            self._queue.put((work, arguments))
            if self._queue.qsize() > self._idle and self._threads < self._most:
                self._threads += 1
                threading.Thread(target=self._run, name=f"{self._name}-{self._threads}", daemon=True).start()

    def stop(self) -> None:
        """Begins nothing more; what is under way goes on."""
        with self._lock:
            self._is_stopping = True
            while not self._queue.empty():
                self._queue.get()
            for _ in range(self._threads):
                self._queue.put(None)

    def _run(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            job = self._queue.get()
            with self._lock:
                self._idle -= 1
            if job is None:
                return
            work, arguments = job
            try:
                work(*arguments)
            except Exception:
                log.exception("pool.fault", pool=self._name)
