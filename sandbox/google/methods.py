"""The API's methods: which call means what, what it must look like, and who carries it out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.google import fieldmask, schema, spreadsheet_methods, value_methods
from sandbox.google.calls import ANSWER, RENDER, Call, Json, Work
from sandbox.google.errors import ApiError, NotPlayed, Refused

_SYSTEM_PARAMETERS = frozenset(
    {"fields", "alt", "key", "prettyPrint", "quotaUser", "access_token", "oauth_token", "callback", "$.xgafv"}
)


@dataclass(frozen=True)
class Method:
    """`path` matches what stands behind `/v4/spreadsheets/`; `argument` is the range or id in it."""

    kind: str
    http: str
    path: re.Pattern[str]
    write: bool
    run: Callable[[Work], Json]
    answer: str
    request: str | None = None
    parameters: tuple[str, ...] = ()


def find(call: Call) -> tuple[Method, str, str]:
    """The method of a call, the spreadsheet's id and the argument; 404 when there is no such method.

    A service account cannot create spreadsheets: it has no storage (docs/google-sheets.md, 4.4).
    """
    rest = call.path.removeprefix("/v4/spreadsheets")
    if call.method == "POST" and not rest:
        raise ApiError(403, "The user's Drive storage quota has been exceeded.")
    for method in METHODS:
        match = method.path.fullmatch(rest) if method.http == call.method else None
        if match is not None:
            known = match.groupdict()
            return method, known.get("id") or "", known.get("argument") or ""
    raise ApiError(404, "Requested entity was not found.")


def check(method: Method, call: Call) -> Json:
    """The body of a call, checked against the published description; the query parameters as well."""
    for name in call.query:
        if name not in _SYSTEM_PARAMETERS and name not in method.parameters:
            raise ApiError(
                400,
                f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
                f"Field '{name}' could not be found in request message.",
            )
    if method.request is None:
        return {}
    body = schema.parse(call.body)
    schema.check(method.request, body)
    assert isinstance(body, dict)
    return body


def perform(method: Method, work: Work) -> Json:
    """Carries a call out and pares the answer by `?fields=`.
    A mask that names unknown fields is refused first."""
    text = work.call.one("fields")
    mask = fieldmask.for_answer(text, method.answer) if text else None
    try:
        answer = method.run(work)
    except Refused as refused:
        raise ApiError(400, str(refused)) from None
    except NotPlayed as missing:
        raise ApiError(501, f"The sandbox does not play {missing} yet.") from None
    pared: Json = fieldmask.applied(mask, answer)
    return pared


def _not_played(work: Work) -> Json:
    raise NotPlayed(f"the method {work.call.method} {work.call.path}")


def _method(kind: str, http: str, path: str, run: Callable[[Work], Json], answer: str, **rest: Any) -> Method:
    return Method(kind, http, re.compile(path, re.DOTALL), run=run, answer=answer, **rest)


_ID = r"/(?P<id>[^/:]+)"
_INPUT = ("valueInputOption", *ANSWER)
METHODS = (
    _method(
        "batchUpdate",
        "POST",
        _ID + ":batchUpdate",
        spreadsheet_methods.batch_update,
        "BatchUpdateSpreadsheetResponse",
        write=True,
        request="BatchUpdateSpreadsheetRequest",
    ),
    _method(
        "developerMetadata.search",
        "POST",
        _ID + "/developerMetadata:search",
        spreadsheet_methods.metadata_search,
        "SearchDeveloperMetadataResponse",
        write=False,
        request="SearchDeveloperMetadataRequest",
    ),
    _method(
        "developerMetadata.get",
        "GET",
        _ID + r"/developerMetadata/(?P<argument>[^/:]+)",
        spreadsheet_methods.metadata_get,
        "DeveloperMetadata",
        write=False,
    ),
    _method(
        "get",
        "GET",
        _ID,
        spreadsheet_methods.get,
        "Spreadsheet",
        write=False,
        parameters=("ranges", "includeGridData", "excludeTablesInBandedRanges", "commentsViewMode"),
    ),
    _method(
        "getByDataFilter",
        "POST",
        _ID + ":getByDataFilter",
        spreadsheet_methods.get_by_data_filter,
        "Spreadsheet",
        write=False,
        request="GetSpreadsheetByDataFilterRequest",
    ),
    _method(
        "values.batchGet",
        "GET",
        _ID + "/values:batchGet",
        value_methods.batch_get,
        "BatchGetValuesResponse",
        write=False,
        parameters=("ranges", *RENDER),
    ),
    _method(
        "values.batchGetByDataFilter",
        "POST",
        _ID + "/values:batchGetByDataFilter",
        value_methods.batch_get_by_filter,
        "BatchGetValuesByDataFilterResponse",
        write=False,
        request="BatchGetValuesByDataFilterRequest",
    ),
    _method(
        "values.batchUpdate",
        "POST",
        _ID + "/values:batchUpdate",
        value_methods.batch_update,
        "BatchUpdateValuesResponse",
        write=True,
        request="BatchUpdateValuesRequest",
    ),
    _method(
        "values.batchUpdateByDataFilter",
        "POST",
        _ID + "/values:batchUpdateByDataFilter",
        value_methods.batch_update_by_filter,
        "BatchUpdateValuesByDataFilterResponse",
        write=True,
        request="BatchUpdateValuesByDataFilterRequest",
    ),
    _method(
        "values.batchClear",
        "POST",
        _ID + "/values:batchClear",
        value_methods.batch_clear,
        "BatchClearValuesResponse",
        write=True,
        request="BatchClearValuesRequest",
    ),
    _method(
        "values.append",
        "POST",
        _ID + r"/values/(?P<argument>.+):append",
        value_methods.append,
        "AppendValuesResponse",
        write=True,
        request="ValueRange",
        parameters=(*_INPUT, "insertDataOption"),
    ),
    _method(
        "values.clear",
        "POST",
        _ID + r"/values/(?P<argument>.+):clear",
        value_methods.clear,
        "ClearValuesResponse",
        write=True,
        request="ClearValuesRequest",
    ),
    _method(
        "values.update",
        "PUT",
        _ID + r"/values/(?P<argument>.+)",
        value_methods.update,
        "UpdateValuesResponse",
        write=True,
        request="ValueRange",
        parameters=_INPUT,
    ),
    _method(
        "values.get",
        "GET",
        _ID + r"/values/(?P<argument>.+)",
        value_methods.get,
        "ValueRange",
        write=False,
        parameters=RENDER,
    ),
    _method(
        "sheets.copyTo",
        "POST",
        _ID + r"/sheets/(?P<argument>[^/:]+):copyTo",
        _not_played,
        "SheetProperties",
        write=True,
        request="CopySheetToAnotherSpreadsheetRequest",
    ),
)
