"""Any interleaving of what can happen to the pipeline keeps what docs/how-it-works.md promises.

The real stages, the real store and the sandbox's Google; no sockets, no threads, and a clock that the test sets.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from connector.gateways.reading.result import Reading
from connector.jobs.fetch import FetchStage
from connector.jobs.housekeeping import prune
from connector.jobs.receive import ReceiveStage
from connector.jobs.resync import ask_for_resync
from connector.jobs.write import WriteStage
from connector.models import Item, NewOrder, Order, OrderChange, Place, Status
from connector.settings import SHOP
from connector.sheets.columns import Tab
from connector.sheets.workbook import Workbook
from connector.store import batches, orders
from connector.store.database import Database
from tests.clock import FakeClock
from tests.context import shop_context
from tests.memory import new_folder
from tests.pipeline.desk import EVENTS
from tests.pipeline.direct import (
    SPREADSHEET_ID,
    DirectApi,
    Fate,
    ProcessDied,
    ScriptedItems,
    new_google,
    whapi_failures,
)
from tests.pipeline.order_of_rows import Rows, new_rows_stand_together
from tests.pipeline.refusing import RefusingGoogle
from tests.pipeline.telling import is_told_once_and_in_order, told_of_each

TITLES = {Tab.ORDERS: "Orders", Tab.ITEMS: "Items"}
SAYS = {Status.WAITING: "waiting · {}", Status.SYNCED: "complete", Status.FAILED: "unavailable"}
FILLED_IN = {
    "customer_name": "Customer",
    "customer_phone": "Phone",
    "item_count": "Item count",
    "total_price": "Total",
    "currency": "Currency",
}
_TEMPLATE = new_folder("connector-states-") / "empty.db"


def empty_store(folder: Path) -> Path:
    """A fresh database; the migrations run once for the whole test."""
    if not _TEMPLATE.exists():
        Database(f"sqlite:///{_TEMPLATE}").close()
    return Path(shutil.copy(_TEMPLATE, folder / "connector.db"))


class PipelineStates(RefusingGoogle):
    """Receive, fetch, write, crash, restart, late commits and manual resyncs, in any order."""

    @initialize(
        second_marker=st.booleans(),
        prepared=st.sampled_from([True, True, False]),
        refuses_unmatched=st.booleans(),
        newest_first=st.booleans(),
    )
    def start(self, second_marker: bool, prepared: bool, refuses_unmatched: bool, newest_first: bool) -> None:
        self.folder = new_folder("connector-states-")
        self.clock = FakeClock()
        self.google = new_google(self.clock)
        self.google.accept_second_marker = second_marker
        self.google.unknowns.refuse_unmatched_metadata = refuses_unmatched
        self.path = empty_store(self.folder)
        self.refuse_some()
        self.api = DirectApi(self.google, self.clock)
        self.source = ScriptedItems()
        self.answered: dict[str, tuple[Item, ...]] = {}
        self.never_had_token: set[str] = set()
        self.forgotten: set[str] = set()
        """Orders that were pruned after they had been given up: nothing more can come of them."""
        self.newest_first = self.was_newest_first = newest_first
        self.database: Database | None = None
        self.open()
        if prepared:
            # The first order makes the tabs and proves the guard; what is odd comes after it.
            self.orders_arrive([0], 2, token=True)
            self.an_order_is_fetched(None, dies=False)
            self.the_writer_runs([], [])

    def open(self) -> None:
        """A process starts: everything but the store begins anew."""
        self.database = Database(f"sqlite:///{self.path}")
        workbook = Workbook(
            self.api,
            SPREADSHEET_ID,
            titles=TITLES,
            is_ours=self.known,
            clock=self.clock,
            newest_first=self.newest_first,
        )
        context = shop_context(self.database, self.clock, events=EVENTS)
        self.fetch = FetchStage(context, self.source)
        self.write = WriteStage(context, self.api, workbook)
        self.receive = ReceiveStage(context, arrived=lambda _: None)

    def known(self, order_ids: list[str]) -> set[str]:
        with self.store.read() as connection:
            return orders.known_order_ids(connection, SHOP, order_ids)

    @property
    def store(self) -> Database:
        assert self.database is not None
        return self.database

    def stored(self) -> list[Order]:
        with self.store.read() as connection:
            return orders.list_orders(connection, SHOP, limit=100)

    def may_die(self, work: Callable[[], Any]) -> None:
        """Does the work; if the process dies in it, another one starts."""
        try:
            work()
        except ProcessDied:
            self.restart()

    @rule(
        numbers=st.lists(st.integers(0, 12), min_size=1, max_size=4),
        lines=st.integers(1, 3),
        token=st.booleans(),
        knows=st.sets(st.sampled_from(["customer_name", "customer_phone", "item_count", "total_price", "currency"])),
    )
    def orders_arrive(self, numbers: list[int], lines: int, token: bool, knows: AbstractSet[str] = frozenset()) -> None:
        """Deliveries, new ones and repeated ones, of which each may know more or less than the others."""
        new = []
        for number in numbers:
            order_id = f"order-{number}"
            items = self.answered.get(order_id) or tuple(
                Item(name=f"{order_id} line {line}", quantity=1, price=2, currency="EUR") for line in range(lines)
            )
            self.source.items[order_id] = items
            if token:
                self.never_had_token.discard(order_id)
            elif order_id not in self.answered:
                self.never_had_token.add(order_id)
            self.answered[order_id] = items
            new.append(
                NewOrder(
                    order_id=order_id,
                    received_at=self.clock.now(),
                    order_token=f"token of {order_id}" if token else None,
                    message_id=f"message of {order_id}",
                    **{name: value for name, value in self.said(order_id).items() if name in knows},
                )
            )
        receipt = self.receive.receive(Reading(orders=new), keep_unclear=True)
        assert receipt.quarantined == 0

    def said(self, order_id: str) -> dict[str, Any]:
        """What there is to know of an order."""
        number = order_id.removeprefix("order-")
        return {
            "customer_name": f"Customer {'abcdefghijklm'[int(number)]}",
            "customer_phone": f"4915550000{int(number):02d}",
            "item_count": len(self.answered[order_id]),
            "total_price": 2 * len(self.answered[order_id]),
            "currency": "EUR",
        }

    @rule(number=st.integers(0, 12), sentence=st.sampled_from(["Deleted by the customer", "Declined"]))
    def something_is_told_of_an_order(self, number: int, sentence: str) -> None:
        change = OrderChange(sentence, message_id=f"message of order-{number}")
        self.receive.receive(Reading(changes=[change]), keep_unclear=True)

    @rule(outcome=st.sampled_from([None, None, None, *whapi_failures()]), dies=st.sampled_from([False, False, True]))
    def an_order_is_fetched(self, outcome: Any, dies: bool) -> None:
        self.source.outcome, self.source.dies = outcome, dies
        if not self.fetch.breaker().is_open(self.clock.now()):
            for order in self.fetch.due(limit=1, leave_out=set()):
                self.may_die(lambda order=order: self.fetch.fetch(order))  # type: ignore[misc]
        self.source.outcome, self.source.dies = None, False

    @rule(
        writes=st.lists(st.sampled_from(list(Fate)), max_size=3),
        reads=st.lists(st.sampled_from([Fate.OK, Fate.OK, Fate.REFUSED, Fate.LOST, Fate.DIES_AFTER]), max_size=2),
    )
    def the_writer_runs(self, writes: list[Fate], reads: list[Fate]) -> None:
        self.api.writes.extend(writes)
        self.api.reads.extend(reads)
        before = self.standing()
        self.may_die(self.write.run)
        self.api.writes.clear()
        self.api.reads.clear()
        arrived = [order.order_id for order in sorted(self.stored(), key=lambda order: order.id)]
        # The first batch of a process finds out whether Google refuses what has moved, and a failure may hide it.
        is_first = self.newest_first and self.google.unknowns.refuse_unmatched_metadata
        new_rows_stand_together(before, self.standing(), arrived, first=is_first, or_last=bool(writes or reads))

    def standing(self) -> Rows:
        return [row["Order ID"] for row in self.rows("Orders")], [row["Product"] for row in self.rows("Items")]

    @precondition(lambda self: self.api.late)
    @rule()
    def a_late_call_arrives(self) -> None:
        self.api.late_call_arrives()

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.open()

    @rule()
    def the_setting_is_changed(self) -> None:
        """NEW_ROWS: what is there stays where it is."""
        self.newest_first = not self.newest_first
        self.was_newest_first = True
        self.restart()

    @rule(seconds=st.sampled_from([1, 10, 61, 3600, 8 * 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule(number=st.integers(0, 12), all_of_them=st.booleans())
    def somebody_asks_for_a_resync(self, number: int, all_of_them: bool) -> None:
        order_ids = None if all_of_them else [f"order-{number}"]
        ask_for_resync(self.store, SHOP, now=self.clock.now(), order_ids=order_ids)

    @rule()
    def the_store_is_pruned(self) -> None:
        failed = {order.order_id for order in self.stored() if order.status is Status.FAILED}
        prune(self.store, shop=SHOP, keep_days=5, clock=self.clock)
        self.forgotten |= failed - {order.order_id for order in self.stored()}

    @invariant()
    def store_sheet_and_events_agree(self) -> None:
        assert self.known(list(self.answered)) == set(self.answered)
        stored = self.stored()  # Once for all of this: it takes longer than all else.
        self.what_is_said_of_an_order_its_row_says(stored)
        self.a_row_is_where_the_store_says(stored)
        with self.store.read() as connection:
            is_told_once_and_in_order(told_of_each(connection), self.answered, stored)
        self.an_order_is_in_one_open_batch_at_the_most(stored)

    @invariant()
    def no_row_is_there_twice(self) -> None:
        assert max(Counter(row["Order ID"] for row in self.rows("Orders")).values(), default=1) == 1
        assert max(Counter(row["Number"] for row in self.rows("Orders")).values(), default=1) == 1
        assert max(Counter(row["Product"] for row in self.rows("Items")).values(), default=1) == 1

    def what_is_said_of_an_order_its_row_says(self, stored: Sequence[Order]) -> None:
        says = {row["Order ID"]: row["Items"] for row in self.rows("Orders")}
        lines = Counter(row["Order ID"] for row in self.rows("Items"))
        for order in stored:
            if order.batch_id is None and order.status in SAYS and order.shown is not None:
                expected = SAYS[Status.WAITING].format(order.order_id) if order.shown == "waiting" else order.shown
                told = f" · {order.row_change[0].lower()}{order.row_change[1:]}" if order.row_change else ""
                assert says[order.order_id] == expected + told
            if order.status is Status.SYNCED:
                assert lines[order.order_id] == len(self.answered[order.order_id])

    @invariant()
    def a_cell_holds_its_order_s_own_value_or_says_that_it_is_still_to_come(self) -> None:
        for row in self.rows("Orders"):
            order_id = row["Order ID"]
            pending = {f"{state} · {order_id}" for state in ("waiting", "unavailable")}
            for name, column in FILLED_IN.items():
                assert row[column] in {None, self.said(order_id)[name], *pending}
            if row["Items"].startswith("complete"):
                assert [row[FILLED_IN[name]] for name in ("item_count", "total_price", "currency")] == [
                    self.said(order_id)[name] for name in ("item_count", "total_price", "currency")
                ]

    def a_row_is_where_the_store_says(self, stored: Sequence[Order]) -> None:
        content = self.google.spreadsheets[SPREADSHEET_ID].content
        tab = content.sheet_titled("Orders")
        at = {row["Order ID"]: index for index, row in enumerate(self.rows("Orders"), start=1)}
        for order in stored:
            if order.shown is not None:
                assert tab is not None
                assert order.place is not None
                # Rows that came in above it since have moved it.
                row = order.place.row if self.was_newest_first else at[order.order_id]
                assert order.place == Place(SPREADSHEET_ID, tab.sheet_id, row)
            else:
                assert order.place is None

    def an_order_is_in_one_open_batch_at_the_most(self, stored: Sequence[Order]) -> None:
        with self.store.read() as connection:
            open_ids = {batch.id for batch in batches.open_batches(connection, SHOP)}
        assert {order.batch_id for order in stored if order.batch_id} <= open_ids

    def teardown(self) -> None:
        if self.database is None:
            return
        try:
            self.all_is_well_in_the_end()
        finally:
            self.database.close()
            shutil.rmtree(self.folder)

    def all_is_well_in_the_end(self) -> None:
        """Once Whapi and Google do as they should, every order is in the sheet once, with its items."""
        if not self.answered:
            return
        self.odd.clear()
        for _ in range(200):
            if self.api.late:
                self.api.late_call_arrives()
            self.clock.advance(3601)
            ask_for_resync(self.store, SHOP, now=self.clock.now())
            for order in self.fetch.due(limit=5, leave_out=set()):
                self.fetch.fetch(order)
            self.write.run()
            due = self.fetch.due(limit=1, leave_out=set())
            if not due and self.write.next_run_at() is None and not self.api.late:
                break
        with_items = self.answered.keys() - self.never_had_token - self.forgotten
        rows = {row["Order ID"]: row["Items"].partition(" · ")[0] for row in self.rows("Orders")}
        assert rows == {order_id: "complete" if order_id in with_items else "unavailable" for order_id in self.answered}
        assert Counter(row["Product"] for row in self.rows("Items")) == Counter(
            item.name for order_id in with_items for item in self.answered[order_id]
        )
        self.no_row_is_there_twice()
        assert [order.order_id for order in self.stored() if order.row_change != order.change] == []
        with self.store.read() as connection:
            assert batches.open_batches(connection, SHOP) == []

    def rows(self, tab: str) -> list[dict[str, Any]]:
        try:
            header, *rows = self.google.sheet_values(SPREADSHEET_ID, tab)
        except (KeyError, ValueError):
            return []
        return [dict(zip(header, row + [None] * (len(header) - len(row)), strict=True)) for row in rows]


TestPipelineStates = PipelineStates.TestCase
TestPipelineStates.settings = settings(
    max_examples=45,
    stateful_step_count=40,
    deadline=None,
    # Without the explain phase, which traces every line and takes minutes here.
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
