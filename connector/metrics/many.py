"""The figures of a service with several shops: totals, how many shops are in which state, and the few that are worst.

The series don't multiply by the shops: 1,000 shops have as many as 20.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from prometheus_client.core import GaugeMetricFamily, Metric

from connector.clock import Clock
from connector.metrics.collector import (
    QUOTA_HELP,
    QUOTA_USED,
    Counting,
    Figures,
    StoreCollector,
    gauge,
    labelled,
    shown,
)
from connector.sheets.account import GoogleAccount
from connector.sheets.quota import Quota
from connector.store.all_shops import (
    Unwritten,
    breakers_of,
    count_all_by_status,
    count_all_quarantined,
    unwritten,
)
from connector.store.breakers import CircuitBreaker, Part
from connector.store.database import Database

MOST_NAMED = 20
"""Shops, or service accounts, that have series of their own."""
_OLDEST = "shop_oldest_unwritten_order_age_seconds"


class Shops(Protocol):
    """What the service says of its shops."""

    @property
    def shops(self) -> Mapping[str, object]:
        """Those that it serves, or takes orders for, by their names."""

    @property
    def out(self) -> Mapping[str, str]:
        """Those that can't be served."""


@dataclass(frozen=True, slots=True)
class ManyFigures(Figures):
    """The store at one moment. Of each part's breakers the worst figures of any shop."""

    shops_paused: Mapping[Part, int]
    states: Mapping[str, int]
    oldest_of: Mapping[str, datetime]
    """When the oldest order without a row came in, by the names of the shops in which it is oldest."""

    @property
    def paused(self) -> Mapping[Part, int]:
        """In how many shops nothing is tried at present."""
        return self.shops_paused


class ReadsManyFigures:
    """Reads the figures of all shops. For one thread at a time."""

    def __init__(
        self,
        database: Database,
        service: Shops,
        clock: Clock,
        *,
        late: Callable[[Mapping[str, Unwritten], datetime], Collection[str]],
    ) -> None:
        """`late`: the shops in which orders wait too long."""
        self._database = database
        self._service = service
        self._clock = clock
        self._late = late
        self._counting = Counting()

    def read(self) -> ManyFigures:
        """Raises what the database raises."""
        out = self._service.out
        served = self._service.shops.keys() - out.keys()
        now = self._clock.now()
        with self._database.read() as connection:
            waiting = unwritten(connection)
            breakers = breakers_of(connection, served)
            oldest = {name: at for name, each in waiting.items() if (at := each.oldest) is not None}
            late = served & set(self._late(waiting, now))
            return ManyFigures(
                self._counting.read(lambda: count_all_by_status(connection)),
                min(oldest.values(), default=None),
                count_all_quarantined(connection),
                {part: _worst(breakers[part]) for part in Part},
                now,
                {part: sum(breaker.is_open(now) for breaker in breakers[part]) for part in Part},
                {"ready": len(served) - len(late), "not_ready": len(late), "out": len(out)},
                dict(sorted(oldest.items(), key=lambda one: one[1])[:MOST_NAMED]),
            )


def _worst(breakers: Collection[CircuitBreaker]) -> CircuitBreaker:
    """The most failures, and the latest success."""
    return CircuitBreaker(
        max((breaker.failures for breaker in breakers), default=0),
        worked_at=max((at for breaker in breakers if (at := breaker.worked_at) is not None), default=None),
    )


class ManyCollector(StoreCollector[ManyFigures]):
    """The store's figures over all shops."""

    def shown(self, figures: ManyFigures) -> Iterator[Metric]:
        """The figures as they are shown."""
        yield from shown(figures, of_many=True)
        yield labelled(
            "shops",
            "Shops by how they stand: ready, not_ready (orders wait for more than five minutes), out (SHOPS_FILE is "
            "wrong there).",
            "state",
            figures.states.items(),
        )
        yield labelled(
            _OLDEST,
            f"Age of the oldest order whose row is not in the sheet yet, of the {MOST_NAMED} shops in which it is "
            "oldest.",
            "shop",
            ((name, max((figures.at - at).total_seconds(), 0.0)) for name, at in figures.oldest_of.items()),
        )


class AccountsCollector:
    """How much each service account has called."""

    def __init__(self, accounts: Callable[[], Collection[GoogleAccount]]) -> None:
        self._accounts = accounts

    def collect(self) -> Iterator[Metric]:
        accounts = self._accounts()
        used = {account.name: {quota: account.budget.used(quota) for quota in Quota} for account in accounts}
        busiest = sorted(used, key=lambda name: (-max(used[name].values()), name))[:MOST_NAMED]
        family = GaugeMetricFamily(
            f"connector_{QUOTA_USED}",
            f"{QUOTA_HELP} Of the {MOST_NAMED} accounts that call most.",
            labels=["account", "kind"],
        )
        for name in busiest:
            for quota, number in used[name].items():
                family.add_metric([name, str(quota)], float(number))
        yield family
        yield gauge("google_accounts", "Service accounts at Google that shops are served with.", len(used))
