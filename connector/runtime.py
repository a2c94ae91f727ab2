"""Puts the parts of the service together from the settings. What each part promises stands in its own module."""

from collections.abc import Callable
from dataclasses import dataclass, field

from connector import __version__
from connector.clock import Clock, SystemClock
from connector.events.delivery import Delivery
from connector.events.publisher import Publisher
from connector.events.sender import Sender
from connector.events.target import Signer
from connector.findings import LatestFindings
from connector.gateways.whapi.client import WhapiClient
from connector.jobs.audits import Audits
from connector.jobs.cleanup import clean_up
from connector.jobs.context import ShopContext
from connector.jobs.fetch import FetchStage
from connector.jobs.long_poll import LongPoll
from connector.jobs.message_history import HistoryReader
from connector.jobs.problem_events import ProblemEvents
from connector.jobs.receive import Arrivals, ReceiveStage
from connector.jobs.reconcile import FIRST_AFTER, ReconcileStage
from connector.jobs.retry import RetryPolicy
from connector.jobs.rewrite import SheetLookup
from connector.jobs.scheduler import Job
from connector.jobs.workers import FETCHERS, SECONDS_BETWEEN_BATCHES, Workers
from connector.jobs.write import WriteStage
from connector.log import Redactor
from connector.metrics.collector import ServiceCollector, StoreCollector, StoreFigures
from connector.metrics.instruments import Instruments
from connector.observer import UNOBSERVED, Observer
from connector.problems import Problems
from connector.settings import Settings
from connector.sheets.client import SheetsApi
from connector.sheets.columns import Tab
from connector.sheets.credentials import load_credentials
from connector.sheets.takeover import IsOurs
from connector.sheets.workbook import Workbook
from connector.store import breakers, orders
from connector.store.database import Database
from connector.store.lock import shop_lock

SHOP = "default"
"""The one shop of this service: a channel and a spreadsheet. Every row of the store says whose it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The parts that somebody outside needs."""

    context: ShopContext
    whapi: WhapiClient
    workbook: Workbook
    fetch: FetchStage
    write: WriteStage
    receive: ReceiveStage
    history: HistoryReader
    reconcile: ReconcileStage
    workers: Workers
    long_poll: LongPoll
    instruments: Instruments
    lookup: SheetLookup
    """Reads the sheet for those who ask."""
    audits: Audits
    senders: tuple[Sender, ...] = ()
    arrivals: Arrivals = field(default_factory=Arrivals)
    findings: LatestFindings = field(default_factory=LatestFindings)
    """What the cheap checks found, where the health monitor runs them."""

    @property
    def shop(self) -> str:
        return self.context.shop

    @property
    def database(self) -> Database:
        return self.context.database

    @property
    def clock(self) -> Clock:
        return self.context.clock

    @property
    def redact(self) -> Callable[[str], str]:
        return self.context.redact

    @property
    def problems(self) -> Problems:
        return self.context.problems

    def close(self) -> None:
        """Ends the threads and closes what is open. Nothing is lost if the process dies instead."""
        self.long_poll.end()
        for sender in self.senders:
            sender.stop()
        if self.workers.stop():
            self.write.leave()
        for sender in self.senders:
            sender.close()
        self.whapi.close()
        self.database.close()


def build_service(
    settings: Settings,
    database: Database,
    *,
    clock: Clock | None = None,
    seconds_between_batches: float = SECONDS_BETWEEN_BATCHES,
) -> Service:
    """Builds all parts; starts nothing. Raises CredentialsError."""
    clock = clock or SystemClock()
    instruments = Instruments(__version__)
    database.observe(instruments)
    context = ShopContext(
        shop=SHOP,
        settings=settings,
        database=database,
        clock=clock,
        retry=retry_policy(settings),
        redact=Redactor(settings.secrets).text,
        events=publisher(settings),
        observer=instruments,
    )
    api = sheets_api(settings, instruments, clock)
    whapi = whapi_client(settings, instruments)
    workbook = build_workbook(settings, database, api, clock)
    fetch = FetchStage(context, whapi)
    write = WriteStage(context, api, workbook)
    long_poll = LongPoll(context)
    workers = Workers(
        context,
        fetch,
        write,
        housekeeping=lambda: clean_up(context, api, write.ownership),
        lock=shop_lock(database, SHOP),
        written=long_poll.written,
        seconds_between_batches=seconds_between_batches,
    )
    senders = event_senders(settings, database, clock)
    for sender in senders:
        workers.beside("events", sender.run)
    receive = ReceiveStage(context, arrived=workers.orders_arrived)
    history = HistoryReader(context, whapi, receive)
    reconcile = ReconcileStage(context, history)
    if interval := settings.reconcile_interval:
        workers.every(interval, Job.RECONCILE, reconcile.run, first_after=min(FIRST_AFTER, interval))
    problem_events = ProblemEvents(context)
    interval = settings.resync_interval
    workers.every(interval, Job.PROBLEM_EVENTS, problem_events.run, first_after=interval)
    instruments.registry.register(StoreCollector(StoreFigures(database, SHOP, clock)))
    instruments.registry.register(
        ServiceCollector(
            quota=instruments.quota,
            changes_waiting=lambda: database.changes_waiting,
            holds_lock=lambda: workers.holds_lock,
        )
    )
    lookup = _lookup(settings, database, instruments, clock)
    return Service(
        context=context,
        whapi=whapi,
        workbook=workbook,
        fetch=fetch,
        write=write,
        receive=receive,
        history=history,
        reconcile=reconcile,
        workers=workers,
        long_poll=long_poll,
        instruments=instruments,
        lookup=lookup,
        audits=Audits(
            database,
            lookup,
            context.problems,
            shop=SHOP,
            spreadsheet_id=settings.spreadsheet_id,
            clock=clock,
            wake=workers.wake,
        ),
        senders=senders,
    )


def _lookup(settings: Settings, database: Database, observer: Observer, clock: Clock) -> SheetLookup:
    api = sheets_api(settings, observer, clock)
    return SheetLookup(api, build_workbook(settings, database, api, clock))


def retry_policy(settings: Settings) -> RetryPolicy:
    return RetryPolicy(settings.retry_first_delay, settings.retry_max_delay, settings.retry_give_up_after)


def publisher(settings: Settings) -> Publisher:
    """Tells the addresses in EVENTS_URL; nobody if there are none."""
    keys = [target.key for target in settings.event_targets]
    return Publisher(shop=SHOP, spreadsheet_id=settings.spreadsheet_id, targets=keys)


def event_senders(settings: Settings, database: Database, clock: Clock) -> tuple[Sender, ...]:
    """One for each address in EVENTS_URL, so that they don't wait for one another."""
    signer = Signer(settings.event_secrets)
    return tuple(
        Sender(
            database,
            Delivery(target, signer, allow_private=settings.events_allow_private),
            target,
            shop=SHOP,
            clock=clock,
        )
        for target in settings.event_targets
    )


def sheets_api(settings: Settings, observer: Observer = UNOBSERVED, clock: Clock | None = None) -> SheetsApi:
    """The client for Google Sheets. Raises CredentialsError."""
    credentials = load_credentials(settings.google_credentials)
    return SheetsApi(
        credentials,
        base_url=settings.sheets_base_url,
        timeout=settings.google_timeout,
        observer=observer,
        clock=clock,
    )


def whapi_client(settings: Settings, observer: Observer = UNOBSERVED) -> WhapiClient:
    return WhapiClient(
        settings.whapi_base_url,
        settings.whapi_token,
        timeout=settings.whapi_timeout,
        connections=FETCHERS + 1,  # and the history
        observer=observer,
    )


def known_ids(database: Database) -> IsOurs:
    """Tells which order ids the store knows as the shop's."""

    def is_ours(order_ids: list[str]) -> set[str]:
        with database.read() as connection:
            return orders.known_order_ids(connection, SHOP, order_ids)

    return is_ours


def build_workbook(settings: Settings, database: Database, api: SheetsApi, clock: Clock) -> Workbook:
    """The spreadsheet of the settings; the store tells it which order ids are ours."""
    return Workbook(
        api,
        settings.spreadsheet_id,
        titles={Tab.ORDERS: settings.orders_tab, Tab.ITEMS: settings.items_tab},
        is_ours=known_ids(database),
        clock=clock,
        time_zone=settings.timezone,
    )


def reset_breakers(database: Database, clock: Clock) -> None:
    """A start may follow a change of the settings: what the circuit breakers held back is tried at once."""
    database.write(lambda connection: breakers.reset(connection, SHOP, now=clock.now()))
