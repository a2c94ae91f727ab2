"""One thread that makes all changes to the store, many of them in one commit.

A commit costs a disk flush, whatever it holds. So whoever changes something hands it in and waits; the thread
takes all that has gathered, makes it in one transaction and then tells everybody. Under load this is many times
faster than a commit each, and with SQLite nobody ever waits for a lock.

Changes of the same kind may share their statements, too: then the thread makes all that have gathered with one call.
"""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from connector.observer import UNOBSERVED, Observer

A = TypeVar("A")
T = TypeVar("T")
Together = Callable[[Connection, Sequence[A]], Sequence[T]]
"""Makes several changes of a kind with one call; returns a result for each, in their order."""
_MOST_TOGETHER = 256


class StoreClosedError(Exception):
    """The store is shutting down and takes no more changes. Send the request again to the restarted service."""


class StoreReplacedError(StoreClosedError):
    """The database's file was removed or replaced while it was open: what is committed goes to a file that nobody will
    find again. The text is a sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class _Change:
    make: Together[Any, Any]
    argument: Any
    future: Future[Any] = field(default_factory=Future)


class GroupCommit:
    """Runs changes on one connection. Their futures are done when the changes are on disk."""

    def __init__(self, engine: Engine, *, check: Callable[[], object] = lambda: None) -> None:
        """`check` raises where what is committed would be lost. It is asked after each commit, before anybody is told
        that it was made, and before each, so that nothing more goes into a file that was removed."""
        self._engine = engine
        self._check = check
        self.observer: Observer = UNOBSERVED
        self._queue: queue.SimpleQueue[_Change | None] = queue.SimpleQueue()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, change: Callable[[Connection], T]) -> Future[T]:
        """Has the change made; the future gives what it returns, or raises what it raises.

        A change may be run twice (rolled back in between), so it must do nothing but work on the connection. Raises
        StoreClosedError.
        """
        return self._put(_Change(_one_by_one, change))

    def submit_together(self, make: Together[A, T], argument: A) -> Future[T]:
        """The same for a change that may be made by one call with all others for which `make` is equal."""
        return self._put(_Change(make, argument))

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

    def _put(self, change: _Change) -> Future[Any]:
        with self._start:
            if self._closed:
                raise StoreClosedError
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="store", daemon=True)
                self._thread.start()
            self._queue.put(change)
        return change.future

    def _work(self) -> None:
        open_ = True
        while open_:
            change = self._queue.get()
            gathered = []
            while change is not None:
                gathered.append(change)
                if len(gathered) == _MOST_TOGETHER or self._queue.empty():
                    break
                change = self._queue.get()
            open_ = change is not None
            if gathered:
                self._commit(gathered)

    def _commit(self, gathered: list[_Change]) -> None:
        began = time.perf_counter()
        kinds: dict[Together[Any, Any], list[_Change]] = {}
        for change in gathered:
            kinds.setdefault(change.make, []).append(change)
        try:
            self._check()
            with self._engine.begin() as connection:
                results = [make(connection, [change.argument for change in changes]) for make, changes in kinds.items()]
            self._check()
        except Exception as error:  # noqa: BLE001 - it is handed to whoever asked for the change
            if len(gathered) == 1:
                gathered[0].future.set_exception(error)
                return
            # One bad change must not fail its neighbours: nothing was committed, so each goes alone now.
            for single in gathered:
                self._commit([single])
            return
        committed = time.perf_counter()
        for changes, returned in zip(kinds.values(), results, strict=True):
            for change, result in zip(changes, returned, strict=True):
                change.future.set_result(result)
        self.observer.committed(changes=len(gathered), seconds=committed - began)


def _one_by_one(connection: Connection, changes: Sequence[Callable[[Connection], Any]]) -> list[Any]:
    return [change(connection) for change in changes]
