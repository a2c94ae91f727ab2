"""The HTTP session for Google: with its token, its deadline, and without following where an answer would send it.

A process can be frozen between any two of its steps. Frozen before this look, it sends nothing afterwards. Frozen
after it, its request carries a token that is an hour old at the most when it was attached, and runs out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2.service_account import Credentials
from requests.adapters import HTTPAdapter

from connector.clock import Clock

SEND_WITHIN = timedelta(minutes=1)
"""From the claim of a batch to its sending."""
LOOK_WITHIN = timedelta(minutes=3)
"""From the look at the spreadsheet that a batch is made from to its sending."""
TOKEN_LASTS = timedelta(hours=1)
"""How long Google's access tokens are good for, and so how long a request may hang on the way and still count."""
GOOGLE_WORKS_FOR = timedelta(minutes=3)
"""The longest that Google works on a request (docs/google-sheets.md, 1.1)."""
LATEST_ARRIVAL = LOOK_WITHIN + TOKEN_LASTS + GOOGLE_WORKS_FOR
"""After the look that a batch was made from, it can't be applied any more once this has passed."""
_TOKEN_RETRIES = 3
"""As google-auth has it: asking for a token once more does no harm."""


class TooLateError(requests.exceptions.RequestException):
    """The request was not sent: its time was up."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment, by two clocks: one can be set back, the other may stand still while a machine is suspended."""

    at: datetime
    elapsed: float

    @classmethod
    def after(cls, clock: Clock, time: timedelta) -> "Deadline":
        return cls(clock.now() + time, clock.elapsed() + time.total_seconds())

    def has_passed(self, clock: Clock) -> bool:
        return clock.now() > self.at or clock.elapsed() > self.elapsed

    def or_sooner(self, other: "Deadline") -> "Deadline":
        return Deadline(min(self.at, other.at), min(self.elapsed, other.elapsed))


_CURRENT: ContextVar[tuple[Deadline, Clock] | None] = ContextVar("deadline", default=None)


@contextmanager
def sent_before(deadline: Deadline | None, clock: Clock) -> Iterator[None]:
    """Within it, requests of this thread that would go out later than the deadline raise TooLateError instead."""
    token = _CURRENT.set(None if deadline is None else (deadline, clock))
    try:
        yield
    finally:
        _CURRENT.reset(token)


def check_deadline() -> None:
    """Raises TooLateError if the request that is about to go out is too late."""
    current = _CURRENT.get()
    if current is not None and current[0].has_passed(current[1]):
        raise TooLateError


class PunctualAdapter(HTTPAdapter):
    """Looks at the deadline with the finished request in its hands, just before it goes to the connection."""

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        check_deadline()
        return super().send(*args, **kwargs)


def google_session(credentials: Credentials) -> AuthorizedSession:
    """A session that gets a token when it needs one. It repeats nothing but the request for that.

    A redirection raises TooManyRedirects: followed, a 307 would take rows and token to whatever host it names.
    """
    for_tokens = requests.Session()
    for_tokens.max_redirects = 0
    for_tokens.mount("https://", HTTPAdapter(max_retries=_TOKEN_RETRIES))
    session = AuthorizedSession(credentials, auth_request=Request(for_tokens))  # type: ignore[no-untyped-call]
    session.max_redirects = 0
    # Otherwise Google says why it refuses a request in the language of the account.
    session.headers["Accept-Language"] = "en"
    for scheme in ("https://", "http://"):  # The sandbox has no certificate.
        session.mount(scheme, PunctualAdapter())
    return session
