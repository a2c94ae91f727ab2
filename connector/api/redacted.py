"""A quarantined payload as it is shown: whole, but for whatever is or may be a secret.

Nobody understood the payload, so nobody knows where in it an order's token stands. What is named like a secret is
hidden, and what looks like one, wherever it stands.
"""

import json
import math
import re
from collections.abc import Callable
from typing import Any

from connector.serializers import moment
from connector.store.quarantine import Entry, Head

HIDDEN = "[secret]"
_NAMED_LIKE_ONE = re.compile(
    r"token|secret|passw|passphrase|pwd|api_?-?key|private_?-?key|credential|cookie|bearer|auth(?!or(?!i[sz]))",
    re.IGNORECASE,
)
"""An author is no secret."""
_LOOKS_LIKE_ONE = re.compile(r"[A-Za-z0-9+/_%\\-]{40,}={0,2}")

Redact = Callable[[str], str]


def head_json(entry: Head, *, redact: Redact) -> dict[str, Any]:
    """An entry of the quarantine without its payload; `redact` hides the secrets of the settings."""
    return {
        "id": entry.id,
        "received_at": moment(entry.received_at),
        "field": entry.field,
        "reason": redact(entry.reason),
        "bytes": entry.bytes,
        "dealt_with_at": moment(entry.dealt_with_at),
    }


def entry_json(entry: Entry, *, redact: Redact) -> dict[str, Any]:
    """The same with its payload, in which whatever may be a secret is hidden."""
    return {**head_json(entry, redact=redact), "payload": hidden(json.loads(entry.payload), redact)}


def hidden(value: Any, redact: Redact) -> Any:
    """The value without secrets."""
    if isinstance(value, dict):
        return {
            _text(key, redact): HIDDEN if _NAMED_LIKE_ONE.search(key) and inner is not None else hidden(inner, redact)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [hidden(inner, redact) for inner in value]
    if isinstance(value, str):
        return _text(value, redact)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no such number, though a number such as 1e999 is read as one.
    return value


def _text(text: str, redact: Redact) -> str:
    return _LOOKS_LIKE_ONE.sub(HIDDEN, redact(text))
