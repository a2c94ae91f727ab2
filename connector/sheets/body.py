"""Requests as they go over the wire: short, because Google recommends 2 MB for one at the most."""

import json
from typing import Any


def encode(value: Any) -> bytes:
    """JSON without spaces, each character as itself. Numbers must be finite, and texts such as a store can hold."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
