"""Says what came where something else was expected: enough to find the mistake, and never a token."""

import re
from typing import Any

from connector.gateways.reading.visible import clean

_MOST_CHARACTERS = 24
_MOST_KEYS = 8
_LARGEST = 10**15
_LIKE_A_TOKEN = re.compile(r"[A-Za-z0-9+/_=%-]{20,}")


def came(value: Any) -> str:
    """What came, in words, and shown as far as it is short. What looks like a token is not shown."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return _object(value)
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"the number {value}" if abs(value) <= _LARGEST else "a number that is too large"
    return {None: "nothing", True: "true", False: "false"}.get(value, "something else")


def kind(value: Any) -> str:
    """What came, in words and without showing it: it may be a secret or very long."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "a yes or no"
        case str():
            return f"a text of {len(value)} characters"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case _:
            return "an object"


def as_name(name: str) -> str:
    """A field's name as the sender wrote it, fit for a sentence."""
    if _LIKE_A_TOKEN.search(name) and not name.replace("_", "").isalpha():
        return "…"
    return " ".join(clean(name[:_MOST_CHARACTERS]).split())


def _text(text: str) -> str:
    text = clean(text)
    if not text:
        return "an empty text"
    if _LIKE_A_TOKEN.search(text):
        return f"a text of {len(text)} characters"
    if len(text) <= _MOST_CHARACTERS:
        return f'the text "{text}"'
    return f'a text of {len(text)} characters that begins with "{text[:_MOST_CHARACTERS]}"'


def _object(value: dict[str, Any]) -> str:
    if not value:
        return "an empty object"
    shown = [as_name(key) for key in list(value)[:_MOST_KEYS]]
    more = f" and {len(value) - len(shown)} more" if len(value) > len(shown) else ""
    return f"an object with {', '.join(f'`{key}`' for key in shown)}{more}"
