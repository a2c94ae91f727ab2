"""What listings have in common: their parameters, and how large they may become."""

import json
from collections.abc import Iterable
from typing import Any

from flask import request

from connector.api.errors import ApiError

MOST_LISTED = 500
LARGEST_NUMBER = 2**53
"""Beyond it, many readers of JSON lose digits."""
LARGEST_LIST = 2**20
"""Bytes after which a list of an answer ends. A thousand usual orders are far from it."""


def whole_number(name: str, default: int | None, *, most: int = LARGEST_NUMBER) -> int | None:
    """The parameter, or the default where it isn't given. Raises a 400 if it is no number from 1 to `most`."""
    text = request.args.get(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 18 or not 1 <= int(text) <= most:  # noqa: PLR2004
        raise ApiError(400, f"`{name}` is a whole number from 1 to {most}.")
    return int(text)


def as_far_as_may_be(entries: Iterable[dict[str, Any]]) -> tuple[list[dict[str, Any]], bool]:
    """The entries up to the one that makes the list as large as it may become, and whether there could be more."""
    taken, room = [], LARGEST_LIST
    for entry in entries:
        taken.append(entry)
        room -= len(json.dumps(entry))
        if room <= 0:
            return taken, True
    return taken, False
