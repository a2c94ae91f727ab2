"""The connector's own webhook among those in the channel's settings.

Other programs' webhooks stand in the same list, and who changes one entry must send all the others back. So everything
here that makes a new list keeps every entry that doesn't lead to this service as it is, known fields or not.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

PATH = "/webhooks/whapi"
HEADER = "X-Webhook-Secret"
EVENT = {"type": "messages", "method": "post"}
"""What brings new messages, and so orders."""
DEFAULT_MODE = "body"
MODES = frozenset({"body", "path", "method"})
MOST_HEADERS = 5

Webhook = Mapping[str, Any]


def webhook_url(public_url: str) -> str:
    """The address that is registered at Whapi; PUBLIC_URL may name it whole."""
    return public_url.rstrip("/").removesuffix(PATH) + PATH


def webhooks_of(settings: Mapping[str, Any]) -> list[Any] | None:
    """The webhooks of a channel's settings; None if they are not of the documented shape."""
    webhooks = settings.get("webhooks") or []
    return webhooks if isinstance(webhooks, list) else None


def leads_to(webhook: Any, url: str) -> bool:
    """Whether the entry is for this service, whatever is wrong with it."""
    there = _split(webhook.get("url")) if isinstance(webhook, dict) else None
    here = _split(url)
    if there is None or here is None or _origin(there) != _origin(here):
        return False
    return there.path == here.path or there.path.startswith(f"{here.path}/")


def leads_to_another(webhook: Any) -> bool:
    """Whether the entry looks like one for a connector, by the path of its address."""
    there = _split(webhook.get("url")) if isinstance(webhook, dict) else None
    return there is not None and there.path.rstrip("/").endswith(PATH)


def carries(webhook: Webhook, secret: str) -> bool:
    """Whether the entry's headers hold the secret as the service wants it."""
    headers = _headers(webhook)
    scheme, _, value = headers.get("authorization", "").partition(" ")
    return headers.get(HEADER.lower()) == secret or (scheme.lower() == "bearer" and value.strip() == secret)


def has_secret_header(webhook: Webhook) -> bool:
    """Whether the entry has a header in which the service looks for the secret."""
    headers = _headers(webhook)
    return HEADER.lower() in headers or headers.get("authorization", "").lower().startswith("bearer ")


def brings_orders(webhook: Webhook) -> bool:
    """Whether the entry's events hold the one that new messages come with."""
    events = webhook.get("events")
    return isinstance(events, list) and EVENT in events


def arrives(webhook: Webhook) -> bool:
    """Whether what is sent in the entry's mode reaches a route of the service."""
    address, mode = _split(webhook.get("url")), mode_of(webhook)
    if address is None or address.path.endswith("/") or mode not in MODES:
        return False
    # Two of the modes extend the address; where they put it behind a query is not known.
    return mode == DEFAULT_MODE or not address.query


def mode_of(webhook: Webhook) -> str:
    return str(webhook.get("mode", DEFAULT_MODE))


def is_right(webhook: Webhook, secret: str) -> bool:
    return carries(webhook, secret) and brings_orders(webhook) and arrives(webhook)


def shown(webhook: Webhook) -> str:
    """The entry's address without anything in it that could be a secret."""
    address = _split(webhook.get("url"))
    return "" if address is None else f"{address.scheme}://{address.netloc.rpartition('@')[2]}{address.path}"


def with_ours(webhooks: Sequence[Any], url: str, secret: str) -> list[Any]:
    """The list with one entry that leads here and is right; equal to the one that came in if that holds already.

    Ours is what leads here; or else what was moved: an entry for a connector that holds our own secret.
    """
    ours = [index for index, webhook in enumerate(webhooks) if leads_to(webhook, url)]
    if not ours:
        moved = (i for i, webhook in enumerate(webhooks) if leads_to_another(webhook) and carries(webhook, secret))
        ours = list(moved)[:1]
    keep = next((index for index in ours if is_right(webhooks[index], secret)), ours[0] if ours else None)
    if keep is None:
        return [*webhooks, _renewed({}, url, secret)]
    return [
        _renewed(webhook, url, secret) if index == keep else webhook
        for index, webhook in enumerate(webhooks)
        if index == keep or index not in ours
    ]


def without_ours(webhooks: Sequence[Any], url: str, secret: str) -> list[Any]:
    """The list without what leads here with this secret. Another shop's that leads here has another."""
    return [webhook for webhook in webhooks if not (leads_to(webhook, url) and carries(webhook, secret))]


def _renewed(webhook: Webhook, url: str, secret: str) -> Webhook:
    if leads_to(webhook, url) and is_right(webhook, secret):
        return webhook
    mode = mode_of(webhook)
    events = webhook.get("events")
    known = events if isinstance(events, list) else []
    headers = webhook.get("headers") if isinstance(webhook.get("headers"), dict) else {}
    others = [(name, value) for name, value in headers.items() if name.lower() != HEADER.lower()] if headers else []
    return {
        **webhook,
        "url": url,
        "mode": mode if mode in MODES else DEFAULT_MODE,
        "events": known if EVENT in known else [*known, EVENT],
        "headers": {**dict(others[: MOST_HEADERS - 1]), HEADER: secret},
    }


def _headers(webhook: Webhook) -> dict[str, str]:
    headers = webhook.get("headers")
    return {str(name).lower(): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}


def _split(url: Any) -> SplitResult | None:
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url.strip())
        parts.port  # noqa: B018 - raises where it is none
    except ValueError:
        return None
    return parts


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    scheme = parts.scheme.lower()
    return scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(scheme)
