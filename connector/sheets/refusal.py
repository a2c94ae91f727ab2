"""Finds out why Google refused a batch where its words don't tell: by looking at the spreadsheet.

The words may be in any language, and nobody has seen them all. What they are usually about can be seen: a protection
that is in the way, no room for more cells, tabs that are not what they were.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from connector.language import gettext as _
from connector.sheets import tags
from connector.sheets.areas import Area
from connector.sheets.client import SheetsApi
from connector.sheets.errors import CHANGED, FULL, Kind, SheetsError
from connector.sheets.layout import Layout, read_layout
from connector.sheets.overview import MOST_CELLS, Lock, Overview, TabOverview, read_overview

Json = dict[str, Any]

_TO_BE_EXPLAINED = frozenset({Kind.REFUSED, Kind.PROTECTED})


def explained(
    error: SheetsError, api: SheetsApi, spreadsheet_id: str, sent: Sequence[Json], layout: Layout
) -> SheetsError:
    """The error, saying more of the reason where it can be seen. One read, or two; none where the reason is known.

    `sent`: the requests that were refused, made from the `layout`.
    """
    if error.kind not in _TO_BE_EXPLAINED:
        return error
    try:
        overview = read_overview(api, spreadsheet_id)
        for tab, lock in _locks_in_the_way(overview, sent):
            return SheetsError(tab.sentence(lock, api.account), kind=Kind.PROTECTED)
        if error.kind is Kind.REFUSED and overview.cells + _more_cells(overview, sent) > MOST_CELLS:
            return SheetsError(_(FULL), kind=Kind.FULL)
        if error.kind is Kind.REFUSED and (_are_taken(overview, sent) or _has_changed(api, spreadsheet_id, layout)):
            return SheetsError(_(CHANGED), kind=Kind.STALE)
    except SheetsError:
        pass  # What the look would have shown stays open; the refusal itself is certain.
    return error


def _has_changed(api: SheetsApi, spreadsheet_id: str, layout: Layout) -> bool:
    return read_layout(api.find_metadata(spreadsheet_id, tags.LOOKUPS), spreadsheet_id).tabs != layout.tabs


def _locks_in_the_way(overview: Overview, sent: Sequence[Json]) -> Iterator[tuple[TabOverview, Lock]]:
    """The protections that the requests would come up against."""
    inserted = {body["range"]["sheetId"] for kind, body in _each(sent) if kind == "insertDimension"}
    for kind, body in _each(sent):
        if kind == "insertDimension" and (tab := overview.with_id(body["range"]["sheetId"])) is not None:
            yield from ((tab, lock) for lock in tab.locks_at(body["range"]["startIndex"]))
        # Where rows come in, what is written below them counts from places that are not there yet.
        elif (written := _written(kind, body)) and (kind == "findReplace" or written["sheetId"] not in inserted):
            tab = overview.with_id(written["sheetId"])
            yield from ((tab, lock) for lock in (tab.locks if tab else ()) if tab and lock.covers(Area.of(written)))


def _written(kind: str, body: Json) -> Json | None:
    """The range whose cells a request writes."""
    if kind in {"findReplace", "repeatCell", "setDataValidation"}:
        given: Json | None = body.get("range")  # a search may go through all tabs
        return given
    if kind == "updateCells" and "start" in body:
        start, rows = body["start"], body["rows"]
        return {
            "sheetId": start["sheetId"],
            "startRowIndex": start["rowIndex"],
            "endRowIndex": start["rowIndex"] + len(rows),
            "startColumnIndex": start["columnIndex"],
            "endColumnIndex": start["columnIndex"] + max((len(row["values"]) for row in rows), default=0),
        }
    return None


def _more_cells(overview: Overview, sent: Sequence[Json]) -> int:
    """How many cells the requests add."""
    more = 0
    for kind, body in _each(sent):
        if kind == "addSheet":
            grid = body["properties"]["gridProperties"]
            more += grid["rowCount"] * grid["columnCount"]
        elif kind in {"insertDimension", "appendDimension"}:
            lines = body.get("range", body)
            tab = overview.with_id(lines["sheetId"])
            more += (tab.column_count if tab else 0) * (
                body["length"] if "length" in body else lines["endIndex"] - lines["startIndex"]
            )
    return more


def _are_taken(overview: Overview, sent: Sequence[Json]) -> bool:
    """Whether there is a tab already with the title or the id of one that was to be made."""
    made = [body["properties"] for kind, body in _each(sent) if kind == "addSheet"]
    return any(overview.titled(new["title"]) or overview.with_id(new["sheetId"]) for new in made)


def _each(sent: Sequence[Json]) -> Iterator[tuple[str, Json]]:
    for request in sent:
        yield from request.items()
