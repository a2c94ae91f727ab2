"""What a shop's page shows, for each shop that somebody looks at."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import g

from connector.api.current import current_shop
from connector.api.secrets import OPERATOR
from connector.dashboard.charts import orders_plot, times_plot
from connector.dashboard.data import Snapshots
from connector.dashboard.formatting import Words
from connector.dashboard.health import judge, part_states
from connector.dashboard.listing import Listings, Query
from connector.findings import Finding
from connector.language import gettext as _
from connector.language import marked
from connector.problems import NamedProblem
from connector.runtime.shop import OUT, Shop
from connector.store import outbox
from connector.store.outbox import Held

_SAID_FOR = timedelta(minutes=2)
_MOST_SAID = 20
_MOST_VIEWS = 20
"""Shops whose figures are kept for those who look; it costs a shop nothing that nobody looks."""
OPERATORS_FINDINGS = frozenset({"database", "quota", "public"})
"""The names of those that tell of what shops share."""
_OUT = marked(
    "The settings of this shop are wrong, so nothing is fetched and written for it. What comes in is kept. Whoever "
    "runs the service sees what is wrong."
)


def looks_as_operator() -> bool:
    """Whether the request comes from somebody who may see what shops share, as everybody may where there is one."""
    return bool(g.opened_by == OPERATOR)


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a button at an entry of the quarantine, or at the alerts."""

    entry_id: int
    """ALL of them, ALERTS, or the entry's."""
    at: datetime
    sentence: str


ALL = 0
ALERTS = -1
"""What came of the test of alerts, which stands beside its button."""


class Views:
    """Safe to use from several threads. Each method may raise what the database raises, or TooSlowError."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._snapshots = Snapshots(shop)
        self._listings = Listings(shop)
        self._said: tuple[Said, ...] = ()

    def words(self) -> Words:
        return self._snapshots.words()

    def say(self, entry_id: int, sentence: str) -> None:
        """Has what came of a button stand beside it for a while, for whoever looks."""
        now = self.shop.clock.now()
        kept = [said for said in self._said if said.entry_id != entry_id and now - said.at < _SAID_FOR]
        self._said = (*kept[-_MOST_SAID:], Said(entry_id, now, sentence))

    def overview(self) -> dict[str, Any]:
        """For `_overview.html` and `_state.html`."""
        snapshot = self._snapshots.latest()
        condition = snapshot.condition
        findings, checked_at = condition.findings, condition.checked_at
        parts = part_states(self.shop, snapshot)
        if not looks_as_operator():
            snapshot = replace(snapshot, named=[_for_the_shop(named) for named in snapshot.named], instances=())
            findings = of_shop(findings)
            parts = (part for part in parts if not part.is_shared)
        return {
            "snapshot": snapshot,
            "words": snapshot.words,
            "verdict": judge(snapshot, findings, checked_at=checked_at),
            "said": {said.entry_id: said for said in self._said if snapshot.at - said.at < _SAID_FOR},
            "audited": self.shop.audits.latest(condition.progress),
            "alerts": self._alerts(),
            "parts": list(parts),
            "plots": [orders_plot(snapshot.hours, snapshot.words), times_plot(snapshot.hours, snapshot.words)],
        }

    def _alerts(self) -> list[tuple[str, Held]]:
        """The addresses in ALERT_URLS, and what each still lacks."""
        shop = self.shop
        if not shop.alerts.targets:
            return []
        with shop.database.read() as connection:
            return [(target.name, outbox.held(connection, shop.name, target.key)) for target in shop.alerts.targets]

    def orders(self, query: Query) -> dict[str, Any]:
        """For `_orders.html`."""
        words = self.words()
        return {"listing": self._listings.get(query, words), "words": words}

    def everything(self, query: Query) -> dict[str, Any]:
        return {**self.overview(), **self.orders(query)}

    def forget(self) -> None:
        """Clears the caches, so that a visitor sees at once what he has just changed."""
        self._snapshots.forget()
        self._listings.forget()


class ViewsOfShops:
    """The views of each shop that somebody has looked at lately."""

    def __init__(self) -> None:
        self._views: dict[str, Views] = {}

    def current(self) -> Views:
        """Those of the shop that the request is about."""
        shop = current_shop()
        views = self._views.get(shop.name)
        if views is None or views.shop is not shop:
            if len(self._views) >= _MOST_VIEWS:
                self._views.clear()
            views = self._views[shop.name] = Views(shop)
        return views


def of_shop(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Those that tell of the shop alone."""
    return tuple(finding for finding in findings if finding.name not in OPERATORS_FINDINGS)


def _for_the_shop(named: NamedProblem) -> NamedProblem:
    """Without what only the operator may know, as the names of his files."""
    return replace(named, sentence=_(_OUT)) if named.key == OUT else named
