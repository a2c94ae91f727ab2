"""Faults that the sandbox plays: what is to go wrong, where, and how often.

The store of faults knows nothing of HTTP. A stand-in asks `take` at the start of each call and plays what it
gets.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

SERVICES = ("google", "token", "whapi")

KINDS = {
    "status": "answers with `status` in the service's own error shape; nothing happened",
    "html_502": "answers 502 with an HTML page, as a gateway does; nothing happened",
    "html_200": "answers 200 with an HTML page, as a captive portal does; nothing happened",
    "hang": "nothing happens; the connection is held for `seconds` and then closed",
    "drop": "nothing happens; the connection is closed without an answer",
    "commit_then_503": "the call is carried out and answered with 503",
    "commit_then_drop": "the call is carried out; the connection is closed without an answer",
    "commit_then_hang": "the call is carried out; the connection is held for `seconds` and then closed",
    "late_commit": "the connection is closed at once; the call is carried out `seconds` later",
    "late_commit_503": "answers 503 at once; the call is carried out `seconds` later",
    "truncated": "the call is carried out; the answer breaks off in the middle of its body",
    "latency": "the call is carried out and answered `seconds` later than usual",
    "expire_tokens": "every access token handed out so far stops being valid",
}


@dataclass
class Fault:
    """One thing that is to go wrong. A wrong field raises ValueError with a sentence that names it."""

    service: str
    kind: str
    times: int | None = 1
    """How many calls it strikes; None: every one until it is cleared."""
    skip: int = 0
    """How many matching calls pass unharmed before the first is struck."""
    seconds: float = 0.0
    status: int = 503
    """The status of kind `status`."""
    body: str | None = None
    """Replaces the body of the kinds that answer with an error or a page."""
    headers: dict[str, str] = field(default_factory=dict)
    """Added to the answer of the kinds that answer with an error or a page."""
    retry_after: str | None = None
    method: str | None = None
    """Strikes only calls with this HTTP method."""
    path_contains: str | None = None
    """Strikes only calls whose path contains this."""
    text_contains: str | None = None
    """Strikes only calls with this in a text of their JSON body: with kind `status`, status 500 and no end of
    `times` it plays a content that fails every time."""

    token: str | None = None
    """Strikes only calls with this token of a channel: at Whapi all channels have the same paths. What one spreadsheet
    alone suffers at Google is said by `path_contains` with its id."""

    def __post_init__(self) -> None:
        if self.service not in SERVICES:
            raise ValueError(f"service must be one of {', '.join(SERVICES)}.")
        if self.token is not None and self.service != "whapi":
            raise ValueError("token limits faults of whapi alone; for google name the spreadsheet in path_contains.")
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}.")
        if self.times is not None and self.times < 1:
            raise ValueError("times must be at least 1, or null for every call until the fault is cleared.")
        if self.skip < 0:
            raise ValueError("skip must not be negative.")
        if self.seconds < 0:
            raise ValueError("seconds must not be negative.")
        if not 100 <= self.status <= 599:  # noqa: PLR2004 - the range of HTTP statuses
            raise ValueError("status must be an HTTP status between 100 and 599.")

    def matches(self, service: str, method: str, path: str, body: bytes, token: str | None = None) -> bool:
        return (
            self.service == service
            and (self.method is None or self.method.upper() == method.upper())
            and (self.path_contains is None or self.path_contains in path)
            and (self.token is None or self.token == token)
            and (self.text_contains is None or any(self.text_contains in text for text in _texts(body)))
        )


def _texts(body: bytes) -> Iterator[str]:
    """Every text in a JSON body, decoded; names of fields aren't among them."""
    try:
        ahead: list[Any] = [json.loads(body)]
    except ValueError:
        return
    while ahead:
        value = ahead.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            ahead += value.values() if isinstance(value, dict) else value


class Faults:
    """The faults that wait for their calls, oldest first. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self, service: str | None = None) -> None:
        """Forgets the faults of one service, or all."""
        with self._lock:
            self._faults = [f for f in self._faults if service is not None and f.service != service]

    def take(self, service: str, method: str, path: str, body: bytes = b"", token: str | None = None) -> Fault | None:
        """The fault that strikes this call, counted down; None when the call goes well.

        At most one fault strikes a call: the oldest that matches and has let enough calls pass.
        """
        with self._lock:
            for fault in self._faults:
                if not fault.matches(service, method, path, body, token):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self._faults.remove(fault)
                return replace(fault, times=1, skip=0)
        return None

    def all(self) -> list[Fault]:
        """The faults still to come, as copies."""
        with self._lock:
            return [replace(f) for f in self._faults]
