"""The stand-in for Google Sheets: spreadsheets, accounts, quotas, and the answer to each call."""

import threading
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from connector.clock import Clock, SystemClock
from sandbox.faults import Faults
from sandbox.google import languages, methods
from sandbox.google.auth import ServiceAccount, TokenDesk
from sandbox.google.calls import Call, Work
from sandbox.google.errors import ApiError, not_found
from sandbox.google.grid import EMPTY, Cell, Content, Formula, Sheet
from sandbox.google.quota import PROJECT_NUMBER, Quota
from sandbox.google.spreadsheet import Spreadsheet
from sandbox.google.unknowns import Unknowns

_REMEMBERED_CALLS = 10_000


class Answer(NamedTuple):
    status: int
    body: dict[str, Any]


@dataclass(frozen=True)
class CallRecord:
    time: datetime
    method: str
    kind: str
    """`batchUpdate`, `developerMetadata.search`, …; `token` for the token endpoint,
    `unknown` for no method at all."""
    outcome: str
    """The status as a text; or the kind of the fault that struck; `late 200` for a commit that came late."""
    account: str = ""
    """The address of the service account, where a call came as far as that."""
    is_write: bool = False
    """Whether it counts as a write. What isn't one counts as a read if the quota was asked at all."""


class Calls:
    """What was called. The counters know every call, the list the latest ones."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.latest: deque[CallRecord] = deque(maxlen=_REMEMBERED_CALLS)
        self.by_kind: Counter[str] = Counter()
        self.by_outcome: Counter[tuple[str, str]] = Counter()

    def note(self, record: CallRecord) -> None:
        with self._lock:
            self.latest.append(record)
            self.by_kind[record.kind] += 1
            self.by_outcome[record.kind, record.outcome] += 1

    def clear(self) -> None:
        with self._lock:
            self.latest.clear()
            self.by_kind.clear()
            self.by_outcome.clear()


class GoogleStandIn:
    """Safe to use from several threads. `url` is to be set once the server has bound its port.

    `account` can be handed in so that a restarted sandbox knows the key file of the one before.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        account: ServiceAccount | None = None,
        faults: Faults | None = None,
        unknowns: Unknowns | None = None,
    ) -> None:
        self.clock = clock or SystemClock()
        self.account = account or ServiceAccount()
        self.faults = faults or Faults()
        self.unknowns = unknowns or Unknowns()
        self.url = "http://127.0.0.1:9090"
        self.latency = 0.0
        """Seconds that each call takes longer."""
        self.language = "en"
        """Of the account: the sentences of refusals are in it (`languages.py`) unless a call asks for another."""
        self.api_enabled = True
        """False: the Sheets API is switched off in the account's project."""
        self.spreadsheets: dict[str, Spreadsheet] = {}
        self.quota = Quota(self.clock)
        self.calls = Calls()
        self.tokens = TokenDesk([self.account], self.clock)
        self._late: set[threading.Timer] = set()
        self._late_lock = threading.Lock()

    @property
    def accept_second_marker(self) -> bool:
        return self.unknowns.accept_second_marker

    @accept_second_marker.setter
    def accept_second_marker(self, accept: bool) -> None:
        self.unknowns.accept_second_marker = accept

    @property
    def token_uri(self) -> str:
        return f"{self.url}/token"

    def credentials(self) -> dict[str, str]:
        """The service account's key file."""
        return self.account.key_file(self.token_uri)

    def create(
        self,
        spreadsheet_id: str,
        title: str = "Shop",
        time_zone: str = "Etc/GMT",
        role: str = "writer",
        shared_with: str | None = None,
    ) -> Spreadsheet:
        """A new spreadsheet with one empty tab, shared with every service account, or with the one of an address."""
        content = Content(title, time_zone, sheets={0: Sheet(0, "Sheet1")})
        spreadsheet = Spreadsheet(spreadsheet_id, content, role, shared_with)
        self.spreadsheets[spreadsheet_id] = spreadsheet
        return spreadsheet

    def reset(self) -> None:
        """Forgets spreadsheets, faults of Google's, calls, tokens and late commits; keeps the account."""
        self.cancel_late_commits()
        self.spreadsheets.clear()
        self.faults.clear("google")
        self.faults.clear("token")
        self.quota.refill()
        self.calls.clear()
        self.tokens.revoke_all()
        self.latency = 0.0
        self.language = "en"
        self.api_enabled = True

    def answer(self, call: Call, *, counted: bool = True) -> Answer:
        """Carries out one call of the API as Google would. `counted=False` leaves the quota alone."""
        kind, prefix = self.kind_of(call), "" if counted else "late "
        actor, is_write = "", False
        try:
            actor = self.tokens.holder(call.authorization)
            method, spreadsheet_id, argument = methods.find(call)
            is_write = method.write
            if not self.api_enabled:
                raise _disabled()
            if counted:
                self.quota.spend(actor, write=method.write)
            body = methods.check(method, call)
            spreadsheet = self.spreadsheets.get(spreadsheet_id)
            if spreadsheet is None:
                raise not_found()
            spreadsheet.check_access(actor, write=method.write)
            work = Work(call, spreadsheet, actor, self.unknowns, argument, body)
            answer = Answer(200, methods.perform(method, work))
        except ApiError as error:
            answer = Answer(error.code, languages.worded(error, call.languages or self.language).body())
        self.note(call, kind, f"{prefix}{answer.status}", actor, is_write=is_write)
        return answer

    def note(self, call: Call, kind: str, outcome: str, account: str = "", *, is_write: bool = False) -> None:
        self.calls.note(CallRecord(self.clock.now(), call.method, kind, outcome, account, is_write))

    def kind_of(self, call: Call) -> str:
        try:
            return methods.find(call)[0].kind
        except ApiError:
            return "unknown"

    def answer_later(self, call: Call, seconds: float) -> None:
        """Carries a call out in the background, when its caller has long given up.
        Everything is checked then."""

        def carry_out() -> None:
            try:
                self.answer(call, counted=False)
            finally:
                with self._late_lock:
                    self._late.discard(timer)

        timer = threading.Timer(seconds, carry_out)
        timer.daemon = True
        with self._late_lock:
            self._late.add(timer)
        timer.start()

    def late_commits(self) -> int:
        """How many calls are still to be carried out late."""
        with self._late_lock:
            return len(self._late)

    def cancel_late_commits(self) -> None:
        with self._late_lock:
            for timer in self._late:
                timer.cancel()
            self._late.clear()

    def sheet_values(self, spreadsheet_id: str, title: str) -> list[list[Any]]:
        """The values of a tab: texts, numbers, truth values, None for an empty cell, a formula as its text.
        Rows end with their last filled cell, the list with the last filled row."""
        rows = [
            [cell.value.text if isinstance(cell.value, Formula) else cell.value for cell in row]
            for row in self.cells(spreadsheet_id, title)
        ]
        for row in rows:
            while row and row[-1] is None:
                row.pop()
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def cells(self, spreadsheet_id: str, title: str) -> list[list[Cell]]:
        """The same as cells, with formats and notes; KeyError when there is no such tab."""
        sheet = self.spreadsheets[spreadsheet_id].content.sheet_titled(title)
        if sheet is None:
            raise KeyError(title)
        # Most rows of a grid lie below the last one that holds anything, and hold nothing.
        end = next((row for row in range(len(sheet.rows), 0, -1) if sheet.rows[row - 1]), 0)
        return [
            [cells.get(column, EMPTY) for column in range(max(cells) + 1)] if cells else []
            for cells in sheet.rows[:end]
        ]

    def titles(self, spreadsheet_id: str) -> Sequence[str]:
        return [sheet.title for sheet in self.spreadsheets[spreadsheet_id].content.sheets.values()]


def _disabled() -> ApiError:
    """403 as recorded from a project in which the API is switched off (docs/google-sheets.md, 1.4)."""
    address = f"https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project={PROJECT_NUMBER}"
    return ApiError(
        403,
        f"Google Sheets API has not been used in project {PROJECT_NUMBER} before or it is disabled. "
        f"Enable it by visiting {address} then retry. If you enabled this API recently, wait a few minutes "
        "for the action to propagate to our systems and retry.",
        [
            {
                "@type": "type.googleapis.com/google.rpc.Help",
                "links": [{"description": "Google developers console API activation", "url": address}],
            },
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "SERVICE_DISABLED",
                "domain": "googleapis.com",
                "metadata": {
                    "service": "sheets.googleapis.com",
                    "consumer": f"projects/{PROJECT_NUMBER}",
                },
            },
        ],
    )
