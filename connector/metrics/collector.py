"""Asks, whenever somebody looks, how the store, the queues and the quota stand."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from prometheus_client.core import GaugeMetricFamily, Metric

from connector.clock import Clock
from connector.log import get_logger
from connector.models import Status
from connector.sheets.quota import LIMIT, Quota, QuotaUse
from connector.store import breakers, orders, quarantine
from connector.store.breakers import CircuitBreaker, Part
from connector.store.database import Database

log = get_logger(__name__)

QUOTA_USED = "google_quota_used_requests"
QUOTA_HELP = "Calls of this process to Google Sheets in the last 60 seconds, reads and writes."
_THE_MOST = "; of the shop that has the most"
PATIENCE = 2.0
"""Seconds that a look waits for the store. Prometheus waits 10 for the whole."""
_REST = 100
"""Counting a million orders takes a good part of a tenth of a second. It is done again after 100 times what it took, so
that it never takes more than a hundredth of the time."""
_LONGEST_REST = 60.0


@dataclass(frozen=True, slots=True)
class Figures:
    """The store at one moment."""

    orders: Mapping[Status, int]
    """May be as old as counting takes times 100, 60 seconds at the most; with 10,000 orders about a tenth of a second.
    """
    oldest_unwritten: datetime | None
    quarantined: int
    breakers: Mapping[Part, CircuitBreaker]
    at: datetime

    @property
    def paused(self) -> Mapping[Part, int]:
        """Whether nothing is tried at present: 1 or 0."""
        return {part: int(breaker.is_open(self.at)) for part, breaker in self.breakers.items()}


class Counting:
    """Counts the orders, and rests after that."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        """`seconds` is a clock that only ever grows; counting is timed with it."""
        self._seconds = seconds
        self._counted: dict[Status, int] | None = None
        self._count_again_at = 0.0

    def read(self, count: Callable[[], dict[Status, int]]) -> dict[Status, int]:
        began = self._seconds()
        if self._counted is None or began >= self._count_again_at:
            self._counted = count()
            ended = self._seconds()
            self._count_again_at = ended + min(_REST * (ended - began), _LONGEST_REST)
        return self._counted


class StoreFigures:
    """Reads the figures of one shop. For one thread at a time."""

    def __init__(
        self, database: Database, shop: str, clock: Clock, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        """`seconds`: see `Counting`."""
        self._database = database
        self._shop = shop
        self._clock = clock
        self._counting = Counting(seconds)

    def read(self) -> Figures:
        """Raises what the database raises."""
        with self._database.read() as connection:
            return Figures(
                self._counting.read(lambda: orders.count_by_status(connection, self._shop)),
                orders.oldest_unwritten(connection, self._shop),
                quarantine.count_quarantined(connection, self._shop),
                {part: breakers.get_breaker(connection, self._shop, part) for part in Part},
                self._clock.now(),
            )


F = TypeVar("F", bound=Figures)
F_co = TypeVar("F_co", bound=Figures, covariant=True)


class ReadsFigures(Protocol[F_co]):
    """What can read the store's figures."""

    def read(self) -> F_co: ...


class StoreCollector(Generic[F]):
    """The store's figures. Without them, and without an error, where the store doesn't give them in time."""

    def __init__(self, source: ReadsFigures[F], *, patience: float = PATIENCE) -> None:
        self._source = source
        self._patience = patience
        self._lock = threading.Lock()
        self._reading: Future[F] | None = None

    def collect(self) -> Iterator[Metric]:
        figures = self._figures()
        yield gauge("store_up", "Whether the database gave its figures within 2 seconds: 1 or 0.", figures is not None)
        if figures is not None:
            yield from self.shown(figures)

    def shown(self, figures: F) -> Iterator[Metric]:
        """The figures as they are shown."""
        return shown(figures)

    def _figures(self) -> F | None:
        """Read in a thread of its own, one at a time: a database that hangs holds up no thread of the web server."""
        with self._lock:
            if self._reading is None or self._reading.done():
                self._reading = Future()
                threading.Thread(target=self._read, args=(self._reading,), name="metrics", daemon=True).start()
            reading = self._reading
        try:
            return reading.result(self._patience)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other metrics are not to go with it
            log.warning("metrics.store_failed", error=type(error).__name__)
            return None

    def _read(self, reading: Future[F]) -> None:
        try:
            reading.set_result(self._source.read())
        except Exception as error:  # noqa: BLE001 - it is handed to the caller that waits
            reading.set_exception(error)


class ServiceCollector:
    """What this process knows without asking anybody."""

    def __init__(
        self, *, quota: QuotaUse | None, changes_waiting: Callable[[], int], works_for_any: Callable[[], bool]
    ) -> None:
        """`quota`: of the one service account; None where there may be several, and somebody else shows theirs."""
        self._quota = quota
        self._changes_waiting = changes_waiting
        self._works_for_any = works_for_any

    def collect(self) -> Iterator[Metric]:
        yield gauge(
            "commit_queue_changes",
            "Changes that wait for the store's next commit; a webhook is answered when its change is committed.",
            self._changes_waiting(),
        )
        yield gauge(
            "shop_lock_held",
            "Whether this process fetches and writes for the shop, or for any of several: 1 or 0.",
            self._works_for_any(),
        )
        if self._quota is not None:
            used = self._quota.used
            yield labelled(QUOTA_USED, QUOTA_HELP, "kind", ((quota, used(quota)) for quota in Quota))
        yield labelled(
            "google_quota_limit_requests",
            "Calls that Google allows one service account in a minute, whichever program makes them.",
            "kind",
            ((quota, LIMIT) for quota in Quota),
        )


def shown(figures: Figures, *, of_many: bool = False) -> Iterator[Metric]:
    """`of_many`: the figures are those of several shops together."""
    yield labelled(
        "orders",
        "Orders in the store by where they stand: received (no row yet), waiting (its row is there, its items are "
        "not), synced, failed (given up on the items).",
        "status",
        figures.orders.items(),
    )
    oldest = figures.oldest_unwritten
    yield gauge(
        "oldest_unwritten_order_age_seconds",
        "Age of the oldest order whose row is not in the sheet yet, since it was stored; 0 if there is none.",
        0 if oldest is None else max((figures.at - oldest).total_seconds(), 0.0),
    )
    yield gauge(
        "quarantined_payloads",
        "Payloads in quarantine: they could be read but not understood. The newest 10,000 are kept.",
        figures.quarantined,
    )
    yield labelled(
        "paused",
        "In how many shops nothing is tried at present, after failures: the channel at Whapi, or the sheet."
        if of_many
        else "Whether nothing is tried at present, after failures: the channel at Whapi, or the sheet; 1 or 0.",
        "part",
        ((part, figures.paused[part]) for part in Part),
    )
    yield labelled(
        "consecutive_failures",
        f"Failures in a row of the channel at Whapi, or of the sheet, since its last success{_THE_MOST * of_many}.",
        "part",
        ((part, figures.breakers[part].failures) for part in Part),
    )
    yield labelled(
        "last_success_timestamp_seconds",
        "When the channel at Whapi last gave something, or the sheet last took a batch; missing if never.",
        "part",
        ((part, at.timestamp()) for part in Part if (at := figures.breakers[part].worked_at) is not None),
    )


def gauge(name: str, help_: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"connector_{name}", help_, value=float(value))


def labelled(name: str, help_: str, label: str, values: Iterable[tuple[str, float]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"connector_{name}", help_, labels=[label])
    for of, value in values:
        family.add_metric([str(of)], float(value))
    return family
