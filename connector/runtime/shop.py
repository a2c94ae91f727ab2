"""The parts of one shop: a channel, a spreadsheet, and what works between the two.

Threads, connections and the store are shared with the other shops; a shop that rests is a few records.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import httpx

from connector.clock import Clock
from connector.events.delivery import Delivery
from connector.events.payload import Spreadsheet
from connector.events.publisher import Publisher
from connector.events.sender import Sender
from connector.events.target import Signer
from connector.findings import LatestFindings
from connector.gateways.whapi.client import WhapiClient
from connector.jobs.asking import Asker
from connector.jobs.audits import Audits
from connector.jobs.context import ShopContext
from connector.jobs.dispatcher import Dispatcher
from connector.jobs.fetch import FetchStage
from connector.jobs.find_row import RowFinder
from connector.jobs.housekeeping import do_housekeeping
from connector.jobs.long_poll import LongPoll
from connector.jobs.message_history import HistoryReader
from connector.jobs.problem_events import ProblemEvents
from connector.jobs.receive import Arrivals, ReceiveStage
from connector.jobs.reconcile import Reconciliation
from connector.jobs.retry import RetryPolicy
from connector.jobs.rewrite import SheetLookup
from connector.jobs.shop_work import ShopWork
from connector.jobs.status_watch import EVERY
from connector.jobs.write import WriteStage
from connector.language import Language, ShopLanguage, marked
from connector.language import gettext as _
from connector.log import Redactor, add_secrets, drop_secrets
from connector.metrics.instruments import Instruments
from connector.problems import Problems
from connector.runtime.addresses import spreadsheets_site
from connector.runtime.alerts import Alerts
from connector.runtime.clients import whapi_client
from connector.runtime.customers import Customers, build_customers
from connector.runtime.row_links import RowLinks
from connector.runtime.spreadsheet import build_workbook
from connector.settings import Settings
from connector.sheets.account import GoogleAccount
from connector.sheets.workbook import Workbook
from connector.store.database import Database

OUT = "out"
"""The key of the problem that a shop's entry in SHOPS_FILE is wrong."""
LEAVING = "leaving"
LEAVING_SENTENCE = marked(
    "The shop is being removed: it takes no more orders, and what is open is being written. If nobody is at it, run "
    "shops remove again, which takes up where it was left."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What all shops of a service use together."""

    database: Database
    clock: Clock
    steady: Clock
    instruments: Instruments
    dispatcher: Dispatcher
    long_poll: LongPoll
    channels: httpx.Client
    """The connections to Whapi."""
    silent_after: Callable[[GoogleAccount], timedelta]
    """After how long without a sign of life another installation may take an account's spreadsheets."""
    row_links: RowLinks
    seconds_between_looks: float = EVERY
    """At what the merchant writes into `Status`."""
    has_many: bool = False
    """Whether there may be several shops."""
    is_anothers: Callable[[str, str], bool] = lambda _shop, _channel_id: False
    """Whether a channel is known to be that of another shop than this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The parts that somebody outside needs."""

    context: ShopContext
    account: GoogleAccount
    whapi: WhapiClient
    workbook: Workbook
    fetch: FetchStage
    write: WriteStage
    work: ShopWork
    receive: ReceiveStage
    history: HistoryReader
    reconcile: Reconciliation
    dispatcher: Dispatcher
    long_poll: LongPoll
    lookup: SheetLookup
    """Reads the sheet for those who ask."""
    rows: RowFinder
    asker: Asker
    """Has done elsewhere what calls Google, where another instance works for the shop."""
    audits: Audits
    problem_events: ProblemEvents
    alerts: Alerts
    senders: tuple[Sender, ...] = ()
    customers: Customers | None = None
    """Tells customers how far their orders have come, where the shop wants that."""
    arrivals: Arrivals = field(default_factory=Arrivals)
    findings: LatestFindings = field(default_factory=LatestFindings)
    """What the cheap checks found, where the health monitor runs them."""

    @property
    def name(self) -> str:
        return self.context.shop

    @property
    def settings(self) -> Settings:
        return self.context.settings

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

    @property
    def language(self) -> Language:
        """What its owner reads: LANGUAGE, or the spreadsheet's locale as it was last seen, or English."""
        return self.context.language.current

    def refuse(self) -> None:
        """Takes nothing in any more."""
        self.receive.close()
        # Whoever removes the shop looks for this sentence, to know that nothing is taken in any more.
        with self.work.faults.speaking():
            self.problems.put(LEAVING, _(LEAVING_SENTENCE), at=self.clock.now())

    def wake(self) -> None:
        """Something may be due in the shop."""
        self.dispatcher.wake(self.name)


def build_shop(name: str, settings: Settings, account: GoogleAccount, shared: Shared) -> Shop:
    """Builds a shop's parts; starts nothing, and calls nobody."""
    redactor = Redactor(settings.secrets)
    database, clock, dispatcher, api = shared.database, shared.clock, shared.dispatcher, account.api
    wake = partial(dispatcher.wake, name)
    context = ShopContext(
        shop=name,
        settings=settings,
        database=database,
        clock=clock,
        steady=shared.steady,
        retry=RetryPolicy(settings.retry_first_delay, settings.retry_max_delay, settings.retry_give_up_after),
        redact=redactor.text,
        secrets=redactor if shared.has_many else None,
        events=publisher(name, settings, shared.row_links),
        observer=shared.instruments,
        language=ShopLanguage(settings.language),
    )
    whapi = whapi_client(settings, shared.instruments, shared=shared.channels)
    workbook = build_workbook(settings, database, api, clock, shop=name, language=context.language)
    fetch = FetchStage(context, whapi)
    write = WriteStage(
        context,
        api,
        workbook,
        silent_after=partial(shared.silent_after, account),
        is_ours=partial(dispatcher.leases.confirm, account=account.email),
    )
    work = ShopWork(
        context,
        fetch,
        write,
        account=account,
        housekeeping=lambda: do_housekeeping(context, api, write.ownership),
        written=shared.long_poll.written,
    )
    receive = ReceiveStage(
        context,
        arrived=partial(dispatcher.orders_arrived, name),
        is_anothers=partial(shared.is_anothers, name),
    )
    history = HistoryReader(context, whapi, receive)
    alerts = Alerts(settings=settings, client=whapi, redact=redactor.text, shop=name if shared.has_many else None)
    asker = Asker(database, dispatcher, name)
    lookup = SheetLookup(api, build_workbook(settings, database, api, clock, shop=name, language=context.language))
    return Shop(
        context=context,
        account=account,
        whapi=whapi,
        workbook=workbook,
        fetch=fetch,
        write=write,
        work=work,
        receive=receive,
        history=history,
        reconcile=Reconciliation(context, history),
        dispatcher=dispatcher,
        long_poll=shared.long_poll,
        lookup=lookup,
        asker=asker,
        rows=RowFinder(context, lookup, account, asker),
        audits=Audits(context, lookup, wake=wake),
        problem_events=ProblemEvents(context),
        alerts=alerts,
        senders=(*event_senders(name, settings, database, clock), *alerts.senders(name, database, clock)),
        customers=(
            build_customers(context, lookup, account, whapi, write, wake, every=shared.seconds_between_looks)
            if settings.tell_customer
            else None
        ),
    )


def hide_secrets(before: Shop | None, after: Shop | None) -> None:
    """Keeps a shop's secrets, and no longer those that it had before, out of the lines of the log that concern all."""
    if after is not None and after.context.secrets is not None:
        add_secrets(after.context.secrets)
    if before is not None and before.context.secrets is not None:
        drop_secrets(before.context.secrets)


def publisher(shop: str, settings: Settings, row_links: RowLinks) -> Publisher:
    """Tells the addresses in EVENTS_URL and ALERT_URLS; nobody if there are none."""
    return Publisher(
        shop=shop,
        spreadsheet=Spreadsheet(settings.spreadsheet_id, spreadsheets_site(settings)),
        targets=[target.key for target in settings.event_targets],
        alerts=[target.key for target in settings.alert_targets],
        alerts_of_orders=settings.alert_orders,
        row_url=partial(row_links.url, shop),
    )


def event_senders(shop: str, settings: Settings, database: Database, clock: Clock) -> tuple[Sender, ...]:
    """One for each address in EVENTS_URL, so that they don't wait for one another."""
    signer = Signer(settings.event_secrets)
    return tuple(
        Sender(
            database,
            Delivery(target, signer, allow_private=settings.events_allow_private),
            target,
            shop=shop,
            clock=clock,
        )
        for target in settings.event_targets
    )
