"""One thread that makes all changes to the store, many of them in one commit.

A commit costs a disk flush, whatever it holds. So whoever changes something hands it in and waits; the thread
takes all that has gathered, makes it in one transaction and then tells everybody. Under load this is many times
faster than a commit each, and with SQLite nobody ever waits for a lock.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine

from connector.observer import UNOBSERVED, Observer

T = TypeVar("T")
Change = Callable[[Connection], Any]
_MOST_TOGETHER = 256


class StoreClosedError(Exception):
    """The store is shutting down and takes no more changes. Send the request again to the restarted service."""


class GroupCommit:
    """Runs changes on one connection; `run` returns when the change is on disk."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.observer: Observer = UNOBSERVED
        self._queue: queue.SimpleQueue[tuple[Change, Future[Any]] | None] = queue.SimpleQueue()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def run(self, change: Callable[[Connection], T]) -> T:
        """Makes the change and returns what it returns, once it is committed. Raises what it raises.

        A change may be run twice (rolled back in between), so it must do nothing but work on the connection.
        """
        future: Future[Any] = Future()
        with self._start:
            if self._closed:
                raise StoreClosedError
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="store", daemon=True)
                self._thread.start()
            self._queue.put((change, future))
        return cast("T", future.result())

    @property
    def waiting(self) -> int:
        """How many changes wait for the next commit."""
        return self._queue.qsize()

    def close(self) -> None:
        """Makes what was handed in, then ends the thread."""
        with self._start:
            self._closed = True
            thread = self._thread
            self._queue.put(None)
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        open_ = True
        while open_:
            entry = self._queue.get()
            gathered = []
            while entry is not None:
                gathered.append(entry)
                if len(gathered) == _MOST_TOGETHER or self._queue.empty():
                    break
                entry = self._queue.get()
            open_ = entry is not None
            if gathered:
                self._commit(gathered)

    def _commit(self, gathered: list[tuple[Change, Future[Any]]]) -> None:
        began = time.perf_counter()
        try:
            with self._engine.begin() as connection:
                results = [change(connection) for change, _ in gathered]
        except Exception as error:  # noqa: BLE001 - it is handed to whoever asked for the change
            if len(gathered) == 1:
                gathered[0][1].set_exception(error)
                return
            # One bad change must not fail its neighbours: nothing was committed, so each goes alone now.
            for single in gathered:
                self._commit([single])
            return
        committed = time.perf_counter()
        for (_, future), result in zip(gathered, results, strict=True):
            future.set_result(result)
        self.observer.committed(changes=len(gathered), seconds=committed - began)
