"""Sends requests straight to the service, as a no-code tool would, and says which were answered with 200."""

import queue
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

_PAUSE = 0.15
FINE = (200, 503)
"""What the service may answer to something that is all right."""
NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True)
class _Request:
    path: str
    body: Any
    answered: Callable[[], None]
    tries: int | None
    headers: Mapping[str, str]


class StraightSender:
    """A few threads that send, and try again after anything but a 200."""

    def __init__(
        self,
        where: str | Callable[[], str],
        secret: str,
        *,
        senders: int = 4,
        timeout: float = 10.0,
        fine: Collection[int] = FINE,
    ) -> None:
        """`where`: the service's address, or what chooses one of several instances for each try. `fine`: what may be
        answered to something that is all right."""
        self._where = where
        self._fine = fine
        self.answers: Counter[str] = Counter()
        """How often each status came; `none` for no answer at all."""
        self.given_up = 0
        self.wrong: list[str] = []
        """A sentence for each answer that must not be."""
        self._client = httpx.Client(
            headers={"X-Webhook-Secret": secret}, timeout=timeout, trust_env=False, verify=False
        )
        self._queue: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._waiting = 0
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._threads = [threading.Thread(target=self._work, name="straight", daemon=True) for _ in range(senders)]
        for thread in self._threads:
            thread.start()

    def send(
        self,
        path: str,
        body: Any,
        answered: Callable[[], None],
        tries: int | None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> None:
        """Sends until the answer is 200, or `tries` times; calls `answered` after a 200. Returns at once."""
        with self._lock:
            self._waiting += 1
        self._queue.put(_Request(path, body, answered, tries, headers))

    def post(self, path: str, body: Any, headers: Mapping[str, str] = NO_HEADERS) -> int | None:
        """Sends once; the status, or None without an answer. `path`: or a whole address."""
        where = "" if path.startswith("http") else self._where if isinstance(self._where, str) else self._where()
        try:
            answer = self._client.post(where + path, json=body, headers=headers)
        except httpx.HTTPError:
            status = None
        else:
            status = answer.status_code
            if status not in self._fine:
                self.wrong.append(f"{path} was answered with {status}: {answer.text[:200]}")
            elif status == httpx.codes.OK and not _took_one(answer.json()):
                self.wrong.append(f"{path} was answered with 200, and yet: {answer.text[:200]}")
        with self._lock:
            self.answers["none" if status is None else str(status)] += 1
        return status

    @property
    def waiting(self) -> int:
        with self._lock:
            return self._waiting

    def close(self) -> None:
        self._closed.set()
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(15)
        self._client.close()

    def _work(self) -> None:
        while (request := self._queue.get()) is not None:
            self._try(request)
            with self._lock:
                self._waiting -= 1

    def _try(self, request: _Request) -> None:
        tries = 0
        while not self._closed.is_set() and (request.tries is None or tries < request.tries):
            if self.post(request.path, request.body, request.headers) == httpx.codes.OK:
                request.answered()
                return
            tries += 1
            self._closed.wait(_PAUSE)
        with self._lock:
            self.given_up += 1


def _took_one(answer: Any) -> bool:
    return isinstance(answer, dict) and answer.get("accepted", 0) + answer.get("duplicates", 0) == 1
