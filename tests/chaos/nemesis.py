"""Makes things go wrong, as the plan says."""

import threading
import time
from collections import Counter

from sandbox.faults import Fault
from sandbox.google.dimension_requests import append_dimension
from sandbox.google.draft import Draft
from sandbox.google.errors import Refused
from sandbox.google.owner import tab_of
from sandbox.sandbox import Sandbox
from tests.chaos.actions import (
    Action,
    CopyDatabase,
    FillDisk,
    Kill,
    KillInWrite,
    LoseDatabase,
    MerchantEdits,
    MoveClock,
    Stall,
    StopSandbox,
    Storm,
    Strike,
    fields_of,
)
from tests.chaos.loss import Loser
from tests.chaos.parts import Parts
from tests.chaos.plan import Form
from tests.chaos.service import GOOGLE_TIMEOUT
from tests.chaos.stall import Staller
from tests.chaos.stream import body_of

_WRITE = ":batchUpdate"
_ARRIVES_WITHIN = 5.0
_GOES_ON_WITHIN = 30.0
_PROBE_EVERY = 0.2
_STRIKES_WITHIN = 4.0
_MOST_WAITING = 5
"""Calls that are still to be struck, beyond which no fault is added for a while."""
CHECKBOXES = 999
FAR_NOTE = "The merchant's note, far below"
TABS = ("Orders", "Items")
EXTRA_COLUMN = 13
"""The merchant's own column, right beside the connector's in `Orders`."""


class Nemesis:
    """Takes one action after the other. For the thread of the run."""

    def __init__(self, parts: Parts) -> None:
        self.edited_tabs: list[str] = []
        """Where the merchant's own things stand."""
        self._counts: Counter[str] = Counter()
        self._wrong: list[str] = []
        self._staller = Staller(parts)
        self._loser = Loser(parts)
        self._sandbox = parts.sandbox
        self._service = parts.service
        self._stream = parts.stream
        self._straight = parts.straight
        self._disk = parts.disk
        self._clock = parts.clock
        self._full = False
        self._faults: list[tuple[Fault, int]] = []
        parts.service.on_start = self._at_start

    @property
    def counts(self) -> Counter[str]:
        return self._counts + self._staller.counts + self._loser.counts

    @property
    def wrong(self) -> list[str]:
        """A sentence for each thing that must not be, whatever the sheet says."""
        return [*self._wrong, *self._staller.wrong, *self._loser.wrong]

    def act(self, action: Action, stopped: threading.Event) -> None:
        """Returns when it is done; soon, once `stopped` is set."""
        match action:
            case Kill():
                stopped.wait(action.after)
                self._service.kill(down=action.down)
                self._counts["kills"] += 1
            case KillInWrite():
                self._kill_in_write(action, stopped)
            case Stall():
                self._staller.stall(action, stopped)
            case CopyDatabase():
                self._loser.copy()
            case LoseDatabase():
                self._loser.lose(action, stopped)
            case _:
                self._act_around(action, stopped)

    def _act_around(self, action: Action, stopped: threading.Event) -> None:
        """What happens around the service and not to it."""
        match action:
            case Strike():
                self._wait_for_room(stopped)
                self._strike(Fault(**fields_of(action)))  # type: ignore[arg-type]
            case Storm():
                self._strike(Fault(action.service, "status", status=action.status, times=action.times))
            case StopSandbox():
                self._stop_sandbox(action, stopped)
            case FillDisk():
                self._fill_disk(action, stopped)
            case MoveClock():
                self._clock.jump(action.seconds)
                if action.back_for is not None:
                    stopped.wait(action.back_for)
                    self._clock.jump(-action.seconds)
            case MerchantEdits():
                self._edit(stopped)

    def end(self) -> None:
        """Nothing goes wrong any more."""
        self._sandbox.faults.clear()
        self._clock.catch_up()
        self._free_disk()

    def struck(self) -> Counter[tuple[str, str]]:
        """How many calls each kind of fault has struck, by service."""
        struck: Counter[tuple[str, str]] = Counter()
        for fault, planned in self._faults:
            kind = f"{fault.kind} {fault.status}" if fault.kind == "status" else fault.kind
            struck[fault.service, kind] += planned - (fault.times or 0)
        return +struck

    def _wait_for_room(self, stopped: threading.Event) -> None:
        """Faults must not come faster than calls, or nothing would ever be written, and nothing tried."""
        deadline = time.monotonic() + _STRIKES_WITHIN
        while time.monotonic() < deadline and not stopped.is_set():
            waiting = [fault.times or 0 for fault in self._sandbox.faults.all() if fault.service != "whapi"]
            if sum(waiting) <= _MOST_WAITING:
                break
            stopped.wait(0.05)

    def _strike(self, fault: Fault) -> Fault:
        self._faults.append((fault, fault.times or 0))
        return self._sandbox.faults.add(fault)

    def _kill_in_write(self, action: KillInWrite, stopped: threading.Event) -> None:
        # What else is to go wrong at Google would keep the write from coming, so it is put off.
        put_off = [fault for fault, _ in self._faults if fault.times and fault.service != "whapi"]
        for service in ("google", "token"):
            self._sandbox.faults.clear(service)
        fault = self._strike(Fault("google", action.kind, seconds=GOOGLE_TIMEOUT - 0.5, path_contains=_WRITE))
        deadline = time.monotonic() + _ARRIVES_WITHIN
        while fault.times and time.monotonic() < deadline and not stopped.is_set():
            stopped.wait(0.02)
        if not fault.times:
            self._counts["kills while a write was under way"] += 1
            stopped.wait(action.after)
        self._service.kill()
        self._counts["kills"] += 1
        for other in put_off:
            self._sandbox.faults.add(other)

    def _stop_sandbox(self, action: StopSandbox, stopped: threading.Event) -> None:
        self._sandbox.stop()
        stopped.wait(action.down)
        self._sandbox.start()
        self._stream.resume()
        self._counts["sandbox restarts"] += 1

    def _fill_disk(self, action: FillDisk, stopped: threading.Event) -> None:
        """Only 503, or no answer where it was killed, or a 200 that is true because there was room left."""
        if self._disk is None:
            return
        self._service.wait_until_alive()
        self._full = self._service.may_end = True
        self._disk.fill(self._service.pid)
        self._counts["full disks"] += 1
        end = time.monotonic() + action.seconds
        refused = False
        while (time.monotonic() < end or not refused) and time.monotonic() < end + _GOES_ON_WITHIN:
            status = self._probe(tries=1)
            refused = refused or status == 503
            if status == 200:
                self._disk.fill(self._service.pid)  # It had found some room, in its log or in a file it deleted.
            if stopped.wait(_PROBE_EVERY):
                break
        if action.kill:
            self._service.kill(down=0.5)
            self._counts["kills at a full disk"] += 1
            stopped.wait(action.seconds)
        self._free_disk()
        if not refused and not stopped.is_set():
            self._wrong.append("The disk was full, and no webhook was answered with 503.")
        if not self._service.wait_until_alive() or self._probe(tries=int(_GOES_ON_WITHIN / _PROBE_EVERY)) != 200:
            self._wrong.append("There was room on the disk again, and the service took no order.")
        self._service.may_end = False

    def _probe(self, *, tries: int) -> int | None:
        """Sends a new order; until it is taken, at most so many times."""
        sent = self._stream.probe()
        status = None
        for _ in range(tries):
            status = self._straight.post(*body_of(sent.order, Form.PAYLOAD))
            if status == 503 and self._full:
                self._counts["503 while the disk was full"] += 1
            if status == 200:
                sent.acknowledge()
                break
            threading.Event().wait(_PROBE_EVERY)
        return status

    def _free_disk(self) -> None:
        if self._disk is not None and self._full:
            self._full = False
            self._disk.free(self._service.pid)

    def _at_start(self, pid: int) -> None:
        if self._disk is not None and self._full:
            self._disk.fill(pid)

    def _edit(self, stopped: threading.Event) -> None:
        """A column of check boxes down to row 1000, a note far below, a filter that hides rows.

        None of it moves the connector's rows: that between its look at the tabs and its write they don't move is not
        something that any client of Google's API can be sure of.
        """
        deadline = time.monotonic() + _GOES_ON_WITHIN
        while not self._have_rows() and time.monotonic() < deadline and not stopped.is_set():
            stopped.wait(0.1)
        titles = self._sandbox.google.titles(self._sandbox.spreadsheet_id)
        merchant = self._sandbox.merchant
        for tab in TABS:
            if tab not in titles:
                continue
            try:
                _make_room(self._sandbox, tab)
                merchant.checkbox_column(tab, EXTRA_COLUMN)
                merchant.set_cell(tab, 1400, EXTRA_COLUMN, "Total")
                merchant.set_note(tab, 1450, EXTRA_COLUMN, FAR_NOTE)
                merchant.set_filter(tab, 8, hidden_values=["EUR", "JPY", "INR"])
            except Refused as refused:
                self._wrong.append(f"The merchant could not edit {tab}: {refused}")
            else:
                self.edited_tabs.append(tab)

    def _have_rows(self) -> bool:
        """Whether there is a row below the header in both tabs."""
        content = self._sandbox.google.spreadsheets[self._sandbox.spreadsheet_id].content
        sheets = [content.sheet_titled(title) for title in TABS]
        return all(sheet is not None and sheet.last_row_with_data() > 0 for sheet in sheets)


def _make_room(sandbox: Sandbox, tab: str) -> None:
    """Rows and columns at the end of a tab."""

    def change(draft: Draft) -> None:
        sheet = tab_of(draft, tab)
        for dimension, length in (("ROWS", 1500), ("COLUMNS", EXTRA_COLUMN + 1 - sheet.column_count)):
            append_dimension(draft, {"sheetId": sheet.sheet_id, "dimension": dimension, "length": length})

    google = sandbox.google
    google.spreadsheets[sandbox.spreadsheet_id].commit(None, google.unknowns, change)
