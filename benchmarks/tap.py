"""Listens in on the sandbox: which calls the service made, when, and how long the stand-ins took over them."""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.google import methods
from sandbox.google.calls import Call
from sandbox.google.errors import ApiError
from sandbox.sandbox import Sandbox

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FETCH, READ, WRITE, TOKEN, OTHER = "fetch", "read", "write", "token", "other"


@dataclass(frozen=True, slots=True)
class Heard:
    """One call, with times by `time.perf_counter`."""

    kind: str
    """`fetch` of an order's items, `read` or `write` of the spreadsheet as Google counts them, `token`, `other`."""
    begun: float
    ended: float
    status: str
    size: int
    """Bytes of the request's body."""


class Tap:
    """Around the sandbox from now on. Safe to read while calls come in."""

    def __init__(self, sandbox: Sandbox, *, fetches_at_once: int | None = None) -> None:
        """`fetches_at_once`: the gateway works on no more fetches at the same time; the others wait."""
        self._gateway = threading.BoundedSemaphore(fetches_at_once) if fetches_at_once else nullcontext()
        self._inner: WSGIApplication = sandbox.app.wsgi_app
        self._lock = threading.Lock()
        self._heard: list[Heard] = []
        sandbox.app.wsgi_app = self._call  # type: ignore[method-assign]

    def heard(self, *kinds: str) -> list[Heard]:
        """The calls of these kinds, or all, in the order in which they ended."""
        with self._lock:
            return [call for call in self._heard if not kinds or call.kind in kinds]

    def counts(self) -> Counter[str]:
        with self._lock:
            return Counter(call.kind for call in self._heard)

    def refused(self) -> int:
        """How many calls were answered with 429."""
        with self._lock:
            return sum(call.status == "429" for call in self._heard)

    def clear(self) -> None:
        with self._lock:
            self._heard.clear()

    def _call(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        statuses = []

        def start(status: str, *arguments: object, **more: object) -> object:
            statuses.append(status[:3])
            return start_response(status, *arguments, **more)  # type: ignore[arg-type]

        kind = kind_of(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        begun = time.perf_counter()
        with self._gateway if kind == FETCH else nullcontext():
            answer = self._inner(environ, start)  # type: ignore[arg-type]
        size = int(environ.get("CONTENT_LENGTH") or 0)
        call = Heard(kind, begun, time.perf_counter(), statuses[0] if statuses else "", size)
        with self._lock:
            self._heard.append(call)
        return answer


def kind_of(method: str, path: str) -> str:
    if path.startswith("/business/orders/"):
        return FETCH
    if path == "/token":
        return TOKEN
    try:
        return WRITE if methods.find(Call(method, path))[0].write else READ
    except ApiError:
        return OTHER


def covered(calls: Iterable[Heard], begun: float, ended: float) -> float:
    """For how many of the seconds between two moments at least one of the calls was under way."""
    total, reached = 0.0, begun
    for call in sorted(calls, key=lambda call: call.begun):
        first, last = max(call.begun, reached), min(call.ended, ended)
        if last > first:
            total += last - first
            reached = last
    return total


def most_in_a_second(calls: Sequence[Heard]) -> int:
    """The most calls that began within any one second."""
    begun = sorted(call.begun for call in calls)
    first, most = 0, 0
    for last, moment in enumerate(begun):
        while moment - begun[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most
