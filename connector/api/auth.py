"""The secrets of operator and shops: lets in only callers that present it, and slows down those that guess."""

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from flask import request

from connector.api.errors import ApiError
from connector.api.secrets import Secrets
from connector.log import get_logger

log = get_logger(__name__)


MOST_WRONG = 30
"""Wrong secrets from one address in a window. Somebody who sets up a webhook needs a few tries."""
WINDOW = 60.0
"""Seconds."""
_MOST_ADDRESSES = 10_000
UNAUTHORISED = (
    "The secret is missing or wrong. Send the WEBHOOK_SECRET of the service in the header "
    "Authorization: Bearer SECRET, or in X-Webhook-Secret."
)
SLOWED = (
    "Too many wrong secrets came from this address. Wait before the next try; "
    "a request with the right secret is answered at any time."
)
_BEARER = "bearer "


@dataclass(slots=True)
class _Window:
    ends_at: float
    wrong: int = 0


class Throttle:
    """Remembers the last minute of at most 10,000 addresses; the oldest go first. Safe to use from several threads.

    It refuses nobody by itself. A caller with the webhook secret always gets through: behind a proxy all callers share
    an address, Whapi's among them.
    """

    def __init__(
        self,
        *,
        most_wrong: int | None = None,
        most_addresses: int = _MOST_ADDRESSES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`most_wrong`: None for MOST_WRONG; `clock` gives seconds that only ever grow."""
        self._most_wrong = most_wrong if most_wrong is not None else MOST_WRONG
        self._most_addresses = most_addresses
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: OrderedDict[str, _Window] = OrderedDict()

    def wrong_secret(self, address: str) -> float | None:
        """Counts a wrong secret. How many seconds to stay away if there were too many, else None."""
        key = neighbourhood(address)
        now = self._clock()
        count = 0
        with self._lock:
            window = self._windows.get(key)
            if window is None or window.ends_at <= now:
                # The line tells of those that the window before counted after its own line, too.
                count = 1 + (window.wrong - 1 if window is not None else 0)
                window = self._begin(key, now)
            window.wrong += 1
            too_many = window.wrong > self._most_wrong
            wait = window.ends_at - now
        if count:
            log.warning("secret.wrong", address=key, count=count)
        return wait if too_many else None

    def wait(self, address: str) -> float | None:
        """How many seconds to stay away if as many wrong ones came as may come, else None. Counts nothing."""
        now = self._clock()
        with self._lock:
            window = self._windows.get(neighbourhood(address))
            if window is None or window.ends_at <= now or window.wrong < self._most_wrong:
                return None
            return window.ends_at - now

    def _begin(self, key: str, now: float) -> _Window:
        self._windows.pop(key, None)
        if len(self._windows) >= self._most_addresses:
            self._windows.popitem(last=False)
        self._windows[key] = window = _Window(now + WINDOW)
        return window


def neighbourhood(address: str) -> str:
    """The address; of IPv6 its /64, because somebody who has one address of it has them all."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return address
    return f"{ipaddress.IPv6Address(int(ip) >> 64 << 64)}/64"


class Authenticator:
    """Lets in whoever presents the secret of the operator or of a shop, and slows down those that guess."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._throttle = Throttle()

    def caller(self, *others: str) -> str | None:
        """The shop whose secret the request carries; None: it is the operator's. Raises a 401 where it carries none
        that is right, and a 429 where wrong ones come too often.

        `others`: what the request presents elsewhere than in the two headers.

        A right secret is never refused, whatever came before it from the same address.
        """
        sent = request.environ
        presented = _presented(sent.get("HTTP_AUTHORIZATION", ""), sent.get("HTTP_X_WEBHOOK_SECRET", ""))
        presented += others
        owner = self._owner(presented)
        if owner is not None:
            return owner or None
        # Without any secret nothing is guessed, so there is nothing to slow down.
        wait = self._throttle.wrong_secret(request.remote_addr or "unknown") if any(presented) else None
        if wait is not None:
            raise ApiError(429, SLOWED, retry_after=max(math.ceil(wait), 1))
        raise ApiError(401, UNAUTHORISED)

    def _owner(self, presented: list[str]) -> str | None:
        # Headers arrive as Latin-1 text; a secret beyond ASCII was sent as the bytes of its UTF-8 form.
        return self._secrets.owner(value.encode("latin-1", "replace") for value in presented if value)


def _presented(authorization: str, webhook_secret: str) -> list[str]:
    presented = [webhook_secret]
    if authorization[: len(_BEARER)].lower() == _BEARER:
        presented.append(authorization[len(_BEARER) :].strip())
    return presented
