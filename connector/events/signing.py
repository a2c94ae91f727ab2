"""The secret that signs events, as the Standard Webhooks specification writes it: `whsec_` and base64."""

import base64
import binascii
from datetime import datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64
HOW_TO_MAKE = (
    "Make one with: "
    "python3 -c \"import base64, secrets; print('whsec_' + base64.b64encode(secrets.token_bytes(32)).decode())\""
)


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
