"""Alerts of one shop: who sends them, and the test that shows whether they arrive."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import partial

from connector.alerts.delivery import AlertDelivery, Way, way_to
from connector.alerts.target import AlertTarget
from connector.alerts.text import test_alert
from connector.clock import Clock
from connector.events.sender import Sender
from connector.gateways.whapi.client import WhapiClient
from connector.language import gettext as _
from connector.language import in_same_language
from connector.runtime.spreadsheet import stored_zone
from connector.settings import Settings
from connector.store.database import Database


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of the test at one address."""

    name: str
    reason: str
    """Why it did not go out; empty if it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """Who is told of problems, and how. Calls nobody until it is asked to."""

    settings: Settings
    client: WhapiClient
    redact: Callable[[str], str]
    shop: str | None
    """Its name, where there are several."""

    @property
    def targets(self) -> tuple[AlertTarget, ...]:
        return self.settings.alert_targets

    def senders(self, name: str, database: Database, clock: Clock) -> tuple[Sender, ...]:
        """One for each address in ALERT_URLS, so that they don't wait for one another."""
        zone = partial(_zone, self.settings, database)
        return tuple(
            Sender(
                database,
                AlertDelivery(partial(self._way, target), shop=self.shop, zone=zone),
                target,
                shop=name,
                clock=clock,
            )
            for target in self.targets
        )

    def test(self) -> list[Tested]:
        """Sends a test to each address at once, past the outbox, so that what came of it can be said."""
        targets = self.targets
        with ThreadPoolExecutor(max(len(targets), 1), thread_name_prefix="alert-test") as pool:
            return list(pool.map(in_same_language(self._test), targets))

    def _test(self, target: AlertTarget) -> Tested:
        outcome = self._way(target).send(test_alert(shop=self.shop))
        # A test is not tried again.
        reason = outcome.reason.replace(_("It will be tried again."), _("Look again in a few minutes."))
        return Tested(target.name, "" if outcome.delivered else reason)

    def _way(self, target: AlertTarget) -> Way:
        return way_to(target, self.client, allow_private=self.settings.events_allow_private, redact=self.redact)


def _zone(settings: Settings, database: Database) -> tzinfo:
    """The one of the sheet's dates."""
    with database.read() as connection:
        return stored_zone(connection, settings) or UTC
