"""What instances of the service tell each other through the store, while there are several.

Every second one look at the store for all shops: what other instances have stored or made due for those that this one
works for, what they ask of it, and which accounts are free. In return it reports what they can't know. An instance that
is alone does none of it: its thread sleeps until the renewal of its lease finds another one.
"""

import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from connector.clock import Clock
from connector.findings import Finding
from connector.jobs.audits import Progress
from connector.jobs.dispatcher import Dispatcher
from connector.jobs.pool import Pool
from connector.log import get_logger
from connector.problems import NamedProblem
from connector.runtime.asking import answer
from connector.runtime.condition import report_of, take_over_findings
from connector.runtime.shop import Shop
from connector.store import asks
from connector.store.asks import Ask, open_asks
from connector.store.database import Database
from connector.store.due import Marks, read_marks
from connector.store.leases import free_accounts
from connector.store.reports import About, Report, all_reports, put_reports

log = get_logger(__name__)

EVERY = 1.0
"""Seconds between two looks."""
_REFRESH_EVERY = 5
"""Looks after which is read anew what changes seldom."""
_WEBHOOKS_WITHIN = timedelta(seconds=10)
"""How old the moment of a shop's latest webhook may be that others know of."""
_ANSWERERS = 2
_STOP_WITHIN = 2.0
_FRESH = timedelta(hours=1)
"""Findings of an instance that worked before are taken over for so long: by then each looks again."""

_WorkState = tuple[list[NamedProblem], tuple[tuple[Finding, ...], datetime | None], Progress]


class Exchange:
    """Tells and asks for this instance, in a thread of its own."""

    def __init__(
        self,
        database: Database,
        dispatcher: Dispatcher,
        clock: Clock,
        *,
        shops: Callable[[], Mapping[str, Shop]],
        refresh: Callable[[], object] = lambda: None,
    ) -> None:
        """`refresh` reads anew what others may have changed in the store and is kept in memory here."""
        self._database = database
        self._dispatcher = dispatcher
        self._leases = dispatcher.leases
        self._clock = clock
        self._shops = shops
        self._refresh = refresh
        self._looks = 0
        self._marks = Marks()
        self._free: frozenset[str] = frozenset()
        self._reported: dict[str, _WorkState] = {}
        """What was said last of each shop that this instance works for."""
        self._webhooks: dict[str, datetime] = {}
        self._is_failing = False
        self._pool = Pool(_ANSWERERS, "answer")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="exchange", daemon=True)
        self._leases.on_gain(self._take_over)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begins nothing more. Waits a moment for a look that is under way, which needs the store."""
        self._stopping.set()
        self._leases.among_others.set()  # Lets the thread end, should it wait for that.
        self._pool.stop()
        if self._thread.is_alive():
            self._thread.join(_STOP_WITHIN)

    def look(self) -> None:
        """Looks at the store once, and says what is new."""
        works = self._dispatcher.works_for_any
        with self._database.read() as connection:
            marks = read_marks(connection) if works else Marks()
            asked = open_asks(connection) if works else []
            free = free_accounts(connection)
        due, events = marks.changed_since(self._marks)
        if due or events:
            self._dispatcher.others_stored(due, events=events)
        self._marks = marks
        if free - self._free:
            self._leases.wake()
        self._free = free
        self._answer(asked)
        self._report()
        self._looks += 1
        if self._looks % _REFRESH_EVERY == 1:
            self._refresh()

    def _run(self) -> None:
        while not self._stopping.is_set():
            if not self._leases.among_others.is_set():
                # Whoever comes next knows nothing yet.
                self._marks = Marks()
                self._reported.clear()
                self._leases.among_others.wait()
                continue
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next look may go well
                if not (self._is_failing or self._stopping.is_set()):
                    log.warning("exchange.failed", reason=type(error).__name__)
                self._is_failing = True
            else:
                self._is_failing = False
            self._stopping.wait(EVERY)

    def _answer(self, asked: Collection[Ask]) -> None:
        shops = self._shops()
        mine = {ask.id: ask for ask in asked if ask.shop in shops and self._dispatcher.works_for(ask.shop)}
        if mine:
            for ask_id in self._database.write(lambda connection: asks.take(connection, mine.keys())):
                self._pool.submit(answer, shops[mine[ask_id].shop], mine[ask_id])

    def _report(self) -> None:
        now = self._clock.now()
        reports: list[Report] = []
        states: dict[str, _WorkState] = {}
        webhooks: dict[str, datetime] = {}
        for name, shop in self._shops().items():
            if self._dispatcher.works_for(name):
                states[name] = shop.problems.current(), shop.findings.get(), shop.audits.progress()
                if states[name] != self._reported.get(name):
                    reports.append(report_of(shop, at=now))
            latest, told = shop.arrivals.latest, self._webhooks.get(name)
            if latest is not None and (told is None or latest - told >= _WEBHOOKS_WITHIN):
                webhooks[name] = latest
                reports.append(Report(name, About.WEBHOOK, latest, ""))
        if reports:
            self._database.write(lambda connection: put_reports(connection, reports))
        self._reported = states
        self._webhooks |= webhooks

    def _take_over(self, accounts: Collection[str]) -> None:
        """The instance has accounts from now on that another one may have had."""
        if self._database.path is not None:
            return
        with self._database.read() as connection:
            reports = all_reports(connection, About.WORK)
        since = self._clock.now() - _FRESH
        for name, shop in self._shops().items():
            if name in reports and shop.account.email in accounts:
                take_over_findings(shop, reports[name], since=since)
