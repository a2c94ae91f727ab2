"""What the service that runs at HOST and PORT says of a shop."""

import httpx

from connector.gateways.whapi.webhooks import HEADER
from connector.language import in_each_language
from connector.runtime.addresses import local_address
from connector.runtime.shop import LEAVING_SENTENCE
from connector.settings import Settings
from connector.shops.settings import ShopEntry

_SECONDS = 10.0
_READY = frozenset({httpx.codes.OK, httpx.codes.SERVICE_UNAVAILABLE})


def is_served(base: str, operator: Settings, shop: ShopEntry) -> bool:
    """Whether the service has the shop, with the secret that it has now."""
    # First with the operator's secret: one that nobody knows yet would count as a guess.
    there = _ready(f"{base}/shops/{shop.name}", operator.webhook_secret)
    if there is None or there.status_code not in _READY:
        return False
    own = _ready(base, shop.settings.webhook_secret)
    return own is not None and own.status_code in _READY


def takes_nothing_in(operator: Settings, shop: str) -> bool:
    """Whether the service says that the shop is to leave, or doesn't have it any more."""
    answer = _ready(f"{local_address(operator)}/shops/{shop}", operator.webhook_secret)
    if answer is None:
        return False
    try:
        return answer.status_code == httpx.codes.NOT_FOUND or not in_each_language(LEAVING_SENTENCE).isdisjoint(
            answer.json()["problems"]
        )
    except (ValueError, TypeError, KeyError):
        return False


def _ready(base: str, secret: str) -> httpx.Response | None:
    try:
        return httpx.get(f"{base}/readyz", headers={HEADER: secret}, timeout=_SECONDS, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
