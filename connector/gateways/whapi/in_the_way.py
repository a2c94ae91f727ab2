"""What may stand between this machine and Whapi."""

import httpx

from connector.certificates import not_trusted
from connector.gateways.whapi.errors import Scope, WhapiError
from connector.proxies import not_through


def stopped_by(error: httpx.HTTPError, url: str) -> WhapiError | None:
    """The error, where it is a certificate that isn't trusted or a proxy; None where it is something else."""
    sentence = not_trusted("Whapi", error)
    if sentence is not None:
        return WhapiError(sentence, scope=Scope.CHANNEL, kind="certificate")
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        sentence = not_through("Whapi", url, error)
        if sentence is not None:
            return WhapiError(sentence, scope=Scope.CHANNEL, kind="proxy")
    return None
