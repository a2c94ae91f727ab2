"""Reads a request's body: as JSON, or, where no-code tools send it, as what they send."""

from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from connector.web.errors import NO_FIELDS, NOT_JSON, TOO_MANY_FIELDS, ApiError
from connector.whapi.unwrap import opened, parse_json

LARGEST_BODY = 2**20
"""Bytes. Whapi's payloads are a few kB, with the order's preview picture some tens of kB."""


_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def read_json() -> Any:
    """The body as JSON, whatever the Content-Type says. Raises a 400 if it is none, a 413 if it is too large."""
    try:
        return parse_json(request.get_data(cache=False))
    except ValueError:
        raise ApiError(400, NOT_JSON) from None


def read_json_or_form() -> Any:
    """The body as JSON, whatever the Content-Type says; or a form: its one field's JSON, or else its fields as an
    object. Raises a 400 if it is neither, a 413 if it is too large.
    """
    try:
        return parse_json(request.get_data())
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
    """The form's fields by their names, files too; a list where a name came with several values."""
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
    return {name: values[0] if len(values) == 1 else values for name, values in unique.items()}
