"""The whole service: what all shops share, and the shops."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from connector import __version__
from connector.clock import Clock, SteadyClock
from connector.gateways.whapi.client import connection_pool
from connector.jobs.dispatcher import Dispatcher
from connector.jobs.ledger import count_others
from connector.jobs.long_poll import LongPoll
from connector.jobs.pool import FOR_MANY, FOR_ONE
from connector.jobs.reasons import late_shops
from connector.jobs.resync import resync_due
from connector.jobs.scheduler import Job, Scheduler
from connector.jobs.status_watch import EVERY
from connector.jobs.turns import SECONDS_BETWEEN_BATCHES
from connector.log import Redactor
from connector.metrics.collector import ServiceCollector, StoreCollector, StoreFigures
from connector.metrics.instruments import Instruments
from connector.metrics.many import AccountsCollector, ManyCollector, ReadsManyFigures
from connector.runtime.among_shops import count_earlier, silent_after, tell_locales, tell_of_problems
from connector.runtime.channels import DoubledChannels
from connector.runtime.clients import google_account
from connector.runtime.customers import note_served
from connector.runtime.exchange import Exchange
from connector.runtime.plans import Plans
from connector.runtime.row_links import RowLinks
from connector.runtime.shop import OUT, Shared, Shop, build_shop, hide_secrets
from connector.settings import SHOP, Settings
from connector.sheets.account import DEFAULT, GoogleAccount
from connector.sheets.budget import Budget
from connector.sheets.quota import LIMIT
from connector.store.breakers import reset_breakers
from connector.store.database import Database
from connector.store.shared_clock import clock_of
from connector.store.shops import Known, channels_of_shops, known_shops, put_channel
from connector.store.time_zones import get_locales


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast the service may call Google."""

    seconds_between_batches: float = SECONDS_BETWEEN_BATCHES
    calls_a_minute: int = LIMIT
    """Reads, and writes, of one service account."""
    seconds_between_looks: float = EVERY
    """At what merchants write into `Status`."""


class Service:
    """Everything that runs in one process. Shops may come and go while it runs."""

    def __init__(
        self, settings: Settings, database: Database, *, clock: Clock | None = None, pace: Pace = Pace()
    ) -> None:
        """Builds what all shops share; starts nothing. `settings`: the operator's."""
        self.settings = settings
        self.database = database
        self.clock = clock or clock_of(database)
        self.instruments = Instruments(__version__)
        database.observe(self.instruments)
        self.redact = Redactor(settings.secrets).text
        """Takes the operator's secrets out of a text."""
        self._pace = pace
        self.has_many = settings.shops_file is not None
        """Whether there may be more than one shop."""
        self.long_poll = LongPoll(database)
        self.dispatcher = Dispatcher(
            database,
            clock=self.clock,
            threads=FOR_MANY if self.has_many else FOR_ONE,
            seconds_between_batches=pace.seconds_between_batches,
        )
        self.leases = self.dispatcher.leases
        self.leases.on_gain(count_others(database, self.leases, self.clock, self._budgets))
        self.leases.on_gain(lambda accounts: count_earlier(database, self._shops, self.clock, accounts=accounts))
        self.scheduler = Scheduler(works_for=self.dispatcher.works_for, wait=self.dispatcher.wait_for_stop)
        self.exchange = Exchange(
            database, self.dispatcher, self.clock, shops=lambda: self._shops, refresh=self._refresh_channels
        )
        self.plans = Plans(self.scheduler, self.dispatcher, database, self.clock, has_many=self.has_many)
        self.row_links = RowLinks(settings)
        self._shared = Shared(
            database=database,
            clock=self.clock,
            steady=SteadyClock(self.clock),
            instruments=self.instruments,
            dispatcher=self.dispatcher,
            long_poll=self.long_poll,
            channels=connection_pool(self.dispatcher.threads.fetchers + 1),  # and the history
            silent_after=lambda account: silent_after(account, self._shops),
            row_links=self.row_links,
            seconds_between_looks=pace.seconds_between_looks,
            has_many=self.has_many,
            is_anothers=self.is_anothers,
        )
        self._changing = threading.Lock()
        self._shops: Mapping[str, Shop] = {}
        self._accounts: dict[str, GoogleAccount] = {}
        """By the credentials."""
        self._when_served: list[Callable[[Shop, Known], object]] = []
        self._after_serving: list[Callable[[Sequence[Shop]], object]] = []
        self.channels: Mapping[str, str] = {}
        """Which shop's each channel is, by the channels' ids, as far as they are known."""
        self._out: Mapping[str, str] = {}
        self._doubled = DoubledChannels()
        self.file_problems: Sequence[str] = ()
        """What is wrong with SHOPS_FILE, beside single shops."""
        self.scheduler.every(settings.resync_interval, Job.RESYNC, lambda: resync_due(self.dispatcher.wake))
        if self.has_many:
            # One job for all shops: one each would cost a quarter of a processor where there are a thousand.
            tell = self.scheduler.guarded(
                Job.PROBLEM_EVENTS, lambda wait: tell_of_problems(database, self._own_shops, wait)
            )
            self.scheduler.every(settings.resync_interval, Job.PROBLEM_EVENTS, tell)
        self._observe()

    @property
    def shops(self) -> Mapping[str, Shop]:
        """The shops by their names. What is handed out doesn't change any more."""
        return self._shops

    def _budgets(self) -> Mapping[str, Budget]:
        """By the accounts' addresses."""
        return {account.email: account.budget for account in list(self._accounts.values())}

    @property
    def _own_shops(self) -> Mapping[str, Shop]:
        """Those that this instance fetches and writes for."""
        held = self.leases.held()
        return {name: shop for name, shop in self._shops.items() if shop.account.email in held}

    @property
    def out(self) -> Mapping[str, str]:
        """Shops that can't be served, and a sentence for each that says why."""
        return {**self._doubled.sentences, **self._out}

    def set_out(self, sentences: Mapping[str, str]) -> None:
        """Names those of which it is known without asking their channels."""
        self._out = sentences

    @property
    def only(self) -> Shop:
        """The shop of a service that has one, as each has without SHOPS_FILE."""
        (shop,) = self._shops.values()
        return shop

    def add_shop(self, name: str, settings: Settings, account: str = DEFAULT) -> Shop:
        """Builds a shop's parts. Its webhooks are taken from now on; `serve` has it fetched and written. A shop that is
        there already is replaced. Raises CredentialsError."""
        with self._changing:
            shop = build_shop(name, settings, self._account(account, settings), self._shared)
            self.dispatcher.remove(name)
            hide_secrets(self._shops.get(name), shop)
            self._shops = {**self._shops, name: shop}
            self._doubled.end(name)
        return shop

    def settle(self, name: str) -> None:
        """For a shop that was added, and is to leave: has what is open fetched, written and told, and takes in nothing
        new for it."""
        self.refuse(name)
        with self._changing:
            self.scheduler.remove(name)
            self._begin(self._shops[name])

    def refuse(self, name: str) -> None:
        """Takes in nothing more for the shop, if it is there."""
        if (shop := self._shops.get(name)) is not None:
            shop.refuse()

    def serve(self, names: Sequence[str]) -> None:
        """Has the orders of shops that were added fetched and written."""
        note_served(self.database, {name: self._shops[name].customers is not None for name in names})
        known = self._look_up()
        with self._changing:
            for name in names:
                shop = self._shops[name]
                self.plans.plan(shop, known[name])
                for plan in self._when_served:
                    plan(shop, known[name])
                self._begin(shop)
            served = [self._shops[name] for name in names]
        for tell in self._after_serving:
            tell(served)

    def owner(self, channel_id: str | None) -> str | None:
        """The shop that gets what comes from a channel where nothing else names one; None: no shop does."""
        holder = None if channel_id is None else self.channels.get(channel_id)
        if holder is None or not self._is_taken(holder):
            holder = SHOP
        return holder if holder in self._shops else None

    def is_anothers(self, shop: str, channel_id: str) -> bool:
        """Whether the channel is known to be that of another shop than this one."""
        holder = self.channels.get(channel_id)
        return holder is not None and holder != shop and self._is_taken(holder)

    def learn_channel(self, name: str, channel_id: str) -> None:
        """Is told the shop's channel, as the channel names itself. Puts the shop out where another one has it."""
        if self.channels.get(channel_id) == name:
            return
        others = {*self._shops, *self.out} - {name}
        holder = self.database.write(lambda connection: put_channel(connection, name, channel_id, served=others))
        if holder is None:
            with self._changing:
                former = {channel: shop for channel, shop in self.channels.items() if shop != name}
                self.channels = {**former, channel_id: name}
            self._take_up_again()
        else:
            with self._shops[name].work.faults.speaking():
                self.put_out(name, self._doubled.begin(name, holder, channel_id))

    def _begin(self, shop: Shop) -> None:
        for sender in shop.senders:
            self.dispatcher.chores.add(shop.name, "events", sender.run, shop.work.faults)
        if shop.customers is not None:
            shop.customers.begin(self.dispatcher, shop.work)
        self.dispatcher.add(shop.work)

    def when_served(self, plan: Callable[[Shop, Known], object]) -> None:
        """Has `plan` called with each shop that is served from now on."""
        self._when_served.append(plan)

    def after_serving(self, tell: Callable[[Sequence[Shop]], object]) -> None:
        """Has `tell` called with all shops that are served from now on, or anew, at a time."""
        self._after_serving.append(tell)

    def put_out(self, name: str, sentence: str) -> None:
        """Nothing is fetched and written for the shop until it is added anew. What comes in for it is stored."""
        self._rest(name)
        shop = self._shops.get(name)
        if shop is not None:
            shop.problems.put(OUT, sentence, at=self.clock.now())

    def remove(self, name: str) -> None:
        """Knows nothing of the shop any more. Its orders stay in the store."""
        self._rest(name)
        with self._changing:
            hide_secrets(self._shops.get(name), None)
            self._shops = {other: shop for other, shop in self._shops.items() if other != name}
            self._doubled.end(name)
        self._take_up_again()

    def _is_taken(self, name: str) -> bool:
        """Whether a shop's channel is its own also while the shop is out."""
        return name in self._shops or name in self._out

    def _look_up(self) -> dict[str, Known]:
        with self.database.read() as connection:
            known, locales = known_shops(connection), get_locales(connection)
        tell_locales(self._shops, locales)
        self.channels = {each.channel_id: shop for shop, each in known.items() if each.channel_id is not None}
        return known

    def _refresh_channels(self) -> None:
        """Other instances may have learned of other channels."""
        if not self.has_many:
            return
        # Held from the read on, so that what is learned here meanwhile comes after it.
        with self._changing, self.database.read() as connection:
            known, before, locales = channels_of_shops(connection), self.channels, get_locales(connection)
            self.channels = known
        tell_locales(self._shops, locales)
        if known != before:
            self._take_up_again()

    def _take_up_again(self) -> None:
        """Serves the shops whose channel no other one has any more."""
        for name in self._doubled.ended(
            lambda holder, channel: self._shops.get(holder) is not None and self.channels.get(channel) == holder
        ):
            shop = self._shops[name]
            self.add_shop(name, shop.settings, shop.account.name)
            self.serve([name])

    def _rest(self, name: str) -> None:
        with self._changing:
            shop = self._shops.get(name)
            if shop is not None:
                for sender in shop.senders:
                    sender.stop()
            self.scheduler.remove(name)
            self.dispatcher.remove(name)

    def start(self) -> None:
        """Starts fetching, writing and the periodic jobs. A start may follow a change of the settings: what the circuit
        breakers held back is tried at once."""
        reset_breakers(self.database, self._shops, now=self.clock.now())
        if not self.has_many:
            self.serve([SHOP])
        self.dispatcher.start()
        self.scheduler.start()
        self.exchange.start()

    def close(self) -> None:
        """Ends the threads and closes what is open. Nothing is lost if the process dies instead."""
        self.long_poll.end()
        shops = list(self._shops.values())
        senders = [sender for shop in shops for sender in shop.senders]
        for sender in senders:
            sender.stop()
        self.scheduler.stop()
        self.exchange.stop()
        if self.dispatcher.stop() and not self.has_many:
            # With many shops this would use up the account's calls: who takes one of them over waits to see it gone.
            for shop in shops:
                shop.write.leave()
        for sender in senders:
            sender.close()
        self._shared.channels.close()
        self.database.close()

    def _account(self, name: str, settings: Settings) -> GoogleAccount:
        """The account of these credentials; shops that have the same one share its budget."""
        account = self._accounts.get(settings.google_credentials)
        if account is None:
            account = google_account(
                settings, self.instruments, self.clock, name=name, calls_a_minute=self._pace.calls_a_minute
            )
            self._accounts[settings.google_credentials] = account
        return account

    def _observe(self) -> None:
        registry = self.instruments.registry
        if self.has_many:
            registry.register(ManyCollector(ReadsManyFigures(self.database, self, self.clock, late=late_shops)))
            registry.register(AccountsCollector(lambda: list(self._accounts.values())))
        else:
            registry.register(StoreCollector(StoreFigures(self.database, SHOP, self.clock)))
        registry.register(
            ServiceCollector(
                quota=None if self.has_many else self.instruments.quota,
                changes_waiting=lambda: self.database.changes_waiting,
                works_for_any=lambda: self.dispatcher.works_for_any,
            )
        )


def build_service(
    settings: Settings, database: Database, *, clock: Clock | None = None, pace: Pace = Pace()
) -> Service:
    """The service with its one shop; starts nothing. Raises CredentialsError."""
    service = Service(settings, database, clock=clock, pace=pace)
    service.add_shop(SHOP, settings)
    return service
