"""Requests about charts: over the cells of a tab, or on a tab of their own."""

from typing import Any

from sandbox.google import sheet_requests
from sandbox.google.draft import Draft
from sandbox.google.errors import Refused
from sandbox.google.grid import OBJECT, Sheet
from sandbox.google.object_requests import chosen
from sandbox.google.ranges import Area


def add_chart(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """Stored as it was given, checked by what the description says; it is put on the tab it is anchored to, or
    with `newSheet` on a new one that has no cells."""
    chart = dict(body.get("chart", {}))
    if "spec" not in chart:
        raise Refused("A chart must have a specification.")
    if "basicChart" in chart["spec"]:
        _check_basic_chart(draft, chart["spec"]["basicChart"])
    position = chart.get("position", {})
    anchor = position.get("overlayPosition", {}).get("anchorCell")
    taken = (k for sheet in draft.content.sheets.values() for k in sheet.charts)
    key = chosen(draft, chart.get("chartId"), taken, "chart")
    if position.get("newSheet"):
        sheet = sheet_requests.add_object_sheet(draft)
        chart["position"] = {"sheetId": sheet.sheet_id}
    elif anchor is not None:
        sheet = draft.edit(anchor.get("sheetId", 0))
        _check_anchor(sheet, anchor)
    else:
        raise Refused("In the sandbox a chart must be anchored to a cell, or get a new sheet.")
    sheet.charts[key] = {**chart, "chartId": key}
    return {"chart": sheet.charts[key]}


def delete_embedded_object(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """A chart's own tab goes with it."""
    key = body.get("objectId", 0)
    for sheet_id, sheet in draft.content.sheets.items():
        if key not in sheet.charts:
            continue
        if sheet.kind == OBJECT:
            return sheet_requests.delete_sheet(draft, {"sheetId": sheet_id})
        del draft.edit(sheet_id).charts[key]
        return {}
    raise Refused(f"No embedded object with id: {key}")


def _check_anchor(sheet: Sheet, anchor: dict[str, Any]) -> None:
    inside = 0 <= anchor.get("rowIndex", 0) < sheet.row_count and 0 <= anchor.get("columnIndex", 0) < sheet.column_count
    if not inside:
        raise Refused("The anchor cell of the chart lies beyond the grid.")


def _check_basic_chart(draft: Draft, spec: dict[str, Any]) -> None:
    """A single domain; and as many ranges, each a single row or column inside its tab, for it and for each series."""
    domains, series = spec.get("domains", []), spec.get("series", [])
    if len(domains) > 1:
        raise Refused("A basic chart can have only one domain.")
    data = [one.get("domain", {}) for one in domains] + [one.get("series", {}) for one in series]
    counts = {_sources(draft, one) for one in data}
    if len(counts) > 1:
        raise Refused("The domain and all series of a chart must have the same number of source ranges.")


def _sources(draft: Draft, data: dict[str, Any]) -> int:
    sources = data.get("sourceRange", {}).get("sources", [])
    if not sources:
        raise Refused("The domain and each series of a chart must have at least one source range.")
    shapes = {_shape(draft.bounded(Area.from_json(source))) for source in sources}
    if len(shapes) > 1:
        raise Refused("All source ranges of a series must be rows, or all must be columns.")
    return len(sources)


def _shape(area: Area) -> str:
    rows, columns = (area.end_row or 0) - (area.row or 0), (area.end_column or 0) - (area.column or 0)
    if (rows == 1) == (columns == 1):
        raise Refused("Exactly one dimension of a chart's source range must have a length of 1.")
    return "row" if rows == 1 else "column"
