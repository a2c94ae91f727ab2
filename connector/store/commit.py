"""Group commit: changes to the store that gather while another commit runs go to disk together in the next one.

A commit costs a disk flush, whatever it holds. There is no thread for it: the first caller commits for all who have
gathered, and the first who came meanwhile commits for the next. Under load this is many times faster than a commit
each, and with SQLite nobody ever waits for a lock.

Changes of the same kind may share their statements, too, as a micro-batch: all of a kind that have gathered are made
with one call.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from connector.log import working_for
from connector.observer import UNOBSERVED, Observer
from connector.store.loss import is_loss

A = TypeVar("A")
T = TypeVar("T")
MicroBatch = Callable[[Connection, Sequence[A]], Sequence[T]]
"""Makes several changes of a kind with one call; returns a result for each, in their order."""
Committed = Callable[[Sequence[T]], object]
"""Is told the results of all changes of a kind that were committed together."""
_LARGEST_MICRO_BATCH = 256
MOST_OF_ONE = 64
"""Changes of one shop in a commit, while others' changes wait as well: a flood at one shop makes the commit of the
others longer by no more than this."""


class StoreClosedError(Exception):
    """The store is shutting down and takes no more changes. Send the request again to the restarted service."""


class StoreReplacedError(StoreClosedError):
    """The database's file was removed or replaced while it was open: what is committed goes to a file that nobody will
    find again. The text is a sentence with the remedy."""


class _Change:
    """A change that somebody waits for."""

    __slots__ = ("argument", "committed", "error", "is_done", "make", "of", "result", "turn")

    def __init__(
        self, make: MicroBatch[Any, Any], argument: Any, committed: Committed[Any] | None, of: str | None
    ) -> None:
        self.make = make
        self.argument = argument
        self.committed = committed
        self.of = of
        self.turn = threading.Lock()
        """Held until the change is done, or until it is this change's turn to commit for all who have gathered."""
        self.turn.acquire()
        self.is_done = False
        self.result: Any = None
        self.error: BaseException | None = None

    def done(self, result: Any) -> None:
        self.result, self.is_done = result, True

    def failed(self, error: BaseException) -> None:
        self.error, self.is_done = error, True


class GroupCommit:
    """Makes changes, and returns when they are on disk. Safe to use from several threads."""

    def __init__(self, engine: Engine, *, check: Callable[[], object] = lambda: None) -> None:
        """`check` raises where what is committed would be lost. It is asked after each commit, before anybody is told
        that it was made, and before each, so that nothing more goes into a file that was removed."""
        self._engine = engine
        self._check = check
        self.observer: Observer = UNOBSERVED
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._gathered: deque[_Change] = deque()
        self._is_committing = False
        self._closed = False

    def make(self, change: Callable[[Connection], T], *, of: str | None = None) -> T:
        """Makes the change; returns what it returns, or raises what it raises. `of`: the shop that it is for.

        A change may be run twice (rolled back in between) and in another thread, so it must do nothing but work on the
        connection. Raises StoreClosedError.
        """
        return self._run(_Change(_one_by_one, change, None, of))  # type: ignore[no-any-return]

    def make_in_micro_batch(
        self, make: MicroBatch[A, T], argument: A, committed: Committed[T] | None = None, *, of: str | None = None
    ) -> T:
        """The same for a change that may be made by one call with all others for which `make` is equal.

        `committed` is called once for all of them, in one of their threads, after the others were let go.
        """
        return self._run(_Change(make, argument, committed, of))  # type: ignore[no-any-return]

    @property
    def waiting(self) -> int:
        """How many changes wait for the next commit."""
        return len(self._gathered)

    def close(self) -> None:
        """Takes no more changes, and returns when those that were taken are made."""
        with self._lock:
            self._closed = True
            self._idle.wait_for(lambda: not self._is_committing)

    def _run(self, change: _Change) -> Any:
        with self._lock:
            if self._closed:
                raise StoreClosedError
            self._gathered.append(change)
            is_first = not self._is_committing
            self._is_committing = True
        if not is_first:
            change.turn.acquire()
        if not change.is_done:
            self._commit_gathered(change)
        if change.error is not None:
            raise change.error
        return change.result

    def _commit_gathered(self, own: _Change) -> None:
        """Commits for all who have gathered; `own` has waited longest of them."""
        with self._lock:
            group = _take(self._gathered)
        try:
            committed = self._commit(group)
        except BaseException as error:
            for change in group:
                if not change.is_done:
                    change.failed(error)
            raise
        finally:
            with self._lock:
                following = self._gathered[0] if self._gathered else None
                if following is None:
                    self._is_committing = False
                    self._idle.notify_all()
            if following is not None:
                following.turn.release()
            for change in group:
                if change is not own:
                    change.turn.release()
        with working_for(None):  # Of these changes only `own` need be of the shop that this thread works for.
            for tell, results in committed:
                tell(results)

    def _commit(self, group: Sequence[_Change]) -> list[tuple[Committed[Any], Sequence[Any]]]:
        """Makes the changes in one transaction; who is to be told of which results."""
        began = time.perf_counter()
        kinds: dict[MicroBatch[Any, Any], list[_Change]] = {}
        # Shop by shop, always in the same order: of two instances that take rows of several shops for themselves, such
        # as the last number of an order, one waits for the other, and never each for the other.
        for change in sorted(group, key=lambda change: change.of or ""):
            kinds.setdefault(change.make, []).append(change)
        has_begun = False
        try:
            self._check()
            with self._engine.begin() as connection:
                has_begun = True
                made = [
                    (changes, make(connection, [change.argument for change in changes]))
                    for make, changes in kinds.items()
                ]
        except Exception as error:  # noqa: BLE001 - it is raised where the change was asked for
            if len(group) == 1 or not has_begun or is_loss(error):
                # A database that can't be written to is no change's fault: it is not waited for once more for each. If
                # it was lost within the commit, that may have been done all the same: who asked finds out by repeating.
                for change in group:
                    change.failed(error)
                return []
            # One bad change must not fail its neighbours: nothing was committed, so each goes alone now.
            return [told for change in group for told in self._commit([change])]
        try:
            self._check()
        except StoreReplacedError as error:
            for change in group:
                change.failed(error)  # Not once more: the changes are made, but in a file that nobody will find.
            return []
        seconds = time.perf_counter() - began
        # Only here, after the commit, is any of them done.
        for changes, results in made:
            for change, result in zip(changes, results, strict=True):
                change.done(result)
        self.observer.committed(changes=len(group), seconds=seconds)
        return [(changes[0].committed, results) for changes, results in made if changes[0].committed is not None]


def _take(gathered: deque[_Change]) -> list[_Change]:
    """Takes those that are committed together out of all who have gathered: who came first, and of no shop so many that
    others wait for them. Whoever is left keeps its place."""
    if len(gathered) <= MOST_OF_ONE or len({change.of for change in gathered}) == 1:
        return [gathered.popleft() for _ in range(min(len(gathered), _LARGEST_MICRO_BATCH))]
    group: list[_Change] = []
    left: list[_Change] = []
    taken: Counter[str] = Counter()
    while gathered and len(group) < _LARGEST_MICRO_BATCH:
        change = gathered.popleft()
        if change.of is None:
            group.append(change)
        elif taken[change.of] < MOST_OF_ONE:
            taken[change.of] += 1
            group.append(change)
        else:
            left.append(change)
    gathered.extendleft(reversed(left))
    return group


def _one_by_one(connection: Connection, changes: Sequence[Callable[[Connection], Any]]) -> list[Any]:
    return [change(connection) for change in changes]
