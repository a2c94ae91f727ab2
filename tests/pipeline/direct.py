"""Google's stand-in and Whapi without sockets and threads, so that a test decides what happens when.

The stand-in is the sandbox's own, with all its strictness; only the way to it is short.
"""

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from connector.clock import Clock
from connector.gateways.whapi.errors import Scope, WhapiError
from connector.models import Item
from connector.observer import UNOBSERVED
from connector.sheets.client import Json, SheetsApi
from connector.sheets.column_stream import Cells, Column, asked, read_columns
from connector.sheets.errors import Kind, SheetsError, from_answer
from sandbox.google.calls import Call
from sandbox.google.standin import GoogleStandIn
from tests.clock import FakeClock
from tests.made_once import service_account

SPREADSHEET_ID = "1direct-spreadsheet"
_ACCOUNT = service_account()


class Fate(StrEnum):
    """What becomes of one call to Google."""

    OK = "ok"
    REFUSED = "refused"
    """Certainly not applied, and said so."""
    LOST = "lost"
    """Not applied; no answer."""
    UNHEARD = "unheard"
    """Applied; no answer."""
    LATE = "late"
    """No answer; it will be applied when the test says so."""
    DIES_BEFORE = "dies before"
    DIES_AFTER = "dies after"


class ProcessDied(BaseException):
    """The process is killed right here. A BaseException, so that nothing in the product catches it."""


class DirectApi(SheetsApi):
    """The connector's adapter, with the stand-in in place of the network."""

    # The network's set-up is what this leaves out.
    def __init__(self, google: GoogleStandIn, clock: Clock) -> None:
        self.account = _ACCOUNT.email
        self._clock = clock
        self._observer = UNOBSERVED
        self.reads: deque[Fate] = deque()
        """What becomes of the next reads; of those after them: nothing unusual."""
        self.writes: deque[Fate] = deque()
        """The same for writes."""
        self.late: deque[Call] = deque()
        self._google = google

    def _call(
        self,
        method: str,
        spreadsheet_id: str,
        path: str,
        *,
        json: Mapping[str, Any] | None = None,
        params: Any = None,
    ) -> Json:
        call = _as_call(method, spreadsheet_id, path, json, params)
        fates = self.writes if path == ":batchUpdate" else self.reads
        fate = fates.popleft() if fates else Fate.OK
        if fate is Fate.REFUSED:
            raise SheetsError("Too many requests.", kind=Kind.RATE_LIMIT)
        if fate is Fate.DIES_BEFORE:
            raise ProcessDied
        if fate is Fate.LATE:
            self.late.append(call)
        elif fate is not Fate.LOST:
            answer = self._google.answer(call)
            if fate is Fate.DIES_AFTER:
                raise ProcessDied
            if fate is Fate.OK:
                if answer.status == 200:
                    return answer.body
                raise from_answer(
                    answer.status,
                    answer.body,
                    account=self.account,
                    spreadsheet_id=spreadsheet_id,
                    retry_after=None,
                    sent=json.get("requests") if json is not None and path == ":batchUpdate" else None,
                )
        raise SheetsError("No answer.", kind=Kind.UNCLEAR)

    def columns(
        self, spreadsheet_id: str, columns: Sequence[Column], take: Callable[[Cells], object]
    ) -> dict[Column, int]:
        answer = self._call("post", spreadsheet_id, "/values:batchGetByDataFilter", json=asked(columns))
        return read_columns([json.dumps(answer).encode()], take)

    def append(self, spreadsheet_id: str, path: str, rows: list[list[Any]], options: Mapping[str, str]) -> None:
        """`values.append`, which the connector never uses; a write like any other."""
        self.reads, self.writes = self.writes, self.reads
        try:
            self._call("post", spreadsheet_id, path, json={"values": rows}, params=options)
        finally:
            self.reads, self.writes = self.writes, self.reads

    def late_call_arrives(self) -> None:
        """The oldest call that was under way reaches Google now; nobody hears the answer."""
        self._google.answer(self.late.popleft())


def new_google(clock: FakeClock) -> GoogleStandIn:
    """A stand-in with one spreadsheet, no quota, and a door that lets the connector in."""
    google = GoogleStandIn(clock=clock, account=_ACCOUNT)
    google.create(SPREADSHEET_ID)
    google.quota.enabled = False
    google.tokens.holder = lambda _authorization: _ACCOUNT.email  # type: ignore[method-assign, assignment]
    return google


class ScriptedItems:
    """Whapi, giving each fetch the outcome that the test has set."""

    def __init__(self) -> None:
        self.outcome: tuple[Item, ...] | WhapiError | None = None
        self.dies = False
        self.items: dict[str, tuple[Item, ...]] = {}

    def fetch_items(self, order_id: str, order_token: str) -> tuple[Item, ...]:
        assert order_token == f"token of {order_id}"
        if self.dies:
            raise ProcessDied
        if isinstance(self.outcome, WhapiError):
            raise self.outcome
        return self.items[order_id]

    def channel_state(self) -> str:
        return "AUTH"


def whapi_failures() -> Sequence[WhapiError]:
    """One failure of each scope."""
    return [WhapiError(f"It fails: {scope}.", scope=scope, kind="test") for scope in Scope]


def _as_call(
    method: str, spreadsheet_id: str, path: str, body: Mapping[str, Any] | None, params: Mapping[str, str] | None
) -> Call:
    query = {name: [value] for name, value in (params or {}).items()}
    data = b"" if body is None else json.dumps(body, allow_nan=False).encode()
    return Call(method.upper(), f"/v4/spreadsheets/{spreadsheet_id}{path}", query, data, "Bearer test")
