"""The whole service: what all shops share, and the shops."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from connector import __version__
from connector.clock import Clock, SystemClock
from connector.gateways.whapi.client import connection_pool
from connector.jobs.dispatcher import FOR_MANY, FOR_ONE, Dispatcher
from connector.jobs.long_poll import LongPoll
from connector.jobs.problem_events import ProblemEvents
from connector.jobs.reconcile import FIRST_AFTER
from connector.jobs.resync import resync_due
from connector.jobs.scheduler import Job, Scheduler
from connector.jobs.turns import SECONDS_BETWEEN_BATCHES
from connector.metrics.collector import ServiceCollector, StoreCollector, StoreFigures
from connector.metrics.instruments import Instruments
from connector.runtime.clients import SHOP, google_account
from connector.runtime.shop import Shared, Shop, build_shop
from connector.settings import Settings
from connector.sheets.account import GoogleAccount
from connector.sheets.quota import LIMIT
from connector.store import breakers
from connector.store.database import Database
from connector.store.lock import shop_lock

HOUSEKEEPING_INTERVAL = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast the service may call Google."""

    seconds_between_batches: float = SECONDS_BETWEEN_BATCHES
    calls_a_minute: int = LIMIT
    """Reads, and writes, of one service account."""


class Service:
    """Everything that runs in one process. Shops may come and go while it runs."""

    def __init__(
        self, settings: Settings, database: Database, *, clock: Clock | None = None, pace: Pace = Pace()
    ) -> None:
        """Builds what all shops share; starts nothing. `settings`: the operator's."""
        self.settings = settings
        self.database = database
        self.clock = clock or SystemClock()
        self.instruments = Instruments(__version__)
        database.observe(self.instruments)
        self._pace = pace
        self.has_many = settings.shops_file is not None
        """Whether there may be more than one shop."""
        self.long_poll = LongPoll(database)
        self.dispatcher = Dispatcher(
            database,
            shop_lock(database, SHOP),
            clock=self.clock,
            threads=FOR_MANY if self.has_many else FOR_ONE,
            seconds_between_batches=pace.seconds_between_batches,
        )
        self.scheduler = Scheduler(may_work=self.dispatcher.may_work, wait=self.dispatcher.wait_for_stop)
        self._shared = Shared(
            database=database,
            clock=self.clock,
            instruments=self.instruments,
            dispatcher=self.dispatcher,
            long_poll=self.long_poll,
            channels=connection_pool(self.dispatcher.threads.fetchers + 1),  # and the history
        )
        self._changing = threading.Lock()
        self._shops: Mapping[str, Shop] = {}
        self._accounts: dict[str, GoogleAccount] = {}
        self.scheduler.every(settings.resync_interval, Job.RESYNC, lambda: resync_due(self.dispatcher.wake))
        self._observe()

    @property
    def shops(self) -> Mapping[str, Shop]:
        """The shops by their names. What is handed out doesn't change any more."""
        return self._shops

    @property
    def only(self) -> Shop:
        """The shop of a service that has one, as each has without SHOPS_FILE."""
        (shop,) = self._shops.values()
        return shop

    def add(self, name: str, settings: Settings) -> Shop:
        """Takes a shop in: its orders are received, fetched and written from now on. Raises CredentialsError."""
        with self._changing:
            shop = build_shop(name, settings, self._account(settings), self._shared)
            for sender in shop.senders:
                self.dispatcher.chores.add(name, "events", sender.run, shop.work.faults)
            self._schedule(shop)
            self._shops = {**self._shops, name: shop}
            self.dispatcher.add(shop.work)
        return shop

    def start(self) -> None:
        """Starts fetching, writing and the periodic jobs. A start may follow a change of the settings: what the circuit
        breakers held back is tried at once."""
        reset_breakers(self.database, list(self._shops), self.clock)
        self.dispatcher.start()
        self.scheduler.start()

    def close(self) -> None:
        """Ends the threads and closes what is open. Nothing is lost if the process dies instead."""
        self.long_poll.end()
        shops = list(self._shops.values())
        senders = [sender for shop in shops for sender in shop.senders]
        for sender in senders:
            sender.stop()
        self.scheduler.stop()
        if self.dispatcher.stop() and not self.has_many:
            # With many shops this would use up the account's calls: who takes one of them over waits to see it gone.
            for shop in shops:
                shop.write.leave()
        for sender in senders:
            sender.close()
        self._shared.channels.close()
        self.database.close()

    def _account(self, settings: Settings) -> GoogleAccount:
        """The account of these credentials; shops that have the same one share its budget."""
        account = self._accounts.get(settings.google_credentials)
        if account is None:
            account = google_account(settings, self.instruments, self.clock, calls_a_minute=self._pace.calls_a_minute)
            self._accounts[settings.google_credentials] = account
        return account

    def _schedule(self, shop: Shop) -> None:
        every = partial(self.scheduler.every, shop=shop.name, jitter=self.has_many)
        guarded = partial(self.scheduler.guarded, faults=shop.work.faults, shop=shop.name)
        if interval := shop.settings.reconcile_interval:
            every(
                interval,
                Job.RECONCILE,
                guarded(Job.RECONCILE, shop.reconcile.run),
                first_after=min(FIRST_AFTER, interval),
            )
        events = ProblemEvents(shop.context)
        every(shop.settings.resync_interval, Job.PROBLEM_EVENTS, guarded(Job.PROBLEM_EVENTS, events.run))
        every(HOUSEKEEPING_INTERVAL, Job.CLEANUP, partial(self.dispatcher.ask_for_housekeeping, shop.name))

    def _observe(self) -> None:
        registry = self.instruments.registry
        registry.register(StoreCollector(StoreFigures(self.database, SHOP, self.clock)))
        registry.register(
            ServiceCollector(
                quota=self.instruments.quota,
                changes_waiting=lambda: self.database.changes_waiting,
                holds_lock=lambda: self.dispatcher.holds_lock,
            )
        )


def build_service(
    settings: Settings, database: Database, *, clock: Clock | None = None, pace: Pace = Pace()
) -> Service:
    """The service with its one shop; starts nothing. Raises CredentialsError."""
    service = Service(settings, database, clock=clock, pace=pace)
    service.add(SHOP, settings)
    return service


def reset_breakers(database: Database, shops: list[str], clock: Clock) -> None:
    """What the circuit breakers of these shops held back is tried at once."""

    def change(connection: Connection) -> None:
        for shop in shops:
            breakers.reset(connection, shop, now=clock.now())

    database.write(change)
