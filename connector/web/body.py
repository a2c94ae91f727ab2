"""Reads a request's body as JSON."""

import json
from typing import Any, NoReturn

from flask import request

from connector.web.errors import ApiError

LARGEST_BODY = 2**20
"""Bytes. Whapi's payloads are a few kB, with the order's preview picture some tens of kB."""


def read_json() -> Any:
    """The body as JSON, whatever the Content-Type says. Raises a 400 if it is none, a 413 if it is too large."""
    try:
        return parse_json(request.get_data(cache=False))
    except (ValueError, RecursionError):
        raise ApiError(400, "The body is not JSON.") from None


def parse_json(data: bytes) -> Any:
    """Raises ValueError or RecursionError."""
    return json.loads(data, parse_constant=_refuse)


def _refuse(constant: str) -> NoReturn:
    """JSON has no NaN and no Infinity, though Python's reader would take them."""
    raise ValueError(constant)
