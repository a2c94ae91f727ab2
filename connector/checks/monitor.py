"""The health monitor runs the cheap checks for a service that is running: at its start, and every hour from then on;
every five minutes while something is wrong.

They run in the scheduler's threads, and so hold up neither the start nor a webhook nor a batch. They write nothing, and
cost one read at Google and two calls at Whapi. Where there are many shops, `GoogleLooks` keeps the reads a small part
of what Google allows an account.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from connector.checks.failure import guarded
from connector.checks.google import check_google_cheaply, check_quota
from connector.checks.public import check_public_url
from connector.checks.receivers import check_events
from connector.checks.storage import check_disk
from connector.checks.whapi import check_channel, check_webhook
from connector.clock import Clock
from connector.findings import Finding
from connector.jobs.scheduler import Job, Wait
from connector.log import get_logger
from connector.runtime.condition import is_among_others
from connector.runtime.service import Service
from connector.runtime.shop import Shop
from connector.runtime.spreadsheet import keep_overview
from connector.sheets.account import GoogleAccount
from connector.sheets.budget import Reservation
from connector.sheets.overview import Overview
from connector.store.shops import Known, Next, put_next

log = get_logger(__name__)

EVERY = 3600.0
AGAIN = 300.0
"""Seconds to the next look where something was wrong."""
BETWEEN = 30.0
"""Seconds between the looks of two shops at Google through one account."""
_BUSY = timedelta(days=1)
"""A sheet that takes batches is looked at once in so long."""
_GOOGLE = "google"


class GoogleLooks:
    """Lets the shops of an account look at Google one after the other, two a minute at the most, and not while turns
    need what is left of the budget. Safe to use from several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}
        """When the next look may be, by the account's name."""

    def take(self, account: GoogleAccount) -> Reservation | None:
        """The right to one read now; None: look later."""
        with self._lock:
            now = self._clock.elapsed()
            if now < self._next.get(account.name, now):
                return None
            reservation = account.budget.take(reads=1, writes=0, reserve=True)
            if reservation is not None:
                self._next[account.name] = now + BETWEEN
            return reservation


class HealthMonitor:
    """Runs the cheap checks for a shop; what they found stands in `shop.findings` and in the log."""

    def __init__(
        self,
        shop: Shop,
        looks: GoogleLooks | None = None,
        learn: Callable[[str], object] = lambda _: None,
        planned: Callable[[datetime], object] = lambda _: None,
    ) -> None:
        """`looks`: where the shop shares its account. Then what was found at Google stands until it may look again.
        `learn` is told the channel's id, `planned` when the next look is to be."""
        self._shop = shop
        self._looks = looks
        self._learn = learn
        self._planned = planned
        self._next_at: datetime | None = None
        self._google_at: datetime | None = None
        """When it looked at Google last."""
        self._google_waits = False
        """Whether a look at Google is due and was not its turn yet."""

    def run(self, _wait: Wait) -> None:
        """The periodic job: looks where an hour has passed, or where something was wrong at the last look. Of several
        instances the one does that works for the shop: the others know by it."""
        if is_among_others(self._shop) and not self._shop.dispatcher.works_for(self._shop.name):
            self._next_at = None
            return
        now = self._shop.clock.now()
        if self._next_at is None or self._shop.findings.problems or now >= self._next_at:
            self._next_at = now + timedelta(seconds=EVERY)
            self._planned(self._next_at)
            self.look()
        elif self._google_waits:
            others = [finding for finding in self._shop.findings.get()[0] if finding.name != _GOOGLE]
            self._keep([*others, *self._google()])

    def look(self) -> None:
        """Runs the checks now, keeps what they found, and logs what was not wrong before."""
        shop = self._shop
        channel = check_channel(shop.whapi, shop.database, shop=shop.name, learn=self._learn)
        self._keep(
            [
                *guarded("database", check_disk(shop.database.path), shop.redact),
                *self._google(),
                *guarded("quota", check_quota(shop.account.budget), shop.redact),
                *guarded("whapi", channel, shop.redact),
                *guarded("webhook", check_webhook(shop.whapi, shop.settings), shop.redact),
                *guarded("public", check_public_url(shop.settings), shop.redact),
                *guarded("events", check_events(shop.settings), shop.redact),
            ]
        )

    def _google(self) -> Iterator[Finding]:
        if self._looks is None:
            yield from self._look_at_google()
            return
        found_before = [finding for finding in self._shop.findings.get()[0] if finding.name == _GOOGLE]
        if self._is_written(found_before):
            yield from found_before
        elif reservation := self._looks.take(self._shop.account):
            self._google_at, self._google_waits = self._shop.clock.now(), False
            with reservation:
                found = list(self._look_at_google())
            yield from found
        else:
            self._google_waits = True
            yield from found_before

    def _look_at_google(self) -> Iterator[Finding]:
        shop = self._shop
        look = check_google_cheaply(shop.account.api, shop.settings, seen=self._saw)
        return guarded(_GOOGLE, look, shop.redact)

    def _saw(self, overview: Overview) -> None:
        """The first look of a service comes before its first batch, and with TIMEZONE the writer asks for no zone."""
        shop = self._shop
        if shop.context.language.saw(overview.locale):
            keep_overview(shop.database, shop.settings.spreadsheet_id, overview)

    def _is_written(self, found_before: list[Finding]) -> bool:
        """Whether a batch that the sheet took lately says as much as a look would."""
        now, wrote_at = self._shop.clock.now(), self._shop.work.wrote_at
        return (
            wrote_at is not None
            and now - wrote_at < timedelta(seconds=EVERY)
            and self._google_at is not None
            and now - self._google_at < _BUSY
            and all(finding.holds for finding in found_before)
        )

    def _keep(self, findings: list[Finding]) -> None:
        known = self._shop.findings.problems
        self._shop.findings.replace(findings, at=self._shop.clock.now())
        for finding in findings:
            if not finding.holds and finding.sentence not in known:
                log.warning("check.wrong", check=finding.name, reason=finding.sentence)


def monitor_health(service: Service, *, again: float = AGAIN) -> None:
    """Has the checks run for each shop that the service serves from now on."""
    looks = GoogleLooks(service.clock) if service.has_many else None

    def planned(shop: str, at: datetime) -> None:
        service.database.write(lambda connection: put_next(connection, shop, Next.CHECK, at))

    def plan(shop: Shop, known: Known) -> None:
        # A lone shop has whatever comes.
        monitor = (
            HealthMonitor(shop, looks, partial(service.learn_channel, shop.name), partial(planned, shop.name))
            if service.has_many
            else HealthMonitor(shop)
        )
        run = service.scheduler.guarded(Job.CHECKS, monitor.run, shop.work.faults, shop=shop.name, anywhere=True)
        # Many shops' first looks are spread out, because they use up the calls that Google allows; after a restart each
        # comes when it would have come without.
        first = service.plans.first_after(known, Next.CHECK, 0.0, EVERY)
        service.scheduler.every(again, Job.CHECKS, run, shop=shop.name, first_after=first)

    service.when_served(plan)
