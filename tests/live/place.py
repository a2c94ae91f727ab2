"""A spreadsheet to try things in, in the sandbox or at Google: the same calls, and the sentence of a refusal."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from google.auth.transport.requests import AuthorizedSession
from google.oauth2.service_account import Credentials

Json = dict[str, Any]

KEY = "live.assumption"
"""The key of all metadata that the tests make by themselves."""


@dataclass
class Place:
    """`pause`: seconds from one call to the next; at Google a little more than a second, because of the quota."""

    name: str
    credentials: Credentials
    session: AuthorizedSession
    base_url: str
    spreadsheet_id: str
    pause: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)
    _latest: float = 0.0

    def ask(self, method: str, path: str, **content: Any) -> tuple[int, Json]:
        """Status and body of one call. `path` stands behind the spreadsheet's address."""
        if self.pause:
            time.sleep(max(0.0, self._latest + self.pause - time.monotonic()))
            self._latest = time.monotonic()
        self.calls[path.rpartition(":")[2] if ":" in path else method] += 1
        address = f"{self.base_url}/v4/spreadsheets/{self.spreadsheet_id}{path}"
        answer = self.session.request(  # type: ignore[no-untyped-call]
            method, address, timeout=190, headers={"Accept-Language": "en"}, **content
        )
        body: Json = answer.json()
        return answer.status_code, body

    def get(self, fields: str, **params: Any) -> Json:
        status, body = self.ask("get", "", params={"fields": fields, **params})
        assert status == 200, body
        return body

    def batch(self, *requests: Json) -> list[Json]:
        """The replies; a refusal fails the test."""
        status, body = self.ask("post", ":batchUpdate", json={"requests": list(requests)})
        assert status == 200, body["error"]["message"]
        replies: list[Json] = body["replies"]
        return replies

    def refusal(self, *requests: Json) -> str | None:
        """Google's sentence; None where the batch was taken. Anything but 200 and 400 fails the test."""
        status, body = self.ask("post", ":batchUpdate", json={"requests": list(requests)})
        assert status in (200, 400), body
        return None if status == 200 else str(body["error"]["message"])

    def find(self, **lookup: Any) -> list[Json]:
        """The metadata that has all this."""
        body = {"dataFilters": [{"developerMetadataLookup": lookup}]}
        status, answer = self.ask("post", "/developerMetadata:search", json=body)
        assert status == 200, answer
        return [match["developerMetadata"] for match in answer.get("matchedDeveloperMetadata", [])]


@dataclass(frozen=True)
class Tab:
    """A tab of 20 rows and 8 columns that only one test uses."""

    place: Place
    id: int
    title: str

    def area(self, row: int, end_row: int, column: int = 0, end_column: int = 1) -> Json:
        rows = {"startRowIndex": row, "endRowIndex": end_row}
        return {"sheetId": self.id, **rows, "startColumnIndex": column, "endColumnIndex": end_column}

    def lines(self, start: int, end: int, dimension: str = "ROWS") -> Json:
        return {"sheetId": self.id, "dimension": dimension, "startIndex": start, "endIndex": end}

    def write(self, row: int, *rows: list[Any], column: int = 0, fields: str = "userEnteredValue") -> Json:
        """Typed values, as the connector sends them."""
        start = {"sheetId": self.id, "rowIndex": row, "columnIndex": column}
        lines = [{"values": [typed(value) for value in line]} for line in rows]
        return {"updateCells": {"start": start, "rows": lines, "fields": fields}}

    def insert(self, start: int, end: int, *, before: bool = True, dimension: str = "ROWS") -> Json:
        return {"insertDimension": {"range": self.lines(start, end, dimension), "inheritFromBefore": before}}

    def tag(self, value: str, index: int, dimension: str = "ROWS", **more: Any) -> Json:
        location = {"dimensionRange": self.lines(index, index + 1, dimension)}
        return {"createDeveloperMetadata": {"developerMetadata": {**entry(value), "location": location, **more}}}

    def where(self, value: str) -> int | None:
        """The index of the row or column that carries a tag; None if none does."""
        found = self.place.find(metadataKey=KEY, metadataValue=value)
        if not found:
            return None
        assert len(found) == 1
        index: int = found[0]["location"]["dimensionRange"].get("startIndex", 0)
        return index

    def values(self, cells: str = "A1:H40", render: str = "UNFORMATTED_VALUE") -> list[list[Any]]:
        path = f"/values/'{self.title}'!{cells}"
        status, answer = self.place.ask("get", path, params={"valueRenderOption": render})
        assert status == 200, answer
        found: list[list[Any]] = answer.get("values", [])
        return found

    def cells(self, cells: str, fields: str) -> list[Json]:
        """CellData, row by row."""
        mask = f"sheets.data.rowData.values({fields})"
        sheet = self.place.get(mask, ranges=f"'{self.title}'!{cells}")["sheets"][0]
        rows = sheet.get("data", [{}])[0].get("rowData", [])
        return [cell for row in rows for cell in row.get("values", [{}])]

    def own(self, fields: str) -> Json:
        """This tab's part of the spreadsheet."""
        sheets = self.place.get(f"sheets(properties.sheetId,{fields})")["sheets"]
        return next(sheet for sheet in sheets if sheet["properties"].get("sheetId", 0) == self.id)


def sides(area: Json) -> Json:
    """A rectangle as an answer gives it, with the zeros that an answer may leave out."""
    return {"sheetId": 0, "startRowIndex": 0, "startColumnIndex": 0, **area}


def entry(value: str) -> Json:
    return {"metadataKey": KEY, "metadataValue": value, "visibility": "DOCUMENT"}


def marker(metadata_id: int, value: str = "marker") -> Json:
    location = {"spreadsheet": True}
    made = {"metadataId": metadata_id, **entry(value), "location": location}
    return {"createDeveloperMetadata": {"developerMetadata": made}}


def typed(value: Any) -> Json:
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    kind = "numberValue" if isinstance(value, int | float) else "stringValue"
    return {"userEnteredValue": {kind: value}}


def formula(text: str) -> Json:
    return {"userEnteredValue": {"formulaValue": text}}
