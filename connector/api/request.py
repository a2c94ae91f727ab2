"""Reads a request: its body, as JSON or as what no-code tools send, and the parameters that listings share; and how
large these lists may become.
"""

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from connector.api.errors import NO_FIELDS, NOT_JSON, TOO_DEEP, TOO_MANY_FIELDS, WRONG_FIELDS, ApiError
from connector.gateways.reading.unwrap import TooDeepError, opened, parse_json, unflattened

MOST_LISTED = 500
LARGEST_NUMBER = 2**53
"""Beyond it, many readers of JSON lose digits."""
LARGEST_LIST = 2**20
"""Bytes after which a list of an answer ends. A thousand usual orders are far from it."""
LARGEST_HEAD = 32 * 1024
"""Bytes of a request's first line and headers."""
LARGEST_BODY = 2**20
"""Bytes. Whapi's payloads are a few kB, with the order's preview picture some tens of kB."""
_LARGE = 64 * 1024
"""Bytes. What is read from a body may take thirty times its size in memory, for as long as it is worked on."""
_LARGE_AT_ONCE = threading.BoundedSemaphore(2)
_URLENCODED = "application/x-www-form-urlencoded"
_FORMS = frozenset({_URLENCODED, "multipart/form-data"})
_MOST_FIELDS = 1000


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


@contextmanager
def room_for_body() -> Iterator[None]:
    """To be held while the request's body is read and stored: of large ones only a few are in work at once."""
    if (request.content_length or 0) <= _LARGE:
        yield
        return
    with _LARGE_AT_ONCE:
        yield


def read_json() -> Any:
    """The body as JSON, whatever the Content-Type says. Raises a 400 if it is none, a 413 if it is too large."""
    try:
        return parse_json(request.get_data(cache=False))
    except ValueError:
        raise ApiError(400, NOT_JSON) from None


def read_json_or_form() -> Any:
    """The body as JSON, whatever the Content-Type says; or a form: its one field's JSON, or else its fields as an
    object. Raises a 400 if it is neither, a 413 if it is too large, a 422 if it is too deep.
    """
    try:
        return parse_json(request.get_data(), cut=False)
    except TooDeepError:
        raise ApiError(422, WRONG_FIELDS, fields=[{"field": "body", "message": TOO_DEEP}]) from None
    except ValueError:
        if request.mimetype not in _FORMS:
            raise ApiError(400, NOT_JSON) from None
    fields = _form_fields()
    if not fields:
        raise ApiError(400, NO_FIELDS)
    if len(fields) == 1:
        (value,) = fields.values()
        if (inner := opened(value)) is not value:
            return inner
    return fields


def _form_fields() -> dict[str, Any]:
    """The form's fields by their names, files too; a list where a name came with several values, and objects and
    lists where these were written flat."""
    # Werkzeug counts the parts of a multipart form alone; half a million of the others would take 90 MB.
    if request.mimetype == _URLENCODED and request.get_data().count(b"&") >= _MOST_FIELDS:
        raise ApiError(400, TOO_MANY_FIELDS)
    request.max_form_memory_size = LARGEST_BODY
    gathered: dict[str, list[str]] = {}
    try:
        for name, value in request.form.items(multi=True):
            gathered.setdefault(name, []).append(value)
        for name, file in request.files.items(multi=True):
            gathered.setdefault(name, []).append(file.read().decode("utf-8", "replace"))
    except RequestEntityTooLarge:
        raise ApiError(400, TOO_MANY_FIELDS) from None
    unique = {name: list(dict.fromkeys(values)) for name, values in gathered.items()}
    return unflattened({name: values[0] if len(values) == 1 else values for name, values in unique.items()})
