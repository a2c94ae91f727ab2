"""The few calls to Google Sheets that the connector makes, on gspread behind a thin adapter.

The adapter adds what gspread's client lacks here: time-outs (its default is to wait for ever), the base address,
and errors that say whether anything was written. Nothing is repeated: gspread's BackOffHTTPClient would double rows.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import google.auth.exceptions
import gspread
import requests
from google.oauth2.service_account import Credentials
from gspread.exceptions import APIError
from gspread.http_client import HTTPClient

from connector.certificates import missing_certificates
from connector.clock import Clock, SystemClock
from connector.language import gettext as _
from connector.observer import UNOBSERVED, Callee, Observer, observed_call
from connector.retry_after import retry_after_seconds
from connector.sheets.column_stream import Cells, Column, asked, read_columns
from connector.sheets.errors import Kind, SheetsError, from_answer
from connector.sheets.no_answer import no_answer, no_token, unclear
from connector.sheets.request_parts import wanted_values
from connector.sheets.session import Deadline, TooLateError, google_session, sent_before

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_LEVELS = 5
"""Down to the single row: batch, requests, request, its fields, rows."""
GOOGLE = "https://sheets.googleapis.com"
_CONNECT_SECONDS = 5.0
WRITE = "write"
"""The operation that counts as a write; the others count as reads."""
_PIECE = 65_536
"""Bytes of a long answer that are read at once."""
Json = dict[str, Any]
T = TypeVar("T")


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


class _Adapter(HTTPClient):
    """gspread's HTTP client with a time-out and a base address."""

    def __init__(self, auth: Any, session: Any = None, *, base_url: str, timeout: float) -> None:
        super().__init__(auth, session)
        self.base_url = base_url.rstrip("/")
        self.set_timeout((min(_CONNECT_SECONDS, timeout), timeout))

    def request(self, method: str, endpoint: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, self.base_url + endpoint.removeprefix(GOOGLE), *args, **kwargs)

    def open(self, endpoint: str, *, data: bytes, headers: Mapping[str, str]) -> requests.Response:
        """A POST whose answer is read by the caller, piece by piece; gspread's own `request` reads all of it."""
        response = self.session.request(
            "post",
            self.base_url + endpoint.removeprefix(GOOGLE),
            data=data,
            headers=headers,
            timeout=self.timeout,
            stream=True,
        )
        if not response.ok:
            raise APIError(response)
        return response


class SheetsApi:
    """One service account's access to its spreadsheets. Each method is one request and raises SheetsError.

    Safe to use from several threads: each has connections of its own, because requests' sessions are not made for more.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        base_url: str = GOOGLE,
        timeout: float = 60.0,
        observer: Observer = UNOBSERVED,
        clock: Clock | None = None,
    ) -> None:
        """`timeout`: seconds without an answer after which a call counts as unclear."""
        self._observer = observer
        self._clock = clock or SystemClock()
        self.account: str = credentials.service_account_email
        self._credentials = credentials
        self._base_url = base_url
        self._adapter: Any = partial(_Adapter, base_url=base_url, timeout=timeout)
        self._own = threading.local()

    @property
    def _http(self) -> _Adapter:
        """This thread's."""
        adapter: _Adapter | None = getattr(self._own, "adapter", None)
        if adapter is None:
            session = google_session(self._credentials)
            client: Any = gspread.Client(auth=self._credentials, session=session, http_client=self._adapter)
            adapter = self._own.adapter = client.http_client
        return adapter

    def batch_update(
        self, spreadsheet_id: str, requests_: Sequence[Json], *, deadline: Deadline | None = None
    ) -> list[Json]:
        """Applies the requests, all or none; returns the reply of each. Nothing is sent after the deadline."""
        with sent_before(deadline, self._clock):
            answer = self._ask(WRITE, "post", spreadsheet_id, ":batchUpdate", json={"requests": list(requests_)})
        replies = answer.get("replies")
        return replies if isinstance(replies, list) else []

    def find_metadata(self, spreadsheet_id: str, lookups: Sequence[Json]) -> list[Json]:
        """The developer metadata that any of the lookups matches. Counts as one read."""
        filters = [{"developerMetadataLookup": lookup} for lookup in lookups]
        answer = self._ask("search", "post", spreadsheet_id, "/developerMetadata:search", json={"dataFilters": filters})
        return [match["developerMetadata"] for match in answer.get("matchedDeveloperMetadata", [])]

    def get(self, spreadsheet_id: str, fields: str) -> Json:
        """What the field mask names of the spreadsheet. Counts as one read."""
        return self._ask("get", "get", spreadsheet_id, "", params={"fields": fields})

    def grid_values(self, spreadsheet_id: str, grid_range: Json, *, major: str) -> list[list[Any]]:
        """The unformatted values of one range; `major` is ROWS or COLUMNS. Counts as one read.

        One range at a time: several are answered in an order of Google's own.
        """
        return self._values(spreadsheet_id, {"gridRange": grid_range}, major=major)

    def tagged_column(self, spreadsheet_id: str, *, key: str, value: str, sheet_id: int) -> list[Any]:
        """The unformatted values of the column of a tab that has the tag; none where no column has it. One read."""
        found = self._values(spreadsheet_id, _tagged(key, value, sheet_id), major="COLUMNS")
        return found[0] if found else []

    def tagged_columns(self, spreadsheet_id: str, *, key: str, sheet_ids: Mapping[str, int]) -> dict[str, list[Any]]:
        """The same of several columns at one moment, by the tags' values; what has no column is missing. One read.
        `sheet_ids`: the tab of each value."""
        found: dict[str, list[Any]] = {}
        filters = [_tagged(key, value, sheet_id) for value, sheet_id in sheet_ids.items()]
        # Google answers in an order of its own, and says which filters each of the ranges is for.
        for one in self._ranges(spreadsheet_id, filters, major="COLUMNS"):
            for asked_for in one.get("dataFilters", []):
                value = asked_for.get("developerMetadataLookup", {}).get("metadataValue")
                found.setdefault(value, (one.get("valueRange", {}).get("values") or [[]])[0])
        return found

    def _values(self, spreadsheet_id: str, data_filter: Json, *, major: str) -> list[list[Any]]:
        found = self._ranges(spreadsheet_id, [data_filter], major=major) or [{}]
        values: list[list[Any]] = found[0].get("valueRange", {}).get("values", [])
        return values

    def _ranges(self, spreadsheet_id: str, data_filters: Sequence[Json], *, major: str) -> list[Json]:
        body = wanted_values(data_filters, major)
        answer = self._ask("values", "post", spreadsheet_id, "/values:batchGetByDataFilter", json=body)
        found: list[Json] = answer.get("valueRanges") or []
        return found

    def columns(
        self, spreadsheet_id: str, columns: Sequence[Column], take: Callable[[Cells], object]
    ) -> dict[Column, int]:
        """Whole columns as they are at one moment, in bounded memory; see `read_columns`. Counts as one read."""

        def read(endpoint: str) -> dict[Column, int]:
            headers = {"Content-Type": "application/json"}
            with self._http.open(endpoint, data=encode(asked(columns)), headers=headers) as answer:
                try:
                    return read_columns(answer.iter_content(_PIECE), take)
                except ValueError:
                    raise unclear(_("its answer was cut off or not JSON")) from None

        with observed_call(self._observer, Callee.GOOGLE, "values"):
            numbers = self._reach(spreadsheet_id, "/values:batchGetByDataFilter", read)
            if set(columns) - numbers.keys():
                raise unclear(_("its answer was not of the documented shape"))
        return numbers

    def grid(self, spreadsheet_id: str, grid_ranges: Sequence[Json], fields: str) -> list[Json]:
        """What the field mask names of the tabs on which ranges lie, cells only within these. Counts as one read."""
        return self._sheets("grid", spreadsheet_id, grid_ranges, f"sheets({fields})")

    def notes(self, spreadsheet_id: str, grid_ranges: Sequence[Json]) -> dict[int, str]:
        """The notes on cells, by their row; each range is one cell, all in one column. Counts as one read."""
        fields = "sheets.data(startRow,rowData.values.note)"
        return {
            data.get("startRow", 0): note
            for sheet in self._sheets("notes", spreadsheet_id, grid_ranges, fields)
            for data in sheet.get("data", [])
            for row in data.get("rowData", [])
            for cell in row.get("values", [])
            if (note := cell.get("note"))
        }

    def _sheets(self, operation: str, spreadsheet_id: str, grid_ranges: Sequence[Json], fields: str) -> list[Json]:
        body = {"dataFilters": [{"gridRange": grid_range} for grid_range in grid_ranges]}
        answer = self._ask(operation, "post", spreadsheet_id, ":getByDataFilter", json=body, params={"fields": fields})
        sheets: list[Json] = answer.get("sheets", [])
        return sheets

    def _ask(self, operation: str, method: str, spreadsheet_id: str, path: str, **content: Any) -> Json:
        with observed_call(self._observer, Callee.GOOGLE, operation):
            return self._call(method, spreadsheet_id, path, **content)

    def _call(
        self,
        method: str,
        spreadsheet_id: str,
        path: str,
        *,
        json: Mapping[str, Any] | None = None,
        params: Any = None,
    ) -> Json:
        def call(endpoint: str) -> Any:
            return self._http.request(
                method,
                endpoint,
                data=None if json is None else encode(json),
                headers=None if json is None else {"Content-Type": "application/json"},
                params=params,
            ).json()

        sent = json.get("requests") if json is not None and path == ":batchUpdate" else None
        answer = self._reach(spreadsheet_id, path, call, sent=sent)
        if not isinstance(answer, dict):
            raise unclear(_("its answer was not of the documented shape"))
        return answer

    def _reach(
        self, spreadsheet_id: str, path: str, call: Callable[[str], T], *, sent: Sequence[Json] | None = None
    ) -> T:
        """What the call gives; every way in which it can fail as a SheetsError."""
        missing = missing_certificates()
        if missing is not None:
            raise SheetsError(missing, kind=Kind.NOT_SENT)
        try:
            return call(f"{GOOGLE}/v4/spreadsheets/{spreadsheet_id}{path}")
        except APIError as error:
            raise from_answer(
                error.response.status_code,
                _json(error.response),
                account=self.account,
                spreadsheet_id=spreadsheet_id,
                retry_after=retry_after_seconds(error.response.headers.get("Retry-After")),
                sent=sent,
            ) from None
        except TooLateError:
            raise SheetsError(
                _("The rows were not sent, because a minute had gone by since they were made. They are made anew."),
                kind=Kind.LATE,
            ) from None
        except google.auth.exceptions.GoogleAuthError as error:
            raise no_token(error, self.account) from None
        except requests.exceptions.JSONDecodeError:
            raise unclear(_("its answer was cut off or not JSON")) from None
        except requests.exceptions.RequestException as error:
            raise no_answer(error, self._base_url) from None


def _tagged(key: str, value: str, sheet_id: int) -> Json:
    """The filter for the column of a tab that has the tag."""
    lookup = {
        "metadataKey": key,
        "metadataValue": value,
        "metadataLocation": {"sheetId": sheet_id},
        "locationMatchingStrategy": "INTERSECTING_LOCATION",
    }
    return {"developerMetadataLookup": lookup}


def _json(response: requests.Response) -> object:
    try:
        body: object = response.json()
    except requests.exceptions.JSONDecodeError:
        return None
    return body
