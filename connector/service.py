"""Puts the parts of the service together from the settings. What each part promises stands in its own module."""

from collections.abc import Callable
from dataclasses import dataclass, field

from connector import __version__
from connector.check.finding import LatestFindings
from connector.clock import Clock, SystemClock
from connector.events.announce import Announcer
from connector.events.post import Poster
from connector.events.prune import prune_events
from connector.events.secret import Signer
from connector.events.sender import Sender
from connector.logs import Redactor, get_logger
from connector.metrics.collector import ServiceCollector, StoreCollector
from connector.metrics.figures import StoreFigures
from connector.metrics.instruments import Instruments
from connector.observer import UNOBSERVED, Observer
from connector.problems import Problems
from connector.settings import Settings
from connector.sheets.api import SheetsApi
from connector.sheets.columns import Tab
from connector.sheets.credentials import load_credentials
from connector.sheets.errors import SheetsError
from connector.sheets.takeover import IsOurs
from connector.sheets.workbook import Workbook
from connector.store import orders, pauses
from connector.store.database import Database
from connector.store.lock import shop_lock
from connector.sync.arrivals import Arrivals
from connector.sync.audits import Audits
from connector.sync.fetch import FetchStage
from connector.sync.history import HistoryReader
from connector.sync.lookup import SheetLookup
from connector.sync.markers import delete_old_markers
from connector.sync.pipeline import FETCHERS, SECONDS_BETWEEN_BATCHES, Pipeline
from connector.sync.prune import prune
from connector.sync.receive import ReceiveStage
from connector.sync.reconcile import FIRST_AFTER, ReconcileStage
from connector.sync.retry import RetryPolicy
from connector.sync.telling import Telling
from connector.sync.waits import Waits
from connector.sync.write import WriteStage
from connector.whapi.client import WhapiClient

log = get_logger(__name__)

SHOP = "default"
"""The one shop of this service: a channel and a spreadsheet. Every row of the store says whose it is."""


@dataclass(frozen=True, slots=True)
class Service:
    """The parts that somebody outside needs."""

    database: Database
    whapi: WhapiClient
    fetch: FetchStage
    write: WriteStage
    workbook: Workbook
    pipeline: Pipeline
    waits: Waits
    receive: ReceiveStage
    history: HistoryReader
    reconcile: ReconcileStage
    instruments: Instruments
    redact: Callable[[str], str]
    shop: str
    clock: Clock
    lookup: SheetLookup
    """Reads the sheet for those who ask."""
    audits: Audits
    senders: tuple[Sender, ...] = ()
    arrivals: Arrivals = field(default_factory=Arrivals)
    problems: Problems = field(default_factory=Problems)
    """What the parts say is wrong with them."""
    findings: LatestFindings = field(default_factory=LatestFindings)
    """What the cheap checks found, where `check/running.py` runs them."""

    def close(self) -> None:
        """Ends the threads and closes what is open. Nothing is lost if the process dies instead."""
        self.waits.end()
        for sender in self.senders:
            sender.stop()
        if self.pipeline.stop():
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
    redact = Redactor(settings.secrets).text
    policy = retry_policy(settings)
    instruments = Instruments(__version__)
    problems = Problems()
    database.observe(instruments)
    api = sheets_api(settings, instruments, clock)
    whapi = whapi_client(settings, instruments)
    workbook = build_workbook(settings, database, api, clock)
    events = announcer(settings)
    fetch = FetchStage(
        database,
        whapi,
        shop=SHOP,
        policy=policy,
        clock=clock,
        price_divisor=settings.item_price_divisor,
        redact=redact,
        events=events,
        observer=instruments,
    )
    write = WriteStage(
        database,
        api,
        workbook,
        shop=SHOP,
        policy=policy,
        clock=clock,
        redact=redact,
        events=events,
        observer=instruments,
        problems=problems,
    )

    def housekeeping() -> None:
        prune(database, shop=SHOP, keep_days=settings.keep_days, clock=clock)
        prune_events(database, shop=SHOP, clock=clock)
        try:
            write.ownership.renew()
            delete_old_markers(database, api, shop=SHOP, spreadsheet_id=settings.spreadsheet_id, clock=clock)
        except SheetsError as error:
            log.warning("housekeeping.failed", reason=error.message)

    waits = Waits(database, shop=SHOP)
    pipeline = Pipeline(
        fetch,
        write,
        housekeeping=housekeeping,
        lock=shop_lock(database, SHOP),
        clock=clock,
        resync_interval=settings.resync_interval,
        written=waits.written,
        seconds_between_batches=seconds_between_batches,
        problems=problems,
        redact=redact,
    )
    senders = event_senders(settings, database, clock)
    for sender in senders:
        pipeline.beside("events", sender.run)
    receive = ReceiveStage(
        database,
        shop=SHOP,
        grace=settings.items_grace,
        clock=clock,
        arrived=pipeline.orders_arrived,
        price_divisor=settings.item_price_divisor,
        events=events,
        observer=instruments,
    )
    history = HistoryReader(
        database, whapi, receive, shop=SHOP, policy=policy, clock=clock, redact=redact, events=events
    )
    reconcile = ReconcileStage(history, window=settings.reconcile_window, clock=clock)
    if interval := settings.reconcile_interval:
        pipeline.every(interval, "reconcile", reconcile.run, first_after=min(FIRST_AFTER, interval))
    telling = Telling(database, problems, shop=SHOP, clock=clock, events=events)
    pipeline.every(settings.resync_interval, "problems", telling.run, first_after=settings.resync_interval)
    instruments.registry.register(StoreCollector(StoreFigures(database, SHOP, clock)))
    instruments.registry.register(
        ServiceCollector(
            quota=instruments.quota,
            changes_waiting=lambda: database.changes_waiting,
            holds_lock=lambda: pipeline.holds_lock,
        )
    )
    lookup = _lookup(settings, database, instruments, clock)
    return Service(
        database,
        whapi,
        fetch,
        write,
        workbook,
        pipeline,
        waits,
        receive,
        history,
        reconcile,
        instruments,
        redact,
        SHOP,
        clock,
        lookup,
        Audits(
            database,
            lookup,
            problems,
            shop=SHOP,
            spreadsheet_id=settings.spreadsheet_id,
            clock=clock,
            wake=pipeline.wake,
        ),
        senders,
        problems=problems,
    )


def _lookup(settings: Settings, database: Database, observer: Observer, clock: Clock) -> SheetLookup:
    api = sheets_api(settings, observer, clock)
    return SheetLookup(api, build_workbook(settings, database, api, clock))


def retry_policy(settings: Settings) -> RetryPolicy:
    return RetryPolicy(settings.retry_first_delay, settings.retry_max_delay, settings.retry_give_up_after)


def announcer(settings: Settings) -> Announcer:
    """Tells the addresses in EVENTS_URL; nobody if there are none."""
    keys = [target.key for target in settings.event_targets]
    return Announcer(shop=SHOP, spreadsheet_id=settings.spreadsheet_id, targets=keys)


def event_senders(settings: Settings, database: Database, clock: Clock) -> tuple[Sender, ...]:
    """One for each address in EVENTS_URL, so that they don't wait for one another."""
    signer = Signer(settings.event_secrets)
    return tuple(
        Sender(
            database,
            Poster(target, signer, allow_private=settings.events_allow_private),
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


def lift_pauses(database: Database, clock: Clock) -> None:
    """A start may follow a change of the settings: what was paused is tried at once."""
    database.write(lambda connection: pauses.lift(connection, SHOP, now=clock.now()))
