"""Two installations with a database each, on one spreadsheet, for the tests of both at once."""

import pickle
import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from connector.jobs.guards import current_guard
from connector.jobs.ownership import Ownership
from connector.settings import SHOP
from connector.sheets.columns import Tab
from connector.sheets.owner import SILENT_AFTER
from connector.sheets.workbook import Workbook
from connector.store import breakers
from connector.store.breakers import Part
from sandbox.google.spreadsheet import Spreadsheet
from tests.clock import FakeClock
from tests.memory import new_folder
from tests.pipeline.direct import SPREADSHEET_ID, DirectApi, new_google
from tests.pipeline.hanging import Baton, HangingApi, Writer
from tests.pipeline.test_states import TITLES, empty_store
from tests.pipeline.test_writers_that_hang import Process, prepared


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

    def take_over(self, *, silent_after: timedelta = SILENT_AFTER) -> Ownership:
        """What `setup --take-over` does, in a process of its own."""
        assert self.process is not None
        api = DirectApi(self._google, self._clock)
        database = self.process.database
        workbook = Workbook(api, SPREADSHEET_ID, titles=TITLES, is_ours=self.process.known, clock=self._clock)
        layout = workbook.layout()
        sheet_id = layout.tabs[Tab.ORDERS].sheet_id
        chosen = current_guard(database, api, SPREADSHEET_ID, sheet_id, clock=self._clock)
        ownership = Ownership(database, api, SPREADSHEET_ID, clock=self._clock, silent_after=lambda: silent_after)
        ownership.hold(layout, chosen, sheet_id)
        return ownership

    def says(self) -> str:
        """Why it doesn't write; empty where nothing is wrong, and where it has nothing to write.

        The rules let it run within a pause, which the workers don't: a success then leaves the reason standing.
        """
        assert self.process is not None
        if self.process.stage.next_run_at() is None:
            return ""
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
        self.google.spreadsheets[SPREADSHEET_ID] = Spreadsheet(SPREADSHEET_ID, pickle.loads(content), "writer")
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
        # Whoever wrote a row has read the numbers of the others before.
        assert len(set(self.column("Orders", "Number")) - {None}) == len(self.answered)

    def column(self, tab: str, title: str = "Order ID") -> list[Any]:
        header, *rows = self.google.sheet_values(SPREADSHEET_ID, tab)
        return [row[header.index(title)] for row in rows]

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
