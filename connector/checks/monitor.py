"""The health monitor runs the cheap checks for a service that is running: at its start, and every hour from then on;
every five minutes while something is wrong.

They run in a thread of their own, with a client of their own for Google, and so hold up neither the start nor a
webhook nor a batch. They write nothing, and cost one read at Google and two calls at Whapi.
"""

import threading
from collections.abc import Iterator

from connector.checks.events import check_receivers
from connector.checks.failure import guarded
from connector.checks.google import check_google_cheaply, check_quota
from connector.checks.public import check_public_url
from connector.checks.storage import check_disk
from connector.checks.whapi import check_channel, check_webhook
from connector.findings import Finding
from connector.log import get_logger
from connector.runtime.shop import Shop

log = get_logger(__name__)

EVERY = 3600.0
AGAIN = 300.0
"""Seconds to the next look where something was wrong."""


def check_running(shop: Shop) -> Iterator[Finding]:
    """The cheap checks, with the service's own parts."""
    yield from guarded("database", check_disk(shop.database.path), shop.redact)
    yield from guarded("google", check_google_cheaply(shop.account.api, shop.settings), shop.redact)
    yield from guarded("quota", check_quota(shop.account.budget), shop.redact)
    yield from guarded("whapi", check_channel(shop.whapi, shop.database), shop.redact)
    yield from guarded("webhook", check_webhook(shop.whapi, shop.settings), shop.redact)
    yield from guarded("public", check_public_url(shop.settings), shop.redact)
    yield from guarded("events", check_receivers(shop.settings), shop.redact)


class HealthMonitor:
    """Runs the cheap checks in the background; what they found stands in `shop.findings` and in the log."""

    def __init__(self, shop: Shop, *, every: float = EVERY, again: float = AGAIN) -> None:
        self._shop = shop
        self._every = every
        self._again = again
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="checks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Lets no further look begin; one that is under way may go on, and ends with the process."""
        self._stopping.set()

    def look(self) -> None:
        """Runs the checks now, keeps what they found, and logs what was not wrong before."""
        known = self._shop.findings.problems
        findings = list(check_running(self._shop))
        self._shop.findings.replace(findings, at=self._shop.clock.now())
        for finding in findings:
            if not finding.holds and finding.sentence not in known:
                log.warning("check.wrong", check=finding.name, reason=finding.sentence)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
            except Exception:
                # At the end the store and the connections are closed under a look that is still under way.
                if not self._stopping.is_set():
                    log.exception("check.fault")
            self._stopping.wait(self._again if self._shop.findings.problems else self._every)
