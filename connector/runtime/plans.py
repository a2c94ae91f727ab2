"""When the periodic jobs of each shop are run. Of many shops they are spread out, also after a restart."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from connector.clock import Clock
from connector.jobs.dispatcher import Dispatcher
from connector.jobs.reconcile import FIRST_AFTER
from connector.jobs.scheduler import Job, Scheduler, Wait, spread
from connector.runtime.shop import Shop
from connector.store.database import Database
from connector.store.shops import Known, Next, put_next

HOUSEKEEPING_INTERVAL = 600.0
_SOON = 0.1
"""The part of its interval within which an overdue job comes."""


class Plans:
    """Puts a shop's jobs into the scheduler."""

    def __init__(
        self, scheduler: Scheduler, dispatcher: Dispatcher, database: Database, clock: Clock, *, has_many: bool
    ) -> None:
        self._scheduler = scheduler
        self._dispatcher = dispatcher
        self._database = database
        self._clock = clock
        self._has_many = has_many

    def plan(self, shop: Shop, known: Known) -> None:
        """Has the shop's jobs run from now on."""
        settings, faults = shop.settings, shop.work.faults
        plan = partial(self._scheduler.every, shop=shop.name, jitter=self._has_many)
        if interval := settings.reconcile_interval:
            first = self.first_after(known, Next.RECONCILE, FIRST_AFTER, interval)
            reconcile = self._noted(shop, Next.RECONCILE, shop.reconcile.run, interval)
            plan(
                interval,
                Job.RECONCILE,
                self._scheduler.guarded(Job.RECONCILE, reconcile, faults, shop=shop.name),
                first_after=first,
            )
        if not self._has_many:
            events = self._scheduler.guarded(Job.PROBLEM_EVENTS, shop.problem_events.run, faults, shop=shop.name)
            plan(settings.resync_interval, Job.PROBLEM_EVENTS, events)
        first = spread(HOUSEKEEPING_INTERVAL) if self._has_many else HOUSEKEEPING_INTERVAL
        ask = partial(self._dispatcher.ask_for_housekeeping, shop.name)
        plan(HOUSEKEEPING_INTERVAL, Job.HOUSEKEEPING, ask, first_after=first)

    def first_after(self, known: Known, what: Next, alone: float, interval: float) -> float:
        """Seconds to the first run: a lone shop's after `alone`; of many when the store says, else spread out."""
        if not self._has_many:
            return min(alone, interval)
        at = known.next_at[what]
        if at is None:
            return spread(interval)
        left = (at - self._clock.now()).total_seconds()
        # After a long stop all are overdue, and must not come together.
        return min(left, interval) if left > 0 else spread(_SOON * interval)

    def _noted(
        self, shop: Shop, what: Next, run: Callable[[Wait], object], interval: float
    ) -> Callable[[Wait], object]:
        """The job, which stores when it is to be run next, so that a restart doesn't bring all shops' runs at once."""
        if not self._has_many:
            return run

        def once(wait: Wait) -> None:
            at = self._clock.now() + timedelta(seconds=interval)
            self._database.write(lambda connection: put_next(connection, shop.name, what, at))
            run(wait)

        return once
