"""What can go wrong at Whapi, told apart by what it means for the orders."""

from enum import StrEnum

import httpx

from connector.certificates import not_trusted
from connector.proxies import not_through


class Scope(StrEnum):
    """Whom a failure concerns."""

    ORDER = "order"
    """This order alone. The others go on."""
    CHANNEL = "channel"
    """Every order of the channel: nobody needs to try until it is over."""
    SUSPECT = "suspect"
    """It looks like the whole channel, but one odd order could cause it as well (a 403, a 5xx, a time-out)."""


class WhapiError(Exception):
    """A call to Whapi failed. The text is a sentence for the merchant and holds no secret."""

    def __init__(self, message: str, *, scope: Scope, kind: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.scope = scope
        self.kind = kind
        """A short name for logs and figures, such as `not_found` or `timeout`."""
        self.retry_after = retry_after
        """Seconds that Whapi asks to be left alone."""

    @property
    def must_mend(self) -> bool:
        """Whether it stays until the merchant does something."""
        return self.kind in {"unauthorised", "forbidden", "payment"}


def stopped_by(error: httpx.HTTPError, url: str) -> WhapiError | None:
    """The error, where a certificate that isn't trusted, or a proxy, stands between this machine and Whapi."""
    sentence = not_trusted("Whapi", error)
    if sentence is not None:
        return WhapiError(sentence, scope=Scope.CHANNEL, kind="certificate")
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        sentence = not_through("Whapi", url, error)
        if sentence is not None:
            return WhapiError(sentence, scope=Scope.CHANNEL, kind="proxy")
    return None
