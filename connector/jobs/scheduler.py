"""The periodic jobs, each by its name, on one APScheduler for all shops.

- `resync`, every RESYNC_INTERVAL seconds: failed fetches again whose next try is due (`resync.py`).
- `reconcile`, every RECONCILE_INTERVAL seconds: reads the message history for missed orders (`reconcile.py`).
- `problems`, every RESYNC_INTERVAL seconds: tells by events of what keeps orders out (`problem_events.py`).
- `housekeeping`, every ten minutes: has the shop's next turn delete what is done and old (`housekeeping.py`).
- `checks`, every five minutes where something is wrong, else every hour: looks at what merchants break
  (`checks/monitor.py`).
- `channels`, every second where there is a SHOPS_FILE: asks channels that nobody knows yet who they are
  (`runtime/first_looks.py`).
- `shops`, every few seconds where there is a SHOPS_FILE: takes in what has changed there (`runtime/watch.py`).

What is due stands in the store, so a run that was missed needs no making up for.
"""

import random
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from apscheduler.executors.pool import BasePoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from connector.jobs.faults import Faults
from connector.jobs.pool import Pool
from connector.log import get_logger
from connector.store.loss import is_loss

log = get_logger(__name__)

Wait = Callable[[float], bool]
"""Waits as many seconds, for a job that rests in between; True: end now."""
_ALL = ""
_JITTER = 0.1
_THREADS = 10


class Job(StrEnum):
    """The names of the jobs, as the log and problems have them."""

    RESYNC = "resync"
    RECONCILE = "reconcile"
    PROBLEM_EVENTS = "problems"
    HOUSEKEEPING = "housekeeping"
    CHECKS = "checks"
    CHANNELS = "channels"
    SHOPS = "shops"


class _Threads:
    """The pool as APScheduler wants one: what becomes of a job is told by a future."""

    def __init__(self) -> None:
        self._pool = Pool(_THREADS, "job")

    def submit(self, run: Callable[..., object], *arguments: Any) -> "Future[object]":
        future: Future[object] = Future()
        self._pool.submit(_settle, future, run, arguments)
        return future

    def shutdown(self, _wait: bool) -> None:
        self._pool.stop()


class _Executor(BasePoolExecutor):  # type: ignore[misc]
    """A job that hangs holds up no end of the process."""

    def __init__(self) -> None:
        super().__init__(_Threads())


class Scheduler:
    """Runs each job of each shop in a thread, once at a time, and several missed runs of it as one."""

    def __init__(self, *, works_for: Callable[[str], bool] = lambda _: True, wait: Wait = lambda _: True) -> None:
        """`works_for`: whether this instance is the one that works for a shop. `wait` ends when the service does."""
        self._scheduler = BackgroundScheduler(timezone="UTC", executors={"default": _Executor()})
        self._works_for = works_for
        self._wait = wait
        self._running: set[str] = set()
        self._is_stopping = False

    def every(
        self,
        seconds: float,
        job: Job,
        run: Callable[[], object],
        *,
        shop: str = _ALL,
        first_after: float | None = None,
        jitter: bool = False,
    ) -> None:
        """Adds a job. `first_after`: seconds from now to its first run; None for `seconds`. `jitter`: up to a tenth
        later each time, so that many shops' jobs don't come together."""
        interval = timedelta(seconds=seconds).total_seconds()
        first = seconds if first_after is None else first_after
        self._scheduler.add_job(
            run,
            "interval",
            seconds=interval,
            jitter=_JITTER * interval if jitter else None,
            next_run_time=datetime.now(UTC) + timedelta(seconds=first),
            id=f"{job}:{shop}",
            name=job,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            replace_existing=True,
        )

    def guarded(
        self,
        job: Job,
        run: Callable[[Wait], object],
        faults: Faults | None = None,
        *,
        shop: str = _ALL,
        anywhere: bool = False,
    ) -> Callable[[], None]:
        """The job as it runs in the instance that works for the shop, or `anywhere`, as what is no single shop's does.
        A fault of it is named (logged, if it is none of a shop's), and ends nothing."""
        key = f"{job}:{shop}"

        def once() -> None:
            if self._is_stopping or not (anywhere or shop == _ALL or self._works_for(shop)):
                return
            self._running.add(key)
            try:
                with nullcontext() if faults is None else faults.at_work():
                    try_once()
            finally:
                self._running.discard(key)

        def try_once() -> None:
            try:
                run(self._wait)
            except Exception as error:  # noqa: BLE001 - the next run may go well
                # At the end a job may find the store and the connections closed.
                if not self._is_stopping:
                    _tell(job, error, faults)
            else:
                if faults is not None:
                    faults.ended(job)

        return once

    def remove(self, shop: str) -> None:
        """Begins no run of the shop's jobs any more."""
        for job in self._scheduler.get_jobs():
            if job.id.partition(":")[2] == shop:
                job.remove()

    @property
    def is_idle(self) -> bool:
        return not self._running

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Begins no further run; doesn't wait for those under way."""
        self._is_stopping = True
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


def _tell(job: Job, error: Exception, faults: Faults | None) -> None:
    if faults is None and is_loss(error):
        # That the database is lost is told once, by the store, and not by each job of that time.
        log.debug("job.fault", job=job, reason=type(error).__name__)
    elif faults is None:
        log.error("job.fault", job=job, exc_info=error)
    else:
        faults.happened(job, error)


def spread(seconds: float) -> float:
    """A moment within so many seconds, for a shop's first run among many."""
    return random.uniform(0, seconds)  # noqa: S311 - nothing is to be kept secret


def _settle(future: "Future[object]", run: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    try:
        future.set_result(run(*arguments))
    except Exception as error:  # noqa: BLE001 - APScheduler logs it
        future.set_exception(error)
