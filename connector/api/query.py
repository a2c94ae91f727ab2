"""Reads the parameters that listings have in common."""

from flask import request

from connector.api.errors import ApiError

MOST_LISTED = 500
LARGEST_NUMBER = 2**53
"""Beyond it, many readers of JSON lose digits."""


def whole_number(name: str, default: int | None, *, most: int = LARGEST_NUMBER) -> int | None:
    """The parameter, or the default where it isn't given. Raises a 400 if it is no number from 1 to `most`."""
    text = request.args.get(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 18 or not 1 <= int(text) <= most:  # noqa: PLR2004
        raise ApiError(400, f"`{name}` is a whole number from 1 to {most}.")
    return int(text)
