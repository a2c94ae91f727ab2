"""Writers that hang where a test wants them to, and go on when it says so.

Each writer is a process of its own: its own connection to the store, its own stage, a thread. Only one thread runs at
a time, handed on from the test to a writer and back, so that every run is the same.
"""

import queue
import threading
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from connector.clock import Clock
from connector.jobs.write import WriteStage
from connector.sheets.client import Json
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.owner import plate_id
from connector.sheets.session import GOOGLE_WORKS_FOR, TOKEN_LASTS, TooLateError, check_deadline
from sandbox.google.standin import GoogleStandIn
from tests.pipeline.direct import DirectApi, Fate


class Point(StrEnum):
    """Where a writer can hang."""

    READ = "it has read what is due"
    LOOKED = "it has looked at the spreadsheet"
    CLAIMED = "its batch is stored, and not sent"
    ON_THE_WAY = "its request is whole, and on its way"
    ANSWERED = "Google has answered, and nothing is stored of it"
    TAKING = "its request for the spreadsheet is whole, and on its way"
    TAKEN = "Google has answered that request, and nothing is stored of it"


class Baton:
    """Lets one thread run at a time."""

    def __init__(self) -> None:
        self._turns: queue.Queue[None] = queue.Queue()
        self._reports: queue.Queue[Point | BaseException | None] = queue.Queue()
        self.hang_at: Point | None = None

    def reached(self, point: Point) -> None:
        """Called by the writer: hangs here if it is meant to."""
        if point is self.hang_at:
            self._reports.put(point)
            self._turns.get()

    def ended(self, error: BaseException | None) -> None:
        self._reports.put(error)

    def go_on(self) -> None:
        self._turns.put(None)

    def wait(self) -> Point | BaseException | None:
        """What the writer says next: where it hangs, what it died of, or None: it has ended."""
        return self._reports.get(timeout=60)


class HangingApi(DirectApi):
    """The short way to the stand-in, with the points at which a process can hang."""

    def __init__(self, google: GoogleStandIn, clock: Clock, baton: Baton) -> None:
        super().__init__(google, clock)
        self._baton = baton
        self.late_since: deque[datetime] = deque()

    def _call(
        self,
        method: str,
        spreadsheet_id: str,
        path: str,
        *,
        json: Mapping[str, Any] | None = None,
        params: Any = None,
    ) -> Json:
        requests = json["requests"] if path == ":batchUpdate" and json is not None else []
        is_batch = len(requests) > 2
        takes = not is_batch and str(plate_id(spreadsheet_id)) in str(requests)
        self._baton.reached(Point.CLAIMED if is_batch else Point.READ)
        try:
            check_deadline()
            attached = self._clock.now()
            if is_batch or takes:
                self._baton.reached(Point.ON_THE_WAY if is_batch else Point.TAKING)
            if self._clock.now() - attached > TOKEN_LASTS:
                check_deadline()  # Google refuses the token, and the session sends the request again with a fresh one.
        except TooLateError:
            raise SheetsError("Too late.", kind=Kind.LATE) from None
        if self.writes and self.writes[0] is Fate.LATE and path == ":batchUpdate":
            self.late_since.append(attached)
        try:
            return super()._call(method, spreadsheet_id, path, json=json, params=params)
        finally:
            self._baton.reached(Point.ANSWERED if is_batch else Point.TAKEN if takes else Point.LOOKED)

    def late_call_arrives(self) -> None:
        """A call under way for longer than its token lasts is refused."""
        if self._clock.now() - self.late_since.popleft() > TOKEN_LASTS + GOOGLE_WORKS_FOR:
            self.late.popleft()
        else:
            super().late_call_arrives()


class Writer:
    """A process with the write stage."""

    def __init__(self, stage: WriteStage, api: HangingApi, baton: Baton) -> None:
        self.stage = stage
        self.api = api
        self._baton = baton
        self.hangs_at: Point | None = None
        self._thread: threading.Thread | None = None

    def run(self, hang_at: Point | None) -> None:
        """Runs the stage to its end, or to the point where it is to hang."""
        self._baton.hang_at = hang_at
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._wait()

    def go_on(self, hang_at: Point | None = None) -> None:
        """Lets it go on from where it hangs."""
        self._baton.hang_at = hang_at
        self._baton.go_on()
        self._wait()

    def _wait(self) -> None:
        said = self._baton.wait()
        if isinstance(said, BaseException):
            raise said
        self.hangs_at = said
        if said is None and self._thread is not None:
            self._thread.join(60)

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            self.stage.run()
        except BaseException as fault:  # noqa: BLE001 - the test raises it
            error = fault
        self._baton.ended(error)
