"""All gateways beside Whapi, and which of them a payload is from."""

from typing import Any

from connector.gateways import baileys, evolution, green_api, meta, two_chat, waha
from connector.gateways.gateway import Gateway

GATEWAYS: tuple[Gateway, ...] = (meta, evolution, waha, green_api, two_chat, baileys)
"""In the order in which they are asked: Baileys last, since others' envelopes hold its messages."""
WITH_WEBHOOKS: tuple[Gateway, ...] = (meta, evolution, waha, green_api, two_chat)
"""Those that send webhooks themselves; Baileys is a library."""


def recognised(body: Any) -> Gateway | None:
    """The gateway that this payload is from; None if it is none of theirs."""
    if not isinstance(body, dict):
        return None
    return next((gateway for gateway in GATEWAYS if gateway.recognises(body)), None)
