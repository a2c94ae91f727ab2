"""What a service that runs says of itself: whether it answers at an address, how it is, which shops it has."""

import json

import httpx

from connector.gateways.whapi.webhooks import HEADER
from connector.language import in_each_language
from connector.runtime.addresses import is_local, local_address
from connector.runtime.shop import LEAVING_SENTENCE
from connector.settings import Settings
from connector.shops.settings import ShopEntry

_SECONDS = 10.0
_LARGEST_ANSWER = 64 * 1024
_READY = frozenset({httpx.codes.OK, httpx.codes.SERVICE_UNAVAILABLE})


def why_not_alive(base: str) -> str | None:
    """None if our service answers at the address; else half a sentence that says what came instead."""
    try:
        with httpx.stream("GET", f"{base}/healthz", timeout=_SECONDS, trust_env=not is_local(base)) as answer:
            body = next(answer.iter_bytes(_LARGEST_ANSWER), b"")
    except httpx.ConnectError as error:
        return _no_connection(str(error))
    except httpx.TimeoutException:
        return f"no answer came within {_SECONDS:g} seconds"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"the connection failed ({type(error).__name__})"
    if answer.status_code != httpx.codes.OK:
        return f"the answer was {answer.status_code}"
    try:
        alive = json.loads(body) == {"status": "ok"}
    except ValueError:
        alive = False
    return None if alive else "something else answers there"


def readiness(base: str, secret: str) -> httpx.Response | None:
    """What the service at an address answers to GET /readyz; None if no answer comes."""
    try:
        return httpx.get(f"{base}/readyz", headers={HEADER: secret}, timeout=_SECONDS, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeEncodeError):  # A secret may hold letters that no header has.
        return None


def is_served(base: str, operator: Settings, shop: ShopEntry) -> bool:
    """Whether the service has the shop, with the secret that it has now."""
    # First with the operator's secret: one that nobody knows yet would count as a guess.
    there = readiness(f"{base}/shops/{shop.name}", operator.webhook_secret)
    if there is None or there.status_code not in _READY:
        return False
    own = readiness(base, shop.settings.webhook_secret)
    return own is not None and own.status_code in _READY


def takes_nothing_in(operator: Settings, shop: str) -> bool:
    """Whether the service says that the shop is to leave, or doesn't have it any more."""
    answer = readiness(f"{local_address(operator)}/shops/{shop}", operator.webhook_secret)
    if answer is None:
        return False
    try:
        return answer.status_code == httpx.codes.NOT_FOUND or not in_each_language(LEAVING_SENTENCE).isdisjoint(
            answer.json()["problems"]
        )
    except (ValueError, TypeError, KeyError):
        return False


def _no_connection(text: str) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "its certificate is not valid"
    if "Name or service not known" in text or "nodename nor servname" in text or "getaddrinfo" in text:
        return "its name is not known"
    return "nothing answers there"
