"""The health monitor runs the cheap checks for a service that is running: at its start, and every hour from then on;
every five minutes while something is wrong.

They run in the scheduler's threads, and so hold up neither the start nor a webhook nor a batch. They write nothing, and
cost one read at Google and two calls at Whapi.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from connector.checks.events import check_receivers
from connector.checks.failure import guarded
from connector.checks.google import check_google_cheaply, check_quota
from connector.checks.public import check_public_url
from connector.checks.storage import check_disk
from connector.checks.whapi import check_channel, check_webhook
from connector.findings import Finding
from connector.jobs.scheduler import Job, Wait, spread
from connector.log import get_logger
from connector.runtime.service import Service
from connector.runtime.shop import Shop
from connector.store.shops import Known

log = get_logger(__name__)

EVERY = 3600.0
AGAIN = 300.0
"""Seconds to the next look where something was wrong."""


def check_running(shop: Shop, learn: Callable[[str], object] = lambda _: None) -> Iterator[Finding]:
    """The cheap checks, with the service's own parts. `learn` is told the channel's id."""
    yield from guarded("database", check_disk(shop.database.path), shop.redact)
    yield from guarded("google", check_google_cheaply(shop.account.api, shop.settings), shop.redact)
    yield from guarded("quota", check_quota(shop.account.budget), shop.redact)
    channel = check_channel(shop.whapi, shop.database, shop=shop.name, learn=learn)
    yield from guarded("whapi", channel, shop.redact)
    yield from guarded("webhook", check_webhook(shop.whapi, shop.settings), shop.redact)
    yield from guarded("public", check_public_url(shop.settings), shop.redact)
    yield from guarded("events", check_receivers(shop.settings), shop.redact)


class HealthMonitor:
    """Runs the cheap checks for a shop; what they found stands in `shop.findings` and in the log."""

    def __init__(self, shop: Shop, learn: Callable[[str], object] = lambda _: None) -> None:
        """`learn` is told the channel's id."""
        self._shop = shop
        self._learn = learn
        self._next_at: datetime | None = None

    def run(self, _wait: Wait) -> None:
        """The periodic job: looks where an hour has passed, or where something was wrong at the last look."""
        now = self._shop.clock.now()
        if self._next_at is None or self._shop.findings.problems or now >= self._next_at:
            self._next_at = now + timedelta(seconds=EVERY)
            self.look()

    def look(self) -> None:
        """Runs the checks now, keeps what they found, and logs what was not wrong before."""
        known = self._shop.findings.problems
        findings = list(check_running(self._shop, self._learn))
        self._shop.findings.replace(findings, at=self._shop.clock.now())
        for finding in findings:
            if not finding.holds and finding.sentence not in known:
                log.warning("check.wrong", check=finding.name, reason=finding.sentence)


def monitor_health(service: Service, *, again: float = AGAIN) -> None:
    """Has the checks run for each shop that the service serves from now on."""

    def plan(shop: Shop, _known: Known) -> None:
        # A lone shop has whatever comes.
        monitor = (
            HealthMonitor(shop, partial(service.learn_channel, shop.name)) if service.has_many else HealthMonitor(shop)
        )
        run = service.scheduler.guarded(Job.CHECKS, monitor.run, shop.work.faults, shop=shop.name, anywhere=True)
        # Many shops' first looks are spread out, because they use up the calls that Google allows.
        first = spread(EVERY) if service.has_many else 0.0
        service.scheduler.every(again, Job.CHECKS, run, shop=shop.name, first_after=first)

    service.when_served(plan)
