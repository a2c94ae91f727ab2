"""Takes off what no-code tools wrap around an order: JSON in a text, and objects that only hand on what they got."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

WRAPPERS = ("body", "data", "value", "payload", "json", "message", "orders")
"""The keys under which forwarders hand things on: n8n's Webhook node has `body`, its items have `json`; the others are
what people call such a field. Each only counts where it holds an object or a list."""
_MOST_OFTEN_IN_TEXT = 10


def parse_json(data: str | bytes) -> Any:
    """The JSON, read strictly. Raises ValueError, also where it is nested too deeply to be read."""
    text = data if isinstance(data, str) else data.decode(json.detect_encoding(data), "surrogatepass")
    try:
        return _decode(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def opened(value: Any) -> Any:
    """What a text of JSON says, where it says an object or a list; anything else as it is."""
    inner = value
    for _ in range(_MOST_OFTEN_IN_TEXT):
        if not isinstance(inner, str) or inner.lstrip()[:1] not in {"{", "[", '"'}:
            break
        try:
            inner = parse_json(inner)
        except ValueError:
            return value
    return inner if isinstance(inner, dict | list) else value


def wrapped(part: Mapping[str, Any]) -> dict[str, Any]:
    """What the object hands on, by the key that holds it: one where that is clear."""
    candidates = {key: opened(part[key]) for key in WRAPPERS if key in part}
    return {key: value for key, value in candidates.items() if isinstance(value, dict | list)}


def _refuse(constant: str) -> NoReturn:
    """JSON has no NaN and no Infinity, though Python's reader would take them."""
    raise ValueError(constant)


_decode = json.JSONDecoder(parse_constant=_refuse).decode
"""Made once: `json.loads` would make one for each call."""
