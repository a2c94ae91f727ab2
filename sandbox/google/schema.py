"""Checks a request body against the names and types of Google's published description of the API.

`schema.json` is made from that description by scripts/make_sheets_schema.py. Refused are, in Google's words
(docs/google-sheets.md, 1.4): a field that doesn't exist, a value of the wrong type, an unknown enum value, two
members of a union at once. Google reports every violation of a body; the stand-in reports the first. Stricter
than Google, on purpose: numbers as strings and whole numbers written as 1.0 are refused where a whole number
is wanted. A field that Google fills in itself (`effectiveValue`, …) is accepted and ignored, as Google does.
"""

import json
import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from sandbox.google.errors import ApiError, invalid_payload

Check: TypeAlias = Callable[[Any], None]

_DOCUMENT = json.loads((files(__package__) / "schema.json").read_text(encoding="utf-8"))
SCHEMAS: dict[str, dict[str, str]] = _DOCUMENT["schemas"]
ENUMS: list[frozenset[str]] = [frozenset(values.split()) for values in _DOCUMENT["enums"]]

_UNIONS: dict[str, frozenset[str]] = {
    "ExtendedValue": frozenset(SCHEMAS["ExtendedValue"]),
    "Request": frozenset(SCHEMAS["Request"]),
    "DataFilter": frozenset(SCHEMAS["DataFilter"]),
    "DeveloperMetadataLocation": frozenset({"spreadsheet", "sheetId", "dimensionRange"}),
    "UpdateCellsRequest": frozenset({"start", "range"}),
    "FindReplaceRequest": frozenset({"range", "sheetId", "allSheets"}),
    "AutoResizeDimensionsRequest": frozenset({"dimensions", "dataSourceSheetDimensions"}),
}
"""The unions, which the description knows only in its prose."""

_INT32 = range(-(2**31), 2**31)
_SNAKE = re.compile(r"(?<=[a-z0-9])([A-Z])")


class _Wrong(Exception):  # noqa: N818 - never leaves this module
    """A value doesn't fit. The path is gathered on the way out, innermost part first."""

    def __init__(self, text: Callable[[str], str], *, at_parent: bool = False) -> None:
        super().__init__()
        self.text = text
        self.at_parent = at_parent
        self.path: list[str | int] = []


def check(schema: str, body: Any) -> None:
    """Raises Google's 400 unless the body fits the schema."""
    try:
        _object(schema)(body)
    except _Wrong as wrong:
        path = _path(wrong.path)
        raise invalid_payload(path, wrong.text(path)) from None


def parse(raw: bytes) -> Any:
    """The JSON of a body. Fields that are null count as not there (proto3 JSON); nulls in lists stay."""
    try:
        body = json.loads(raw.decode("utf-8") or "{}", parse_constant=_no_constant)
        if b"\\ud" in raw or b"\\uD" in raw:
            json.dumps(body, ensure_ascii=False).encode("utf-8")  # an unpaired surrogate is not UTF-8
    except RecursionError:
        raise ApiError(400, "Invalid JSON payload received. Message too deep.") from None
    except ValueError:
        raise ApiError(400, "Invalid JSON payload received. Expected a valid UTF-8 JSON text.") from None
    return _without_nulls(body) if b"null" in raw else body


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(part) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [_without_nulls(part) for part in value]
    return value


def _path(parts: list[str | int]) -> str:
    path = ""
    for part in reversed(parts):
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += ("." if path else "") + snake(part)
    return path


def snake(name: str) -> str:
    """Google names fields in its messages as its own code does: userEnteredValue is user_entered_value."""
    return _SNAKE.sub(r"_\1", name).lower()


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _invalid(kind: str, value: Any) -> _Wrong:
    return _Wrong(lambda path: f"Invalid value at '{path}' ({kind}), {_shown(value)}")


def _unknown(name: str) -> _Wrong:
    def text(path: str) -> str:
        where = f" at '{path}'" if path else ""
        return f'Invalid JSON payload received. Unknown name "{name}"{where}: Cannot find field.'

    return _Wrong(text)


@cache
def _object(schema: str) -> Check:
    types = SCHEMAS[schema]
    checks: dict[str, Check] = {}
    union = _UNIONS.get(schema)

    def check_object(value: Any) -> None:
        if type(value) is not dict:
            raise _invalid(f"type.googleapis.com/google.apps.sheets.v4.{schema}", value)
        key = ""
        try:
            for key, item in value.items():
                found = checks.get(key) or resolve(key)
                found(item)
        except _Wrong as wrong:
            if not wrong.at_parent:
                wrong.path.append(key)
            wrong.at_parent = False
            raise
        if union is not None and len(value) > 1 and len(union & value.keys()) > 1:
            second = [name for name in value if name in union][1]
            raise _Wrong(
                lambda path: f"Invalid value at '{path}' (oneof), oneof field is already set. Cannot set '{second}'"
            )

    def resolve(key: str) -> Check:
        kind = types.get(key)
        if kind is None:
            wrong = _unknown(key)
            wrong.at_parent = True
            raise wrong
        checks[key] = _check_of(kind)
        return checks[key]

    return check_object


@cache
def _check_of(kind: str) -> Check:
    if kind.startswith("["):
        return _list_of(kind[1:-1])
    if kind.startswith("{"):
        return _map_of(kind[1:-1])
    if kind.startswith("enum:"):
        return _enum(ENUMS[int(kind[5:])])
    if kind == "any":
        return _any
    return _SCALARS.get(kind) or _object(kind)


def _list_of(kind: str) -> Check:
    inner = _check_of(kind)

    def check_list(value: Any) -> None:
        if type(value) is not list:
            raise _invalid("type.googleapis.com/google.protobuf.ListValue", value)
        index = -1
        try:
            for item in value:
                index += 1
                inner(item)
        except _Wrong as wrong:
            wrong.path.append(index)
            raise

    return check_list


def _map_of(kind: str) -> Check:
    inner = _check_of(kind)

    def check_map(value: Any) -> None:
        if type(value) is not dict:
            raise _invalid("TYPE_MESSAGE", value)
        for item in value.values():
            inner(item)

    return check_map


def _enum(values: frozenset[str]) -> Check:
    def check_enum(value: Any) -> None:
        if type(value) is not str or value not in values:
            raise _invalid("TYPE_ENUM", value)

    return check_enum


def _any(value: Any) -> None:
    """A cell of a values list: null, a truth value, a number or a text; nothing nested."""
    if type(value) in (list, dict):
        raise _invalid("type.googleapis.com/google.protobuf.Value", value)


def _string(value: Any) -> None:
    if type(value) is not str:
        raise _invalid("TYPE_STRING", value)


def _boolean(value: Any) -> None:
    if type(value) is not bool:
        raise _invalid("TYPE_BOOL", value)


def _int32(value: Any) -> None:
    if type(value) is not int or value not in _INT32:
        raise _invalid("TYPE_INT32", value)


def _double(value: Any) -> None:
    if type(value) is not float and type(value) is not int:
        raise _invalid("TYPE_DOUBLE", value)


_SCALARS: dict[str, Check] = {
    "string": _string,
    "google-datetime": _string,
    "fieldmask": _string,
    "boolean": _boolean,
    "int32": _int32,
    "double": _double,
    "float": _double,
}
