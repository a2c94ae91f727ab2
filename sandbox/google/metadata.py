"""Developer metadata: tags that stick to a spreadsheet, a tab, a row or a column (docs/google-sheets.md, 3.1)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from sandbox.google.errors import Refused
from sandbox.google.ranges import COLUMNS, ROWS, Change

STORAGE_LIMIT = 30_000
"""Characters of keys and values, for the spreadsheet itself and for each tab (with its rows and columns)."""

SPREADSHEET, SHEET, ROW, COLUMN = "SPREADSHEET", "SHEET", "ROW", "COLUMN"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry sits: on the spreadsheet, a tab, or exactly one row or column."""

    kind: str = SPREADSHEET
    sheet_id: int | None = None
    index: int | None = None

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Place":
        if "dimensionRange" in given:
            lines = given["dimensionRange"]
            start, end = lines.get("startIndex"), lines.get("endIndex")
            dimension = lines.get("dimension")
            if dimension not in (ROWS, COLUMNS) or start is None or end != start + 1 or start < 0:
                raise Refused("Developer metadata can only be associated with exactly one row or column.")
            return cls(ROW if dimension == ROWS else COLUMN, lines.get("sheetId", 0), start)
        if "sheetId" in given:
            return cls(SHEET, given["sheetId"])
        if given.get("spreadsheet"):
            return cls()
        raise Refused("Developer metadata must have a location.")

    def to_json(self) -> dict[str, Any]:
        if self.kind == SPREADSHEET:
            return {"locationType": self.kind, "spreadsheet": True}
        if self.kind == SHEET:
            return {"locationType": self.kind, "sheetId": self.sheet_id}
        lines = {
            "sheetId": self.sheet_id,
            "dimension": ROWS if self.kind == ROW else COLUMNS,
            "startIndex": self.index,
            "endIndex": (self.index or 0) + 1,
        }
        if not self.sheet_id:
            del lines["sheetId"]
        return {"locationType": self.kind, "dimensionRange": lines}

    def after(self, sheet_id: int, dimension: str, change: Change) -> "Place | None":
        """The place once rows or columns came, went or moved; None when it went with them."""
        if self.sheet_id != sheet_id or self.kind != (ROW if dimension == ROWS else COLUMN):
            return self
        assert self.index is not None
        index = change.index(self.index)
        if index == self.index:
            return self
        return None if index is None else replace(self, index=index)


@dataclass(frozen=True, slots=True)
class Metadata:
    """One entry. `visibility` PROJECT entries are shown too: the stand-in knows only one project."""

    metadata_id: int
    key: str
    value: str | None
    visibility: str
    place: Place

    def to_json(self) -> dict[str, Any]:
        entry: dict[str, Any] = {"metadataId": self.metadata_id, "metadataKey": self.key}
        if self.value is not None:
            entry["metadataValue"] = self.value
        return {**entry, "location": self.place.to_json(), "visibility": self.visibility}

    def at(self, place: Place) -> "Metadata":
        return replace(self, place=place)

    @property
    def size(self) -> int:
        return len(self.key) + len(self.value or "")


def check_storage(entries: Iterable[Metadata], sheet_id: int | None) -> None:
    """Refuses what no longer has room on the spreadsheet (None) or a tab.
    Google's own sentence is not recorded."""
    used = sum(entry.size for entry in entries if entry.place.sheet_id == sheet_id)
    if used > STORAGE_LIMIT:
        where = "spreadsheet" if sheet_id is None else "sheet"
        raise Refused(
            f"Cannot add developer metadata: the {where} would hold {used} characters of developer metadata; "
            f"the limit is {STORAGE_LIMIT}."
        )


def matcher(lookup: dict[str, Any]) -> Callable[[Metadata], bool]:
    """Whether an entry has everything that the lookup names; a lookup that names nothing finds everything.

    `metadataLocation` finds what sits exactly there, or with INTERSECTING_LOCATION also what lies within: on
    a tab the entries of its rows and columns, on the spreadsheet every entry. Rows and columns of a tab that
    cross do intersect. `locationMatchingStrategy` without a location is refused, as the description demands.
    """
    strategy = lookup.get("locationMatchingStrategy")
    if strategy and "metadataLocation" not in lookup:
        raise Refused("A location matching strategy can only be specified together with a metadata location.")
    tests: list[Callable[[Metadata], bool]] = []
    if "metadataId" in lookup:
        wanted_id = lookup["metadataId"]
        tests.append(lambda entry: entry.metadata_id == wanted_id)
    if "metadataKey" in lookup:
        key = lookup["metadataKey"]
        tests.append(lambda entry: entry.key == key)
    if "metadataValue" in lookup:
        value = lookup["metadataValue"]
        tests.append(lambda entry: entry.value == value)
    if "visibility" in lookup:
        visibility = lookup["visibility"]
        tests.append(lambda entry: entry.visibility == visibility)
    if "locationType" in lookup:
        kind = lookup["locationType"]
        tests.append(lambda entry: entry.place.kind == kind)
    if "metadataLocation" in lookup:
        place = Place.from_json(lookup["metadataLocation"])
        if "locationType" in lookup and lookup["locationType"] != place.kind:
            raise Refused("The location type must match the type of the metadata location.")
        if strategy == "INTERSECTING_LOCATION":
            tests.append(lambda entry: _intersect(entry.place, place))
        else:
            tests.append(lambda entry: entry.place == place)
    return lambda entry: all(test(entry) for test in tests)


def _intersect(one: Place, other: Place) -> bool:
    if SPREADSHEET in (one.kind, other.kind):
        return True
    if one.sheet_id != other.sheet_id:
        return False
    if SHEET in (one.kind, other.kind) or one.kind != other.kind:
        return True
    return one.index == other.index
