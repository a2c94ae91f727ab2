"""Where events go: the addresses in EVENTS_URL, and the secret that signs for them (`whsec_` and base64).

What is secret of an address (login, path, query) is never shown: `name` is for logs.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

import httpx
from standardwebhooks import Webhook

PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64
HOW_TO_MAKE = (
    "Make one with: "
    "python3 -c \"import base64, secrets; print('whsec_' + base64.b64encode(secrets.token_bytes(32)).decode())\""
)
MOST_TARGETS = 10
_SHORTEST_PASSWORD = 6
_SHORTEST_PATH = 16


def parse_secrets(text: str) -> list[str]:
    """One secret; or, while it is being changed, the new one and the old, separated by a comma. Raises ValueError."""
    secrets = [secret for part in text.split(",") if (secret := part.strip())]
    if not secrets or not all(_is_one(secret) for secret in secrets):
        raise ValueError(f"it is not {PREFIX} followed by the base64 of {_SHORTEST} to {_LONGEST} bytes. {HOW_TO_MAKE}")
    return secrets


class Signer:
    """Signs with each of the secrets; a receiver knows one of them."""

    def __init__(self, secrets: list[str]) -> None:
        self._webhooks = [Webhook(secret) for secret in secrets]

    def headers(self, event_id: str, payload: str, *, now: datetime) -> dict[str, str]:
        """The three headers of the specification; `now`: the time of this try, in UTC."""
        return {
            "webhook-id": event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(webhook.sign(event_id, now, payload) for webhook in self._webhooks),
        }


def _is_one(secret: str) -> bool:
    if not secret.startswith(PREFIX):
        return False
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return _SHORTEST <= len(key) <= _LONGEST


@dataclass(frozen=True, slots=True)
class Target:
    """One address that gets events."""

    key: str
    """Stands for the address in the store."""
    name: str
    """The address without what may be secret."""
    url: httpx.URL
    """Without a login."""
    authorization: str | None
    """The header's value, where the address has a login."""

    @property
    def is_secure(self) -> bool:
        return self.url.scheme == "https"


def parse_targets(text: str) -> tuple[Target, ...]:
    """The addresses, separated by commas, each once. Raises ValueError, whose text shows nothing of them."""
    addresses = list(dict.fromkeys(address for part in text.split(",") if (address := part.strip())))
    if len(addresses) > MOST_TARGETS:
        raise ValueError(f"there are more than {MOST_TARGETS} addresses.")
    targets = [_target(address, number) for number, address in enumerate(addresses, 1)]
    names = [target.name for target in targets]
    return tuple(
        # Two workflows at the same host must be told apart in the log.
        target if names.count(target.name) == 1 else replace(target, name=f"{target.name} (number {number})")
        for number, target in enumerate(targets, 1)
    )


def secrets_of(text: str) -> list[str]:
    """What must not be seen of the addresses: each as a whole, its password, its path with the query. Shorter ones are
    left out, because they are likely to be parts of other words."""
    parts = []
    for address in filter(None, (part.strip() for part in text.split(","))):
        url = httpx.URL(address)
        parts.append(address)
        if len(url.password) >= _SHORTEST_PASSWORD:
            parts.append(url.password)
        if len(url.raw_path) >= _SHORTEST_PATH:
            parts.append(url.raw_path.decode())
    return parts


def _target(address: str, number: int) -> Target:
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, UnicodeError):
        raise ValueError(f"its address number {number} is not one.") from None
    if url.scheme not in {"https", "http"} or not url.host:
        raise ValueError(f"its address number {number} does not begin with https://.")
    return Target(
        key=hashlib.sha256(address.encode()).hexdigest(),
        name=f"{url.scheme}://{url.netloc.decode()}",
        url=url.copy_with(userinfo=b"", fragment=None),
        authorization=_basic(url),
    )


def _basic(url: httpx.URL) -> str | None:
    if not url.userinfo:
        return None
    return "Basic " + base64.b64encode(f"{url.username}:{url.password}".encode()).decode()
