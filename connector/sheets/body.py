"""Requests as they go over the wire: short, because Google recommends 2 MB for one at the most."""

import json
from collections.abc import Iterator
from typing import Any

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_LEVELS = 5
"""Down to the single row: batch, requests, request, its fields, rows."""


def encode(value: Any) -> bytes:
    """JSON without spaces, each character as itself. Numbers must be finite, and texts such as a store can hold."""
    return "".join(_pieces(value, _LEVELS)).encode()


def _pieces(value: Any, levels: int) -> Iterator[str]:
    """The JSON bit by bit: in one go a large batch takes 20 ms, in which no other thread can do anything."""
    if levels and isinstance(value, dict):
        between = "{"
        for name, inner in value.items():
            yield f"{between}{_encode(name)}:"
            yield from _pieces(inner, levels - 1)
            between = ","
        yield "}" if value else "{}"
    elif levels and isinstance(value, list | tuple):
        between = "["
        for inner in value:
            yield between
            yield from _pieces(inner, levels - 1)
            between = ","
        yield "]" if value else "[]"
    else:
        yield _encode(value)
