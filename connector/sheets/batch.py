"""Builds the one atomic request that brings a batch of orders into the sheet."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from connector.models import ItemsState, Order, Place, Shown, shown_for
from connector.sheets import tags
from connector.sheets.body import encode
from connector.sheets.columns import ITEMS_STATE, Tab
from connector.sheets.first_row import keep_what_is_there
from connector.sheets.layout import Layout, TabLayout
from connector.sheets.rows import Row, item_rows, items_text, order_row

Json = dict[str, Any]

LARGEST_BODY = 1_900_000
"""Bytes. Google recommends 2 MB; the rest is room for what is not rows."""
_AROUND_A_ROW = 16
_REPLACEMENT = 400
"""Bytes, amply."""
_FIELDS = "userEnteredValue,userEnteredFormat.numberFormat,userEnteredFormat.textFormat.link"
"""What depends on the order itself. All other looks a row takes over from the one before, and so from the merchant."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a batch does for one order."""

    order: Order
    shows: Shown
    order_rows: tuple[Row, ...]
    """The order's row; none if it is in the sheet already."""
    item_rows: tuple[Row, ...]

    @property
    def replaces(self) -> bool:
        """Whether the cell that says how the items stand is to be changed in a row that is there already."""
        return self.order.shown is not None


def entry_for(order: Order, zone: tzinfo) -> Entry:
    shows = shown_for(order.items_state)
    return Entry(
        order,
        shows,
        order_rows=(order_row(order, shows, zone),) if order.shown is None else (),
        item_rows=tuple(item_rows(order, zone))
        if order.items_state is ItemsState.READY and not order.items_there
        else (),
    )


def entries_that_fit(orders: Iterable[Order], zone: tzinfo) -> list[Entry]:
    """Entries for as many orders, from the first on, as a request may hold; at least one."""
    entries: list[Entry] = []
    size = 0
    for order in orders:
        entry = entry_for(order, zone)
        size += _size(entry)
        if entries and size > LARGEST_BODY:
            break
        entries.append(entry)
    return entries


def _size(entry: Entry) -> int:
    rows = (*entry.order_rows, *entry.item_rows)
    cells = len(encode([list(row.values()) for row in rows]))
    return cells + len(rows) * _AROUND_A_ROW + (_REPLACEMENT if entry.replaces else 0)


def build_requests(
    guards: Sequence[Json],
    layout: Layout,
    entries: Sequence[Entry],
    *,
    unavailable_rows: Mapping[str, int] | None = None,
) -> list[Json]:
    """The requests of the batch, the guards first, so that its marker's refusal is always that of the first request.

    `unavailable_rows`: for orders that were given up and now have their items after all, the row in `Orders`.
    """
    order_rows = [row for entry in entries for row in entry.order_rows]
    item_rows = [row for entry in entries for row in entry.item_rows]
    requests = list(guards)
    if layout.is_checked:
        replaced = [ITEMS_STATE] if any(entry.replaces for entry in entries) else []
        requests += _checks(layout.tabs[Tab.ORDERS], None if order_rows else replaced, rows=bool(unavailable_rows))
        requests += _checks(layout.tabs[Tab.ITEMS], None if item_rows else [])
    for place, rows in ((layout.tabs[Tab.ORDERS], order_rows), (layout.tabs[Tab.ITEMS], item_rows)):
        # Where the merchant has deleted every column, there is nothing to make rows for.
        if rows and place.columns:
            requests += _insert(place, rows, checked=layout.is_checked)
    for entry in entries:
        if entry.replaces:
            requests += _replace(layout.tabs[Tab.ORDERS], entry, unavailable_rows or {})
    return requests


def order_places(spreadsheet_id: str, layout: Layout, entries: Sequence[Entry]) -> dict[int, Place]:
    """Where the rows of new orders stand once the batch is applied, by their orders' keys.

    Rows are inserted at the index that the batch names, whatever the merchant has moved since it was looked up.
    """
    tab = layout.tabs[Tab.ORDERS]
    if not tab.columns:
        return {}
    new = [entry.order.id for entry in entries if entry.order_rows]
    return {key: Place(spreadsheet_id, tab.sheet_id, row) for row, key in enumerate(new, start=tab.end[0].row)}


def _checks(place: TabLayout, columns: Collection[str] | None, *, rows: bool = False) -> Iterator[Json]:
    """Has the batch refused where something has moved since it was looked up: one of the columns (None: any), or,
    for a batch that knows cells by their rows, a row above the last one.
    """
    for key, index in place.columns.items():
        if columns is None or key in columns:
            yield tags.check_place("COLUMNS", place.column_tags[key], place.sheet_id, index)
    if rows:
        for tag in place.last:
            yield tags.check_place("ROWS", tag.id, place.sheet_id, tag.row)


def _insert(place: TabLayout, rows: Sequence[Row], *, checked: bool) -> Iterator[Json]:
    """Fresh rows between the last one and the one below, filled. The tag below moves by itself, the other is moved.

    Where the row below is still free for the first of them (see `first_row.py`), it is filled, the fresh ones come in
    below it, and the last of these takes its place.
    """
    if not place.knows_its_end:
        raise ValueError("The layout was not complete.")
    (last,), (end,) = place.last, place.end
    fills = place.is_first_free and checked
    first, after = end.row, end.row + len(rows)
    inserted = _lines(place, first + 1, after + 1) if fills else _lines(place, first, after)
    yield {
        # The first rows must not look like the header.
        "insertDimension": {"range": inserted, "inheritFromBefore": fills or not place.is_empty}
    }
    yield {
        # Whether they are hidden where the row that they take after is hidden, Google does not say.
        "updateDimensionProperties": {
            "range": _lines(place, first, inserted["endIndex"]),
            "properties": {"hiddenByUser": False},
            "fields": "hiddenByUser",
        }
    }
    groups = _neighbours(place.columns)
    if fills:
        yield from keep_what_is_there(place, groups, row=first, to=after)
    for columns in groups:
        # The row that is filled may have got a note of the merchant's just now.
        yield _cells(place, first, columns, rows, fields=_FIELDS if fills else f"{_FIELDS},note")
    if fills:
        yield from _notes(place, first, rows)
        yield tags.move_row_tag(end.id, place.sheet_id, after, from_=first)
    yield tags.move_row_tag(last.id, place.sheet_id, after - 1, from_=last.row if checked else None)


def _lines(place: TabLayout, start: int, end: int) -> Json:
    return {"sheetId": place.sheet_id, "dimension": "ROWS", "startIndex": start, "endIndex": end}


def _cells(place: TabLayout, first: int, columns: Sequence[str], rows: Sequence[Row], *, fields: str) -> Json:
    start = {"sheetId": place.sheet_id, "rowIndex": first, "columnIndex": place.columns[columns[0]]}
    values = [{"values": [row[column] for column in columns]} for row in rows]
    return {"updateCells": {"start": start, "rows": values, "fields": fields}}


def _notes(place: TabLayout, first: int, rows: Sequence[Row]) -> Iterator[Json]:
    """The notes of the rows, each by itself."""
    for index, row in enumerate(rows, first):
        for column in place.columns:
            if "note" in row[column]:
                yield _cells(place, index, [column], [row], fields="note")


def _replace(place: TabLayout, entry: Entry, unavailable_rows: Mapping[str, int]) -> Iterator[Json]:
    """Changes the cell that says how the items stand, found by its text on Google's side.

    No hit means that the merchant changed or deleted it, and then it is left alone. `unavailable` is not unique, so
    that search is limited to the one cell where the order's row was read to be.
    """
    column = place.columns.get(ITEMS_STATE)
    shown = entry.order.shown
    if column is None or shown is None:
        return
    within: Json = {"sheetId": place.sheet_id, "startColumnIndex": column, "endColumnIndex": column + 1}
    if shown is Shown.UNAVAILABLE:
        row = unavailable_rows.get(entry.order.order_id)
        if row is None:
            return
        within |= {"startRowIndex": row, "endRowIndex": row + 1}
    yield {
        "findReplace": {
            "find": items_text(entry.order.order_id, shown),
            "replacement": items_text(entry.order.order_id, entry.shows),
            "matchCase": True,
            "matchEntireCell": True,
            "range": within,
        }
    }


def _neighbours(columns: Mapping[str, int]) -> list[list[str]]:
    """The columns in groups that stand side by side, so that cells between them are never touched."""
    groups: list[list[str]] = []
    for key in sorted(columns, key=lambda key: columns[key]):
        if groups and columns[groups[-1][-1]] == columns[key] - 1:
            groups[-1].append(key)
        else:
            groups.append([key])
    return groups
