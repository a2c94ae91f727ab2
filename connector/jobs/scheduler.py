"""The periodic jobs, each by its name, on APScheduler.

- `resync`, every RESYNC_INTERVAL seconds: failed fetches again, once their next try is due (`resync.py`).
- `reconcile`, every RECONCILE_INTERVAL seconds: reads the message history for missed orders (`reconcile.py`).
- `problems`, every RESYNC_INTERVAL seconds: tells by events of what keeps orders out (`problem_events.py`).
- `housekeeping`, every ten minutes: deletes what is done and old (`cleanup.py`).

What is due stands in the store, so a run that was missed needs no making up for.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from apscheduler.schedulers.background import BackgroundScheduler

Wait = Callable[[float], bool]
"""Waits as many seconds, for a job that rests in between; True: end now."""


class Job(StrEnum):
    """The names of the jobs, as the log and problems have them."""

    RESYNC = "resync"
    RECONCILE = "reconcile"
    PROBLEM_EVENTS = "problems"
    CLEANUP = "housekeeping"


class Scheduler:
    """Runs each job in a thread, once at a time, and several missed runs of it as one."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(timezone="UTC")

    def every(self, seconds: float, job: Job, run: Callable[[], object], *, first_after: float | None = None) -> None:
        """Adds a job. `first_after`: seconds from now to its first run; None for `seconds`."""
        self._scheduler.add_job(
            run,
            "interval",
            seconds=timedelta(seconds=seconds).total_seconds(),
            next_run_time=datetime.now(UTC) + timedelta(seconds=seconds if first_after is None else first_after),
            id=job,
            name=job,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Begins no further run; doesn't wait for those under way."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
