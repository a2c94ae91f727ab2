"""What the description says of a chart's sources, beyond their types."""

from typing import Any, TypeAlias

from sandbox.google.draft import Draft
from sandbox.google.errors import Refused
from sandbox.google.ranges import Area

Json: TypeAlias = dict[str, Any]


def check_basic_chart(draft: Draft, spec: Json) -> None:
    """A single domain; and as many ranges, each a single row or column inside its tab, for it and for each series."""
    domains, series = spec.get("domains", []), spec.get("series", [])
    if len(domains) > 1:
        raise Refused("A basic chart can have only one domain.")
    data = [one.get("domain", {}) for one in domains] + [one.get("series", {}) for one in series]
    counts = {_sources(draft, one) for one in data}
    if len(counts) > 1:
        raise Refused("The domain and all series of a chart must have the same number of source ranges.")


def _sources(draft: Draft, data: Json) -> int:
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
