"""The periodic jobs, each by its name, on one APScheduler for all shops.

- `resync`, every RESYNC_INTERVAL seconds: failed fetches again, once their next try is due (`resync.py`).
- `reconcile`, every RECONCILE_INTERVAL seconds: reads the message history for missed orders (`reconcile.py`).
- `problems`, every RESYNC_INTERVAL seconds: tells by events of what keeps orders out (`problem_events.py`).
- `housekeeping`, every ten minutes: deletes what is done and old (`cleanup.py`).
- `checks`, every five minutes where something is wrong, else every hour: looks at what merchants break
  (`checks/monitor.py`).
- `channels`, every second where there is a SHOPS_FILE: asks channels that nobody knows yet who they are
  (`runtime/first_looks.py`).
- `shops`, every few seconds where there is a SHOPS_FILE: takes in what has changed there (`runtime/watch.py`).

What is due stands in the store, so a run that was missed needs no making up for.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from connector.jobs.faults import Faults

Wait = Callable[[float], bool]
"""Waits as many seconds, for a job that rests in between; True: end now."""
_ALL = ""
_JITTER = 0.1


class Job(StrEnum):
    """The names of the jobs, as the log and problems have them."""

    RESYNC = "resync"
    RECONCILE = "reconcile"
    PROBLEM_EVENTS = "problems"
    CLEANUP = "housekeeping"
    CHECKS = "checks"
    CHANNELS = "channels"
    SHOPS = "shops"


class Scheduler:
    """Runs each job of each shop in a thread, once at a time, and several missed runs of it as one."""

    def __init__(
        self, *, threads: int = 10, may_work: Callable[[], bool] = lambda: True, wait: Wait = lambda _: True
    ) -> None:
        """`may_work`: whether this process is the one that works for the shops. `wait` ends when the service does."""
        self._scheduler = BackgroundScheduler(timezone="UTC", executors={"default": ThreadPoolExecutor(threads)})
        self._may_work = may_work
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
        self, job: Job, run: Callable[[Wait], object], faults: Faults, *, shop: str, anywhere: bool = False
    ) -> Callable[[], None]:
        """The job as it runs in the process that works for the shop, or `anywhere`: a fault of it is named, and ends
        nothing."""
        key = f"{job}:{shop}"

        def once() -> None:
            if self._is_stopping or not (anywhere or self._may_work()):
                return
            self._running.add(key)
            try:
                with faults.at_work():
                    try_once()
            finally:
                self._running.discard(key)

        def try_once() -> None:
            try:
                run(self._wait)
            except Exception as error:  # noqa: BLE001 - the next run may go well
                # At the end a job may find the store and the connections closed.
                if not self._is_stopping:
                    faults.happened(job, error)
            else:
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


def spread(seconds: float) -> float:
    """A moment within so many seconds, for a shop's first run among many."""
    return random.uniform(0, seconds)  # noqa: S311 - nothing is to be kept secret
