"""Builds the one atomic request that brings a batch of orders into the sheet."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from connector.language import gettext as _
from connector.models import ItemsState, Order, Place, Shown, shown_for
from connector.sheets import tags
from connector.sheets.cells import Cell
from connector.sheets.client import encode
from connector.sheets.columns import Tab
from connector.sheets.first_row import keep_what_is_there
from connector.sheets.layout import Layout, TabLayout
from connector.sheets.replace import Rows, columns_replaced, replacements
from connector.sheets.request_parts import dimension_range, update_cells, update_dimension
from connector.sheets.rows import Row, item_rows, order_row, typed, typed_products, waits
from connector.sheets.tables import Table, Tables, grow_tables
from connector.sheets.words import ENGLISH_WORDS, Words

Json = dict[str, Any]

LARGEST_BODY = 1_900_000
"""Bytes. Google recommends 2 MB; the rest is room for what is not rows."""
_AROUND_A_ROW = 16
_REPLACEMENT = 400
"""Bytes, amply."""
_FIELDS = "userEnteredValue,userEnteredFormat.numberFormat,userEnteredFormat.textFormat.link"
"""What depends on the order itself. All other looks a row takes over from the one before, and so from the merchant."""
_VALUES = "userEnteredValue"
"""What is left of it in a tab that takes nothing else."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How the merchant's tabs want their rows."""

    plain: frozenset[int] = frozenset()
    """The ids of tabs that take values alone: no formats, links and notes."""
    tables: Tables = field(default_factory=dict)
    """The tables that are to grow with the rows."""


ORDINARY = Manner()


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


def entry_for(order: Order, zone: tzinfo, words: Words = ENGLISH_WORDS) -> Entry:
    shows = shown_for(order.items_state)
    if order.shown is Shown.UNAVAILABLE and shows is Shown.WAITING:
        shows = Shown.UNAVAILABLE  # It is tried again; its row says something else only once the items are there.
    are_new = order.items_state is ItemsState.READY and order.shown is not Shown.COMPLETE
    return Entry(
        order,
        shows,
        order_rows=(order_row(order, shows, zone, words),) if order.shown is None else (),
        item_rows=tuple(item_rows(order, zone)) if are_new and not order.items_there else (),
    )


def entries_that_fit(orders: Iterable[Order], zone: tzinfo, words: Words = ENGLISH_WORDS) -> list[Entry]:
    """Entries for as many orders, from the first on, as a request may hold; at least one. `words`: those of the tab."""
    entries: list[Entry] = []
    size = 0
    for order in orders:
        entry = entry_for(order, zone, words)
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
    texts = [
        order.order_id,
        order.order_id,
        *(typed(column, order) or "" for column in order.row_lacks),
        typed_products(order) or "",
    ]
    return len(columns) * _REPLACEMENT + len(encode([*texts, order.warning or ""]))


def build_requests(
    guards: Sequence[Json],
    layout: Layout,
    entries: Sequence[Entry],
    *,
    rows_found: Rows | None = None,
    manner: Manner = ORDINARY,
) -> list[Json]:
    """The requests of the batch, the guards first, so that its marker's refusal is always that of the first request.

    `rows_found`: where the orders stand whose rows must be looked up (`replace.must_be_found`).
    """
    found = rows_found or Rows()
    order_rows = [row for entry in _as_they_stand(entries, layout, Tab.ORDERS) for row in entry.order_rows]
    item_rows = [row for entry in _as_they_stand(entries, layout, Tab.ITEMS) for row in entry.item_rows]
    requests = list(guards)
    if layout.is_checked:
        replaced = {column for entry in entries for column in columns_replaced(entry.order)}
        requests += _checks(layout.tabs[Tab.ORDERS], None if order_rows else replaced, rows=bool(found.at))
        requests += _checks(layout.tabs[Tab.ITEMS], None if item_rows else [])
    # Before rows come in: these may move the ones that were found.
    for entry in entries:
        requests += replacements(layout.tabs[Tab.ORDERS], entry.order, entry.shows, found)
    for tab_layout, rows in ((layout.tabs[Tab.ORDERS], order_rows), (layout.tabs[Tab.ITEMS], item_rows)):
        # Where the merchant has deleted every column, there is nothing to make rows for.
        if rows and tab_layout.columns:
            requests += _insert(
                tab_layout,
                rows,
                checked=layout.is_checked,
                fields=_VALUES if tab_layout.sheet_id in manner.plain else _FIELDS,
                tables=manner.tables.get(tab_layout.sheet_id, ()),
            )
    return requests


def _as_they_stand(entries: Sequence[Entry], layout: Layout, tab: Tab) -> Sequence[Entry]:
    """The entries, which are in the order of their arrival, as their rows stand from the top down."""
    return entries[::-1] if layout.tabs[tab].newest_first else entries


def order_places(spreadsheet_id: str, layout: Layout, entries: Sequence[Entry]) -> dict[int, Place]:
    """Where the rows of new orders stand once the batch is applied, by their orders' keys.

    Rows are inserted at the index that the batch names, whatever the merchant has moved since it was looked up.
    """
    tab = layout.tabs[Tab.ORDERS]
    if not tab.columns:
        return {}
    new = [entry.order.id for entry in _as_they_stand(entries, layout, Tab.ORDERS) if entry.order_rows]
    return {key: Place(spreadsheet_id, tab.sheet_id, row) for row, key in enumerate(new, start=tab.new_rows_at)}


def _checks(tab_layout: TabLayout, columns: Collection[str] | None, *, rows: bool = False) -> Iterator[Json]:
    """Has the batch refused where something has moved since it was looked up: one of the columns (None: any), or,
    for a batch that knows cells by their rows, a row above the last one.
    """
    for key, index in tab_layout.columns.items():
        if columns is None or key in columns:
            yield tags.check_place("COLUMNS", tab_layout.column_tags[key], tab_layout.sheet_id, index)
    if rows:
        for tag in tab_layout.last:
            yield tags.check_place("ROWS", tag.id, tab_layout.sheet_id, tag.row)


def _insert(
    tab_layout: TabLayout, rows: Sequence[Row], *, checked: bool, fields: str, tables: Sequence[Table]
) -> Iterator[Json]:
    """Fresh rows between the last one and the one below, filled. The tag below moves by itself, the other is moved.

    Where the newest stands first they come in below the header, and both tags move by themselves. Where the row below
    is still free for the first of them (see `first_row.py`), it is filled, the fresh ones come in below it, and the
    last of these takes its place.
    """
    if not tab_layout.knows_its_end:
        raise ValueError(_("The layout was not complete."))
    (last,), (end,) = tab_layout.last, tab_layout.end
    fills = tab_layout.is_first_free and checked
    is_above_others = tab_layout.newest_first and not tab_layout.is_empty
    first = tab_layout.new_rows_at
    after = first + len(rows)
    if is_above_others and checked and tab_layout.header_tag is not None:
        yield tags.check_place("ROWS", tab_layout.header_tag, tab_layout.sheet_id, first - 1)
    inserted = dimension_range(tab_layout.sheet_id, "ROWS", first + fills, after + fills)
    yield {
        # Rows below the header must not look like it.
        "insertDimension": {
            "range": inserted,
            "inheritFromBefore": fills or not (tab_layout.is_empty or is_above_others),
        }
    }
    # Whether they are hidden where the row that they take after is hidden, Google does not say.
    new = dimension_range(tab_layout.sheet_id, "ROWS", first, inserted["endIndex"])
    yield update_dimension(new, {"hiddenByUser": False})
    yield from grow_tables(tables, tab_layout, insert_at=inserted["startIndex"], end=after)
    groups = _neighbours(tab_layout.columns)
    if fills:
        yield from keep_what_is_there(tab_layout, groups, row=first, to=after)
    # The row that is filled may have got a note of the merchant's just now.
    together = f"{fields},note" if fields == _FIELDS and not fills else fields
    for columns in groups:
        yield _cells(tab_layout, first, columns, rows, fields=together)
    if fills:
        if fields == _FIELDS:
            yield from _notes(tab_layout, first, rows)
        yield tags.move_row_tag(end.id, tab_layout.sheet_id, after, from_=first)
    if not is_above_others:
        yield tags.move_row_tag(last.id, tab_layout.sheet_id, after - 1, from_=last.row if checked else None)


def _cells(tab_layout: TabLayout, first: int, columns: Sequence[str], rows: Sequence[Row], *, fields: str) -> Json:
    cells = ([_cell(row[column], fields) for column in columns] for row in rows)
    return update_cells(tab_layout.sheet_id, first, tab_layout.columns[columns[0]], cells, fields)


def _cell(cell: Cell, fields: str) -> Cell:
    return {name: cell[name] for name in (_VALUES,) if name in cell} if fields == _VALUES else cell


def _notes(tab_layout: TabLayout, first: int, rows: Sequence[Row]) -> Iterator[Json]:
    """The notes of the rows, each by itself."""
    for index, row in enumerate(rows, first):
        for column in tab_layout.columns:
            if "note" in row[column]:
                yield _cells(tab_layout, index, [column], [row], fields="note")


def _neighbours(columns: Mapping[str, int]) -> list[list[str]]:
    """The columns in groups that stand side by side, so that cells between them are never touched."""
    groups: list[list[str]] = []
    for key in sorted(columns, key=lambda key: columns[key]):
        if groups and columns[groups[-1][-1]] == columns[key] - 1:
            groups[-1].append(key)
        else:
            groups.append([key])
    return groups
