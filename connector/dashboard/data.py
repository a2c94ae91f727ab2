"""What the page tells of the whole shop, read once for all viewers.

A TTL cache keeps a processor from spending its time on reading, however many look.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from connector.dashboard.formatting import Words
from connector.log import get_logger
from connector.models import Status
from connector.problems import NamedProblem
from connector.runtime.condition import UNKNOWN, Condition, condition_of
from connector.runtime.instances import Living, living
from connector.runtime.shop import Shop
from connector.runtime.spreadsheet import stored_zone
from connector.sheets.errors import SheetsError
from connector.store import hours, orders, quarantine
from connector.store.breakers import CircuitBreaker, Part
from connector.store.commit import StoreClosedError
from connector.store.dealt_with import count_given_up
from connector.store.hours import Hour
from connector.store.quarantine import NOTHING_TO_LOOK_AT, Head, ToLookAt
from connector.store.standing import Standing, read_standing

log = get_logger(__name__)


K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
SHORTEST = 1.0
_LONGEST = 60.0
_REST = 100
_MOST = 64
_PATIENCE = 5.0
HOURS = 24
"""In the plots."""
SHOWN_OF_QUARANTINE = 20
ODD_FOR = timedelta(days=3)
"""How long an odd order counts as something to look at: over a weekend. The mark at the order stays."""
_ASK_FOR_ZONE_AGAIN = timedelta(minutes=10)
_UTC = ZoneInfo("UTC")


class TooSlowError(Exception):
    """Somebody else has been reading this for seconds: the database is slow, or hangs."""


@dataclass(slots=True)
class _Entry(Generic[V]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    values: list[V] = field(default_factory=list)
    until: float = 0.0


class TTLCache(Generic[K, V]):
    """What `read` gives, remembered for each key. Safe to use from several threads.

    A value is kept for a second, or for 100 times what reading it took, 60 seconds at the most: so however many look,
    a processor spends at most a hundredth of its time on it.
    """

    def __init__(self, read: Callable[[K], V], *, seconds: Callable[[], float] = time.monotonic) -> None:
        """`seconds` is a clock that only ever grows."""
        self._read = read
        self._seconds = seconds
        self._lock = threading.Lock()
        self._entries: OrderedDict[K, _Entry[V]] = OrderedDict()

    def get(self, key: K) -> V:
        """Raises what `read` raises, or TooSlowError."""
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            if len(self._entries) > _MOST:
                self._entries.popitem(last=False)
        if not entry.lock.acquire(timeout=_PATIENCE):
            raise TooSlowError
        try:
            began = self._seconds()
            if not entry.values or began >= entry.until:
                entry.values = [self._read(key)]
                ended = self._seconds()
                entry.until = ended + min(max(_REST * (ended - began), SHORTEST), _LONGEST)
            return entry.values[0]
        finally:
            entry.lock.release()

    def forget(self) -> None:
        """Has everything read anew: somebody who has just changed something wants to see it."""
        with self._lock:
            self._entries.clear()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The shop at one moment. Counts and hours may be up to a minute older where the store holds very many orders."""

    words: Words
    counts: Mapping[Status, int]
    today: int
    hours: Sequence[Hour]
    standing: Standing
    named: Sequence[NamedProblem]
    """What the parts of the service say is wrong with them."""
    quarantined: int
    quarantine: Sequence[Head]
    """The newest of it."""
    to_look_at: ToLookAt = NOTHING_TO_LOOK_AT
    """Of the quarantine."""
    given_up: int = 0
    """Orders that nobody has dealt with."""
    odd: int = 0
    """Orders of the last days that somebody should look at."""
    condition: Condition = UNKNOWN
    instances: Sequence[Living] = ()
    """Of the service, where there are several."""

    @property
    def at(self) -> datetime:
        return self.words.now

    @property
    def breakers(self) -> Mapping[Part, CircuitBreaker]:
        return self.standing.breakers

    @property
    def total(self) -> int:
        return sum(self.counts.values())


class Snapshots:
    """Takes them. Safe to use from several threads."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._counts = TTLCache(self._count)
        self._today = TTLCache(self._count_since)
        self._hours = TTLCache(self._read_hours)
        self._latest = TTLCache(self._read)
        self._zone_lock = threading.Lock()
        self._zone_asked_at: datetime | None = None

    def latest(self) -> Snapshot:
        """The snapshot of this second. Raises what the database raises, or TooSlowError."""
        return self._latest.get(None)

    def words(self) -> Words:
        return Words(self._shop.clock.now(), self._zone())

    def forget(self) -> None:
        self._latest.forget()

    def _read(self, _: None) -> Snapshot:
        words = self.words()
        hour = words.now.astimezone(words.zone).replace(minute=0, second=0, microsecond=0).astimezone(_UTC)
        counts = self._counts.get(None)
        today = self._today.get(words.midnight)
        found_hours = self._hours.get(hour - (HOURS - 1) * hours.HOUR)
        shop = self._shop.name
        condition = condition_of(self._shop)
        with self._shop.database.read() as connection:
            return Snapshot(
                words,
                counts,
                today,
                found_hours,
                read_standing(connection, shop),
                condition.problems,
                quarantine.count_quarantined(connection, shop),
                quarantine.list_heads(connection, shop, limit=SHOWN_OF_QUARANTINE),
                quarantine.count_to_look_at(connection, shop),
                count_given_up(connection, shop),
                orders.count_odd(connection, shop, since=words.now - ODD_FOR),
                condition,
                living(connection, self._shop.dispatcher.leases),
            )

    def _count(self, _: None) -> dict[Status, int]:
        with self._shop.database.read() as connection:
            return orders.count_by_status(connection, self._shop.name)

    def _count_since(self, moment: datetime) -> int:
        with self._shop.database.read() as connection:
            return hours.count_since(connection, self._shop.name, moment)

    def _read_hours(self, first: datetime) -> list[Hour]:
        with self._shop.database.read() as connection:
            return hours.read_hours(connection, self._shop.name, first=first, hours=HOURS)

    def _zone(self) -> tzinfo:
        """The zone of the dates in the sheet. Until Google has named it for the first time, the page goes by UTC; it is
        asked in a thread of its own."""
        known = self._shop.workbook.known_zone or self._stored_zone()
        if known is not None:
            return known
        if self._shop.asker.has_to_ask:
            return _UTC  # Whoever works for the shop stores it with the first rows.
        now = self._shop.clock.now()
        with self._zone_lock:
            if self._zone_asked_at is None or now - self._zone_asked_at >= _ASK_FOR_ZONE_AGAIN:
                self._zone_asked_at = now
                threading.Thread(target=self._ask_for_zone, name="zone", daemon=True).start()
        return _UTC

    def _stored_zone(self) -> tzinfo | None:
        """As it was before a restart."""
        with self._shop.database.read() as connection:
            return stored_zone(connection, self._shop.settings)

    def _ask_for_zone(self) -> None:
        try:
            self._shop.workbook.zone()
        except SheetsError as error:
            log.info("page.zone_unknown", reason=error.message)
        except (SQLAlchemyError, StoreClosedError) as error:
            log.info("page.zone_not_stored", reason=type(error).__name__)
