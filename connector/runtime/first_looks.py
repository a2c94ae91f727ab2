"""The first look at a channel: soon after a shop is added, its channel is asked who it is, so that what comes with
the operator's secret reaches the shop.

Later the hourly checks see that it is still the same.
"""

import threading
import time

from connector.gateways.whapi.errors import WhapiError
from connector.jobs.pool import Pool
from connector.jobs.scheduler import Job
from connector.runtime.service import Service
from connector.runtime.shop import Shop
from connector.store.shops import Known

EVERY = 1.0
"""Seconds between two looks whether somebody is to be asked."""
AT_ONCE = 4
"""Channels that are asked at the same time. With an answer in 0.2 seconds that is 20 shops a second."""
_AGAIN, _LONGEST = 5.0, 3600.0
"""Seconds to the next try after the first failure, which then double."""


class FirstLooks:
    """Asks the channels of which nobody knows who they are. Safe to use from several threads."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._next_at: dict[str, float] = {}
        """When each shop's channel is to be asked, on the clock of `time.monotonic`."""
        self._failures: dict[str, int] = {}
        self._seen: set[str] = set()
        self._pool = Pool(AT_ONCE, "channel")

    def plan(self, shop: Shop, known: Known) -> None:
        """A shop is served from now on; one whose settings have changed may have another channel."""
        with self._lock:
            if known.channel_id is None or shop.name in self._seen:
                self._next_at[shop.name] = 0.0
            self._seen.add(shop.name)

    def look(self) -> None:
        """Asks those that are due."""
        now = time.monotonic()
        with self._lock:
            due = [name for name, at in self._next_at.items() if at <= now]
            for name in due:
                del self._next_at[name]
        for name in due:
            self._pool.submit(self._ask, name)

    def _ask(self, name: str) -> None:
        shop = self._service.shops.get(name)
        if shop is None or self._service.dispatcher.is_stopping:
            return
        with shop.work.faults.at_work():
            self._try(shop)

    def _try(self, shop: Shop) -> None:
        try:
            channel_id = shop.whapi.health().channel_id
            if channel_id is not None:
                self._service.learn_channel(shop.name, channel_id)
        except WhapiError:  # The checks say it with a sentence.
            self._ask_again(shop.name)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next try may go well
            if not self._service.dispatcher.is_stopping:
                shop.work.faults.happened(Job.CHANNELS, error)
                self._ask_again(shop.name)
        else:
            self._failures.pop(shop.name, None)
            shop.work.faults.ended(Job.CHANNELS)

    def _ask_again(self, name: str) -> None:
        with self._lock:
            failures = self._failures[name] = self._failures.get(name, 0) + 1
            self._next_at.setdefault(name, time.monotonic() + min(_AGAIN * 2 ** (failures - 1), _LONGEST))


def look_at_channels(service: Service, *, every: float = EVERY) -> None:
    """Has the channels of all shops that are served from now on asked who they are, where there may be several."""
    if not service.has_many:
        return
    looks = FirstLooks(service)
    service.when_served(looks.plan)
    service.scheduler.every(every, Job.CHANNELS, looks.look)
