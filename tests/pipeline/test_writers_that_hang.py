"""Whoever hangs, wherever and for however long, while others write: every row is there once.

Three writers on one store, as several instances would have it whose lock didn't hold them apart.
"""

import pickle
import shutil
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import Connection

from connector.gateways.reading.result import Reading
from connector.jobs import housekeeping
from connector.jobs.receive import ReceiveStage
from connector.jobs.write import WriteStage
from connector.models import Item, NewOrder
from connector.settings import SHOP
from connector.sheets import session
from connector.sheets.workbook import Workbook
from connector.store import batches, orders
from connector.store.batches import Batch, BatchState, Made
from connector.store.database import Database
from connector.store.spreadsheets import get_hold
from connector.store.tables import batches as batches_table
from connector.store.tables import orders as orders_table
from connector.store.tables import spreadsheets
from sandbox.google.spreadsheet import Spreadsheet
from tests.clock import FakeClock
from tests.context import shop_context
from tests.memory import new_folder
from tests.pipeline.desk import EVENTS
from tests.pipeline.direct import SPREADSHEET_ID, DirectApi, Fate, new_google
from tests.pipeline.hanging import Baton, HangingApi, Point, Writer
from tests.pipeline.test_states import TITLES, empty_store

POINTS = st.sampled_from([None, None, *Point])
FATES = st.lists(st.sampled_from([Fate.OK, Fate.OK, Fate.OK, Fate.LOST, Fate.UNHEARD, Fate.LATE]), max_size=2)
WRITERS = 3


class Process:
    """What a process has that writes: its own connection to the store, its own stage."""

    def __init__(self, path: Path, api: DirectApi, clock: FakeClock) -> None:
        self.database = Database(f"sqlite:///{path}")
        workbook = Workbook(api, SPREADSHEET_ID, titles=TITLES, is_ours=self.known, clock=clock, time_zone=None)
        context = shop_context(self.database, clock, events=EVENTS)
        self.stage = WriteStage(context, api, workbook)
        self.receive = ReceiveStage(context, arrived=lambda _: None)

    def known(self, order_ids: list[str]) -> set[str]:
        with self.database.read() as connection:
            return orders.known_order_ids(connection, SHOP, order_ids)

    def take_in(self, clock: FakeClock, numbers: list[int], *, items: bool) -> None:
        new = [
            NewOrder(
                order_id=f"order-{number}",
                received_at=clock.now(),
                order_token="token",
                items=(Item(name=f"order-{number}", quantity=1, price=2, currency="EUR"),) if items else None,
            )
            for number in numbers
        ]
        self.receive.receive(Reading(orders=new), keep_unclear=True)


@cache
def prepared(second_marker: bool) -> tuple[Path, bytes, FakeClock]:
    """A store, and a pickled spreadsheet with one order in it: the tabs are made, the guard is proved."""
    folder = new_folder("connector-hanging-")
    clock = FakeClock()
    google = new_google(clock)
    google.accept_second_marker = second_marker
    path = empty_store(folder)
    process = Process(path, DirectApi(google, clock), clock)
    process.take_in(clock, [99], items=True)
    while process.stage.next_run_at() is not None:
        process.stage.run()
    process.database.close()
    return path, pickle.dumps(google.spreadsheets[SPREADSHEET_ID].content), clock


class WritersThatHang(RuleBasedStateMachine):
    """Orders come in and are written by writers that hang and go on, while hours pass and markers are deleted."""

    @initialize(second_marker=st.booleans(), refuses_unmatched=st.booleans(), keeps_out=st.booleans())
    def start(self, second_marker: bool, refuses_unmatched: bool, keeps_out: bool) -> None:
        self.begin(WRITERS, second_marker, refuses_unmatched, keeps_out)

    def begin(self, writers: int, second_marker: bool, refuses_unmatched: bool, keeps_out: bool) -> None:
        self.folder = new_folder("connector-hanging-")
        store, content, begun = prepared(second_marker)
        self.clock = FakeClock(begun.now())
        self.path = Path(shutil.copy(store, self.folder / "connector.db"))
        self.google = new_google(self.clock)
        self.google.accept_second_marker = second_marker
        self.google.unknowns.refuse_unmatched_metadata = refuses_unmatched
        self.google.spreadsheets[SPREADSHEET_ID] = Spreadsheet(SPREADSHEET_ID, pickle.loads(content), "writer")
        self.main = Process(self.path, DirectApi(self.google, self.clock), self.clock)
        # Where Google can't be made to refuse an earlier owner's batches, all rests on the store and the deadline.
        self.main.database.write(
            lambda connection: connection.execute(sa.update(spreadsheets).values(blocks=keeps_out))
        )
        self.processes = [self.main]
        self.writers = [self.new_writer() for _ in range(writers)]
        self.answered = {99}
        self.with_items = {99}

    def new_writer(self) -> Writer:
        baton = Baton()
        api = HangingApi(self.google, self.clock, baton)
        process = Process(self.path, api, self.clock)
        self.processes.append(process)
        return Writer(process.stage, api, baton)

    @rule(numbers=st.lists(st.integers(0, 5), min_size=1, max_size=3), items=st.sampled_from([True, True, False]))
    def orders_arrive(self, numbers: list[int], items: bool) -> None:
        self.main.take_in(self.clock, numbers, items=items)
        self.answered.update(numbers)
        self.with_items.update(numbers if items else [])

    @rule(number=st.integers(0, WRITERS - 1), hang_at=POINTS, fates=FATES)
    def a_writer_runs(self, number: int, hang_at: Point | None, fates: list[Fate]) -> None:
        writer = self.writers[number]
        if writer.hangs_at is None:
            writer.api.writes.clear()
            writer.api.writes.extend(fates)
            writer.run(hang_at)

    @precondition(lambda self: any(writer.hangs_at is not None for writer in self.writers))
    @rule(number=st.integers(0, WRITERS - 1), hang_at=POINTS)
    def one_that_hangs_goes_on(self, number: int, hang_at: Point | None) -> None:
        hanging = [writer for writer in self.writers if writer.hangs_at is not None]
        hanging[number % len(hanging)].go_on(hang_at)

    @precondition(lambda self: any(writer.api.late for writer in self.writers))
    @rule()
    def a_late_call_arrives(self) -> None:
        next(writer.api for writer in self.writers if writer.api.late).late_call_arrives()

    @rule(hours=st.sampled_from([0.002, 0.03, 0.3, 2, 25]))
    def hours_pass_and_old_markers_go(self, hours: float) -> None:
        self.clock.advance(hours * 3600)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(housekeeping, "ENOUGH", 1)
            housekeeping.delete_old_markers(
                self.main.database,
                DirectApi(self.google, self.clock),
                shop=SHOP,
                spreadsheet_id=SPREADSHEET_ID,
                clock=self.clock,
            )

    @invariant()
    def no_row_is_there_twice(self) -> None:
        assert max(Counter(self.column("Orders", "Order ID")).values()) == 1
        assert max(Counter(self.column("Items", "Order ID")).values()) == 1

    def teardown(self) -> None:
        if not hasattr(self, "processes"):
            return
        try:
            self.all_is_well_in_the_end()
        finally:
            for process in self.processes:
                process.database.close()
            shutil.rmtree(self.folder)

    def all_is_well_in_the_end(self) -> None:
        """Once nobody hangs any more, every order is in the sheet once, and its item once."""
        for writer in self.writers:
            while writer.hangs_at is not None:
                writer.go_on()
            while writer.api.late:
                writer.api.late_call_arrives()
        for _ in range(20):
            self.clock.advance(3601)
            self.main.stage.run()
            if self.main.stage.next_run_at() is None:
                break
        assert Counter(self.column("Orders", "Order ID")) == Counter(f"order-{number}" for number in self.answered)
        assert Counter(self.column("Items", "Order ID")) == Counter(f"order-{number}" for number in self.with_items)
        with self.main.database.read() as connection:
            assert batches.open_batches(connection, SHOP) == []

    def column(self, tab: str, title: str) -> list[Any]:
        header, *rows = self.google.sheet_values(SPREADSHEET_ID, tab)
        return [row[header.index(title)] for row in rows]


TestWritersThatHang = WritersThatHang.TestCase
TestWritersThatHang.settings = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    # Without the explain phase, which traces every line and takes minutes here.
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)


@pytest.mark.parametrize("fate", [Fate.OK, Fate.UNHEARD, Fate.LATE])
@pytest.mark.parametrize("first", [Point.TAKING, Point.TAKEN])
@pytest.mark.parametrize("then", [Point.TAKING, Point.TAKEN])
def test_writers_that_hang_while_they_take_the_spreadsheet_are_no_strangers_to_each_other(
    first: Point, then: Point, fate: Fate
) -> None:
    """Two try at once, and what the one stores of its number doesn't undo what the other has stored."""
    state = WritersThatHang()
    state.start(second_marker=False, refuses_unmatched=False, keeps_out=True)
    try:
        state.orders_arrive([1, 2], items=True)
        state.a_writer_runs(0, first, [fate])
        state.a_writer_runs(1, Point.TAKING, [])
        state.one_that_hangs_goes_on(0, None)
        if state.writers[1].hangs_at is not None:
            state.writers[1].go_on(then)
        state.orders_arrive([3], items=True)
        state.a_writer_runs(0, None, [])
        state.hours_pass_and_old_markers_go(0.03)
        state.a_writer_runs(2, None, [])
        with state.main.database.read() as connection:
            assert get_hold(connection, SPREADSHEET_ID).lost_to is None
    finally:
        state.teardown()


def claims_whatever_is_in_no_batch(patch: pytest.MonkeyPatch) -> None:
    """A claim that looks at the order's items only, not at what has been written of it meanwhile."""

    def open_batch(connection: Connection, shop: str, batch: Batch, made: dict[int, Made], **more: Any) -> set[int]:
        claimed: set[int] = set()
        for key, value in made.items():
            statement = sa.update(orders_table).where(
                orders_table.c.id == key,
                orders_table.c.batch_id.is_(None),
                orders_table.c.items_state == value.items_state,
            )
            values = {"batch_id": batch.id, "batch_shows": value.shows}
            claimed.update(connection.execute(statement.values(**values).returning(orders_table.c.id)).scalars())
        if claimed:
            connection.execute(
                sa.insert(batches_table).values(
                    id=batch.id,
                    shop=shop,
                    spreadsheet_id=batch.spreadsheet_id,
                    marker_id=batch.marker_id,
                    guard=batch.guard,
                    state=BatchState.OPEN,
                    created_at=more["now"],
                )
            )
        return claimed

    patch.setattr(batches, "open_batch", open_batch)


def sends_whenever_it_wakes(patch: pytest.MonkeyPatch) -> None:
    """A batch that is sent however long after it was made."""
    patch.setattr(session.Deadline, "has_passed", lambda *_: False)


def overtaken(
    point: Point, hours: float, *, second_marker: bool = False, refuses_unmatched: bool = False, keeps_out: bool = False
) -> None:
    """One writer hangs, another one writes, hours pass, old markers go, and the first one goes on."""
    state = WritersThatHang()
    state.begin(2, second_marker, refuses_unmatched, keeps_out)
    try:
        for number in range(2):
            state.a_writer_runs(number, None, [])
        state.orders_arrive([1, 2], items=True)
        state.a_writer_runs(0, point, [])
        for _ in range(3):
            state.a_writer_runs(1, None, [])
        state.no_row_is_there_twice()
        state.hours_pass_and_old_markers_go(hours)
        state.one_that_hangs_goes_on(0, None)
        state.no_row_is_there_twice()
    finally:
        state.teardown()


@pytest.mark.parametrize("point", list(Point))
@pytest.mark.parametrize("hours", [0.0, 0.5, 25.0])
@pytest.mark.parametrize("keeps_out", [True, False])
@pytest.mark.parametrize("refuses_unmatched", [True, False])
def test_a_writer_that_is_overtaken_while_it_hangs_doubles_nothing(
    point: Point, hours: float, keeps_out: bool, refuses_unmatched: bool
) -> None:
    overtaken(point, hours, keeps_out=keeps_out, refuses_unmatched=refuses_unmatched)


@pytest.mark.parametrize("point", list(Point))
def test_a_writer_that_is_overtaken_doubles_nothing_with_the_other_guard(point: Point) -> None:
    overtaken(point, 25.0, second_marker=True)


@pytest.mark.parametrize(
    ("break_it", "point", "hours"),
    [
        (claims_whatever_is_in_no_batch, Point.READ, 0.0),
        (claims_whatever_is_in_no_batch, Point.LOOKED, 0.0),
        (sends_whenever_it_wakes, Point.CLAIMED, 25.0),
        (sends_whenever_it_wakes, Point.ON_THE_WAY, 25.0),
    ],
)
def test_the_test_finds_it(
    break_it: Callable[[pytest.MonkeyPatch], None], point: Point, hours: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_it(monkeypatch)

    with pytest.raises(AssertionError):
        overtaken(point, hours)


@pytest.mark.parametrize("point", [Point.CLAIMED, Point.ON_THE_WAY])
def test_where_google_keeps_an_earlier_owner_out_a_batch_sent_a_day_late_doubles_nothing(
    point: Point, monkeypatch: pytest.MonkeyPatch
) -> None:
    sends_whenever_it_wakes(monkeypatch)

    overtaken(point, 25.0, keeps_out=True)
