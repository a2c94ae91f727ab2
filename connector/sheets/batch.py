"""Builds the one atomic request that brings a batch of orders into the sheet."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from connector.models import ItemsState, Order, Place, Shown, shown_for
from connector.sheets import tags
from connector.sheets.body import encode
from connector.sheets.columns import Tab
from connector.sheets.layout import Layout, TabLayout
from connector.sheets.pending import typed, waits
from connector.sheets.replace import Rows, columns_replaced, replacements
from connector.sheets.rows import Row, item_rows, order_row

Json = dict[str, Any]

LARGEST_BODY = 1_900_000
"""Bytes. Google recommends 2 MB; the rest is room for what is not rows."""
_AROUND_A_ROW = 16
_REPLACEMENT = 400
"""Bytes, amply."""
_FIELDS = "userEnteredValue,userEnteredFormat.numberFormat,userEnteredFormat.textFormat.link,note"
"""What depends on the order itself. All other looks a row takes over from the one before, and so from the merchant."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a batch does for one order."""

    order: Order
    shows: Shown
    order_rows: tuple[Row, ...]
    """The order's row; none if it is in the sheet already."""
    item_rows: tuple[Row, ...]
    """The rows of its items; none as long as they are not known, and once they are in the sheet."""

    @property
    def lacks(self) -> tuple[str, ...]:
        """The columns whose cells still wait for their value then."""
        return waits(self.order, self.shows)


def entry_for(order: Order, zone: ZoneInfo) -> Entry:
    shows = shown_for(order.items_state)
    if order.shown is Shown.UNAVAILABLE and shows is Shown.WAITING:
        shows = Shown.UNAVAILABLE  # It is tried again; its row says something else only once the items are there.
    are_new = order.items_state is ItemsState.READY and order.shown is not Shown.COMPLETE
    return Entry(
        order,
        shows,
        order_rows=(order_row(order, shows, zone),) if order.shown is None else (),
        item_rows=tuple(item_rows(order, zone)) if are_new else (),
    )


def entries_that_fit(orders: Iterable[Order], zone: ZoneInfo) -> list[Entry]:
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
    return cells + len(rows) * _AROUND_A_ROW + _size_of_replacements(entry.order)


def _size_of_replacements(order: Order) -> int:
    columns = columns_replaced(order)
    if not columns:
        return 0
    texts = [order.order_id, order.order_id, *(typed(column, order) or "" for column in order.row_lacks)]
    return len(columns) * _REPLACEMENT + len(encode([*texts, order.warning or ""]))


def build_requests(
    guard: Json, layout: Layout, entries: Sequence[Entry], *, rows_found: Rows | None = None
) -> list[Json]:
    """The requests of the batch, the guard first, so that its refusal is always that of the first request.

    `rows_found`: where the orders stand whose rows must be looked up (`replace.must_be_found`).
    """
    found = rows_found or Rows()
    order_rows = [row for entry in entries for row in entry.order_rows]
    item_rows = [row for entry in entries for row in entry.item_rows]
    requests = [guard]
    if layout.is_checked:
        replaced = {column for entry in entries for column in columns_replaced(entry.order)}
        requests += _checks(layout.tabs[Tab.ORDERS], None if order_rows else replaced, rows=bool(found.at))
        requests += _checks(layout.tabs[Tab.ITEMS], None if item_rows else [])
    for place, rows in ((layout.tabs[Tab.ORDERS], order_rows), (layout.tabs[Tab.ITEMS], item_rows)):
        # Where the merchant has deleted every column, there is nothing to make rows for.
        if rows and place.columns:
            requests += _insert(place, rows, checked=layout.is_checked)
    for entry in entries:
        requests += replacements(layout.tabs[Tab.ORDERS], entry.order, entry.shows, found)
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
    """Fresh rows between the last one and the one below, filled. The tag below moves by itself, the other is moved."""
    if not place.knows_its_end:
        raise ValueError("The layout was not complete.")
    (last,), (end,) = place.last, place.end
    first, after = end.row, end.row + len(rows)
    lines = {"sheetId": place.sheet_id, "dimension": "ROWS", "startIndex": first, "endIndex": after}
    yield {
        # The first rows must not look like the header.
        "insertDimension": {"range": lines, "inheritFromBefore": not place.is_empty}
    }
    yield {
        # Whether they are hidden where the row that they take after is hidden, Google does not say.
        "updateDimensionProperties": {
            "range": lines,
            "properties": {"hiddenByUser": False},
            "fields": "hiddenByUser",
        }
    }
    for columns in _neighbours(place.columns):
        yield {
            "updateCells": {
                "start": {
                    "sheetId": place.sheet_id,
                    "rowIndex": first,
                    "columnIndex": place.columns[columns[0]],
                },
                "rows": [{"values": [row[column] for column in columns]} for row in rows],
                "fields": _FIELDS,
            }
        }
    yield tags.move_row_tag(last.id, place.sheet_id, after - 1, from_=last.row if checked else None)


def _neighbours(columns: Mapping[str, int]) -> list[list[str]]:
    """The columns in groups that stand side by side, so that cells between them are never touched."""
    groups: list[list[str]] = []
    for key in sorted(columns, key=lambda key: columns[key]):
        if groups and columns[groups[-1][-1]] == columns[key] - 1:
            groups[-1].append(key)
        else:
            groups.append([key])
    return groups
