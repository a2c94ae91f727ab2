"""Two installations with a database each, on one spreadsheet, with the same orders: each order is there once.

The second database is a new one, or a copy of the first. Whoever writes hangs wherever the test wants it to, while the
other one starts, takes over, or is told to.
"""

import copy
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from connector.jobs.guards import current_guard
from connector.jobs.ownership import Ownership
from connector.runtime import SHOP
from connector.sheets.columns import Tab
from connector.sheets.workbook import Workbook
from connector.store import breakers, ownership
from connector.store.breakers import Part
from connector.store.tables import ownership as ownership_table
from sandbox.google.spreadsheet import Spreadsheet
from tests.clock import FakeClock
from tests.memory import new_folder
from tests.pipeline.direct import SPREADSHEET_ID, DirectApi, Fate, ProcessDied, new_google
from tests.pipeline.hanging import Baton, HangingApi, Point, Writer
from tests.pipeline.test_states import TITLES, empty_store
from tests.pipeline.test_writers_that_hang import FATES, POINTS, Process, prepared


class Installation:
    """A database of its own, and the process that runs on it, if one does."""

    def __init__(self, path: Path, google: Any, clock: FakeClock) -> None:
        self.path = path
        self._google = google
        self._clock = clock
        self.process: Process | None = None
        self.writer: Writer | None = None
        self.late: list[HangingApi] = []
        self.start()

    def start(self) -> None:
        """A new process; the one before died wherever it was."""
        baton = Baton()
        api = HangingApi(self._google, self._clock, baton)
        self.process = Process(self.path, api, self._clock)
        self.writer = Writer(self.process.stage, api, baton)
        self.late.append(api)

    def end(self) -> None:
        """Lets what hangs go on to its end, then closes."""
        assert self.writer is not None
        assert self.process is not None
        while self.writer.hangs_at is not None:
            self.writer.go_on()
        self.process.database.close()

    def run(self, times: int = 1) -> None:
        """Runs the stage, if it doesn't hang."""
        assert self.writer is not None
        for _ in range(times):
            if self.writer.hangs_at is None:
                self.writer.run(None)

    def take_over(self) -> None:
        """What `setup --take-over` does, in a process of its own."""
        assert self.process is not None
        api = DirectApi(self._google, self._clock)
        database = self.process.database
        workbook = Workbook(api, SPREADSHEET_ID, titles=TITLES, is_ours=self.process.known, clock=self._clock)
        layout = workbook.layout()
        sheet_id = layout.tabs[Tab.ORDERS].sheet_id
        chosen = current_guard(database, api, SPREADSHEET_ID, sheet_id, clock=self._clock)
        Ownership(database, api, SPREADSHEET_ID, clock=self._clock).hold(layout, chosen, sheet_id)

    def says(self) -> str:
        """Why it doesn't write; empty where nothing is wrong."""
        assert self.process is not None
        with self.process.database.read() as connection:
            return breakers.get_breaker(connection, SHOP, Part.SHEET).reason or ""

    def receive(self, numbers: list[int]) -> None:
        assert self.process is not None
        self.process.take_in(self._clock, numbers, items=True)


class Two:
    """Two installations and their spreadsheet."""

    def __init__(self, *, second: str, second_marker: bool = False, refuses_unmatched: bool = True) -> None:
        self.folder = new_folder("connector-two-")
        store, content, begun = prepared(second_marker)
        self.clock = FakeClock(begun.now())
        self.google = new_google(self.clock)
        self.google.accept_second_marker = second_marker
        self.google.unknowns.refuse_unmatched_metadata = refuses_unmatched
        self.google.spreadsheets[SPREADSHEET_ID] = Spreadsheet(SPREADSHEET_ID, copy.deepcopy(content), "writer")
        for name in ("first", "second"):
            (self.folder / name).mkdir()
        paths = {"first": Path(shutil.copy(store, self.folder / "first" / "connector.db"))}
        paths["second"] = (
            Path(shutil.copy(store, self.folder / "second" / "connector.db"))
            if second == "copy"
            else empty_store(self.folder / "second")
        )
        self.first = Installation(paths["first"], self.google, self.clock)
        self.second = Installation(paths["second"], self.google, self.clock)
        self.both = (self.first, self.second)
        self.answered = {99}

    def receive(self, *numbers: int) -> None:
        """The same webhooks, and the same history, reach both."""
        for installation in self.both:
            installation.receive(list(numbers))
        self.answered.update(numbers)

    def assert_nothing_is_there_twice(self) -> None:
        assert max(Counter(self.column("Orders")).values()) == 1
        assert max(Counter(self.column("Items")).values()) == 1

    def assert_all_is_there_once(self) -> None:
        expected = Counter(f"order-{number}" for number in self.answered)
        assert Counter(self.column("Orders")) == expected
        assert Counter(self.column("Items")) == expected

    def column(self, tab: str) -> list[Any]:
        header, *rows = self.google.sheet_values(SPREADSHEET_ID, tab)
        return [row[header.index("Order ID")] for row in rows]

    def settle(self) -> None:
        """Nobody hangs any more, nothing is on its way, and both have had their turns."""
        for installation in self.both:
            while installation.writer is not None and installation.writer.hangs_at is not None:
                installation.writer.go_on()
            for api in installation.late:
                while api.late:
                    api.late_call_arrives()
        for _ in range(12):
            self.clock.advance(61)
            for installation in self.both:
                installation.run()

    def close(self) -> None:
        for installation in self.both:
            installation.end()
        shutil.rmtree(self.folder)


@pytest.mark.parametrize("second", ["stranger", "copy"])
@pytest.mark.parametrize("point", list(Point))
@pytest.mark.parametrize("second_marker", [False, True])
def test_an_installation_that_is_taken_over_from_while_it_hangs_doubles_nothing(
    second: str, point: Point, second_marker: bool
) -> None:
    two = Two(second=second, second_marker=second_marker)
    try:
        two.first.run(3)
        two.receive(1, 2)
        assert two.first.writer is not None
        two.first.writer.run(point)
        two.second.take_over()
        two.second.run(6)
        two.assert_nothing_is_there_twice()
        two.first.writer.go_on()
        two.assert_nothing_is_there_twice()
        two.receive(3)
        two.settle()
        two.assert_all_is_there_once()
        assert "has taken over this spreadsheet" in two.first.says()
        assert two.second.says() == ""
    finally:
        two.close()


def test_a_new_installation_waits_and_says_so_until_the_other_one_has_left() -> None:
    two = Two(second="stranger")
    try:
        two.receive(1)
        two.first.run(3)
        two.second.run(3)
        assert "Another installation writes into this spreadsheet" in two.second.says()
        assert "setup --take-over" in two.second.says()

        assert two.first.process is not None
        two.first.process.stage.leave()
        two.receive(2)
        two.clock.advance(61)
        two.second.run(6)

        two.assert_all_is_there_once()
        assert two.second.says() == ""
        two.clock.advance(61)
        two.first.run(3)
        two.assert_all_is_there_once()
    finally:
        two.close()


def test_a_new_installation_takes_over_from_one_that_was_silent_for_hours_and_not_before() -> None:
    two = Two(second="stranger")
    try:
        two.receive(1)
        two.first.run(3)
        two.receive(2)
        two.clock.advance(2 * 3600 - 60)
        two.second.run(3)
        assert "Another installation" in two.second.says()
        two.clock.advance(120)
        two.second.run(6)
        two.assert_all_is_there_once()
    finally:
        two.close()


def test_a_copied_database_that_starts_takes_over_and_the_original_says_why_it_waits() -> None:
    two = Two(second="copy")
    try:
        two.receive(1)
        two.first.run(3)
        two.receive(2)
        two.second.run(6)
        two.receive(3)
        two.settle()
        two.assert_all_is_there_once()
        says = {installation.says() for installation in two.both}
        assert "" in says
        assert any("has taken over" in sentence or "Another installation" in sentence for sentence in says)
    finally:
        two.close()


def test_what_was_taken_over_can_be_taken_back_and_neither_loses_an_order() -> None:
    two = Two(second="stranger")
    try:
        two.receive(1)
        two.first.run(3)
        two.second.take_over()
        two.receive(2)
        two.second.run(6)
        two.clock.advance(61)
        two.first.run(2)
        assert "has taken over" in two.first.says()

        two.first.take_over()
        two.receive(3)
        two.clock.advance(61)
        two.first.run(6)
        two.second.run(3)

        two.assert_all_is_there_once()
        assert two.first.says() == ""
        assert "has taken over" in two.second.says()
    finally:
        two.close()


@pytest.mark.parametrize("fate", [Fate.UNHEARD, Fate.LOST, Fate.LATE, Fate.DIES_AFTER, Fate.DIES_BEFORE])
def test_a_start_that_dies_or_hears_nothing_while_it_takes_its_number_does_not_lock_itself_out(fate: Fate) -> None:
    two = Two(second="stranger")
    try:
        two.receive(1)
        assert two.first.writer is not None
        two.first.writer.api.writes.append(fate)
        try:
            two.first.run()
        except ProcessDied:
            two.first.start()
        two.settle()
        two.assert_all_is_there_once()
        assert two.first.says() == ""
    finally:
        two.close()


def test_a_database_restored_from_before_the_last_batches_writes_nothing_again() -> None:
    two = Two(second="stranger")
    try:
        assert two.first.process is not None
        two.first.run(2)
        two.first.process.database.close()
        backup = shutil.copy(two.first.path, two.folder / "backup.db")
        two.first.start()
        two.receive(1, 2)
        two.first.run(4)
        two.first.process.database.close()
        shutil.copy(backup, two.first.path)
        two.first.start()
        two.first.receive([1, 2, 3])
        two.answered.add(3)

        two.first.run(6)

        two.assert_all_is_there_once()
        assert two.first.says() == ""
    finally:
        two.close()


def test_a_backup_found_after_a_new_database_was_begun_in_its_place_goes_on_by_itself() -> None:
    two = Two(second="stranger")
    try:
        first = two.first
        assert first.process is not None
        two.receive(1)
        first.run(3)
        first.process.database.close()
        backup = shutil.move(first.path, two.folder / "backup.db")
        first.start()
        two.receive(2)
        two.clock.advance(61)
        first.run(6)
        first.process.database.close()
        shutil.copy(backup, first.path)
        first.start()
        first.receive([1, 2, 3])
        two.answered.add(3)

        first.run(6)

        two.assert_all_is_there_once()
        assert first.says() == ""
    finally:
        two.close()


def test_a_copy_of_the_spreadsheet_belongs_to_nobody_yet() -> None:
    two = Two(second="stranger")
    try:
        two.first.run(2)
        content = copy.deepcopy(two.google.spreadsheets[SPREADSHEET_ID].content)
        two.google.spreadsheets["1a-copy-of-it"] = Spreadsheet("1a-copy-of-it", content, "writer")
        assert two.second.process is not None
        api = DirectApi(two.google, two.clock)
        workbook = Workbook(
            api, "1a-copy-of-it", titles=TITLES, is_ours=two.second.process.known, clock=two.clock, time_zone=None
        )

        owned = workbook.layout()

        assert (owned.owner, owned.last_batch) == (None, None)
        assert Ownership(two.second.process.database, api, "1a-copy-of-it", clock=two.clock).other_owner(owned) is None
    finally:
        two.close()


def test_a_version_of_the_spreadsheet_without_the_owner_is_taken_anew_by_the_one_that_runs() -> None:
    two = Two(second="stranger")
    try:
        two.receive(1)
        two.first.run(3)
        content = two.google.spreadsheets[SPREADSHEET_ID].content
        for key, entry in list(content.metadata.items()):
            if entry.key in {"wcsync.owner", "wcsync.written"} or str(entry.value).startswith("owner_"):
                del content.metadata[key]
        two.receive(2)

        two.first.run(6)

        two.assert_all_is_there_once()
        assert two.first.says() == ""
        two.clock.advance(61)
        two.second.run(3)
        assert "Another installation" in two.second.says()
    finally:
        two.close()


class TwoStores(RuleBasedStateMachine):
    """Whatever the two do, and wherever each of them hangs or dies: nothing is there twice."""

    @initialize(second=st.sampled_from(["stranger", "copy"]), second_marker=st.booleans(), refuses=st.booleans())
    def begin(self, second: str, second_marker: bool, refuses: bool) -> None:
        self.two = Two(second=second, second_marker=second_marker, refuses_unmatched=refuses)

    @rule(numbers=st.lists(st.integers(0, 4), min_size=1, max_size=2))
    def orders_reach_both(self, numbers: list[int]) -> None:
        self.two.receive(*numbers)

    @rule(which=st.integers(0, 1), hang_at=POINTS, fates=FATES)
    def one_runs(self, which: int, hang_at: Point | None, fates: list[Fate]) -> None:
        writer = self.two.both[which].writer
        assert writer is not None
        if writer.hangs_at is None:
            writer.api.writes.clear()
            writer.api.writes.extend(fates)
            writer.run(hang_at)

    @rule(which=st.integers(0, 1), hang_at=POINTS)
    def one_that_hangs_goes_on(self, which: int, hang_at: Point | None) -> None:
        writer = self.two.both[which].writer
        assert writer is not None
        if writer.hangs_at is not None:
            writer.go_on(hang_at)

    @rule(which=st.integers(0, 1))
    def one_starts_anew(self, which: int) -> None:
        installation = self.two.both[which]
        assert installation.writer is not None
        if installation.writer.hangs_at is None:
            assert installation.process is not None
            installation.process.database.close()
            installation.start()

    @rule(which=st.integers(0, 1))
    def somebody_has_one_take_over(self, which: int) -> None:
        self.two.both[which].take_over()

    @precondition(lambda self: any(api.late for one in self.two.both for api in one.late))
    @rule()
    def a_late_call_arrives(self) -> None:
        next(api for one in self.two.both for api in one.late if api.late).late_call_arrives()

    @rule(hours=st.sampled_from([0.02, 1.5, 3]))
    def hours_pass(self, hours: float) -> None:
        self.two.clock.advance(hours * 3600)

    @invariant()
    def nothing_is_there_twice(self) -> None:
        if hasattr(self, "two"):
            self.two.assert_nothing_is_there_twice()

    def teardown(self) -> None:
        if not hasattr(self, "two"):
            return
        try:
            self.two.settle()
            if not all(installation.says() for installation in self.two.both):
                self.two.assert_all_is_there_once()
            else:
                # Each waits for the other, as somebody has had them take the spreadsheet from one another.
                self.two.second.take_over()
                self.two.settle()
                self.two.assert_all_is_there_once()
            assert any(installation.says() == "" for installation in self.two.both)
        finally:
            self.two.close()


TestTwoStores = TwoStores.TestCase
TestTwoStores.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)


def test_without_the_owners_number_the_property_test_finds_doubles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ownership, "check", lambda *_: None)
    monkeypatch.setattr(Ownership, "requests", lambda *_: [])
    monkeypatch.setattr(Ownership, "hold", lambda *_: False)
    monkeypatch.setattr(Ownership, "knows_rows", lambda *_: True)
    two = Two(second="copy")
    try:
        two.receive(1)
        two.first.run(3)
        two.second.run(3)
        with pytest.raises(AssertionError):
            two.assert_nothing_is_there_twice()
    finally:
        two.close()


def test_the_store_remembers_what_it_was_about_to_take_before_google_is_asked() -> None:
    two = Two(second="stranger")
    try:
        two.receive(1)
        assert two.first.writer is not None
        assert two.first.process is not None
        two.first.writer.api.writes.append(Fate.DIES_BEFORE)
        with pytest.raises(ProcessDied):
            two.first.run()
        with two.first.process.database.read() as connection:
            hold = ownership.get_hold(connection, SPREADSHEET_ID)
            rows = connection.execute(sa.select(sa.func.count()).select_from(ownership_table)).scalar_one()
        assert (hold.next_number, hold.next_word is not None, rows) == ((hold.number or 0) + 1, True, 1)
    finally:
        two.close()
