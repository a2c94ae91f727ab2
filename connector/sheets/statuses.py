"""What the merchant has written into `Status`, the one column of `Orders` that the connector never writes again."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from itertools import zip_longest

from connector.sheets import tags
from connector.sheets.client import SheetsApi
from connector.sheets.column_stream import Cells, Column
from connector.sheets.columns import KEY, STATUS, Tab
from connector.sheets.layout import Layout
from connector.sheets.values import as_text, two_columns
from connector.sheets.words import NEW, STATES, state_of, words_spoken
from connector.sheets.workbook import Workbook


class Stage(StrEnum):
    """How far the merchant says an order has come. The names stand in the store."""

    CONFIRMED = "confirmed"
    PACKED = "packed"
    SENT = "sent"
    DONE = "done"
    CANCELLED = "cancelled"


_LOOKS_ANEW = 10
"""Reads after which it is looked anew where the tab stands, and whose the spreadsheet is."""
READS = 3
"""At the most, where the tabs have their tags."""
PACKED = frozenset({Stage.PACKED, Stage.SENT, Stage.DONE, Stage.CANCELLED})
"""An order that says one of these is not to be prepared any more, as `Summary` counts it."""


def read_statuses(api: SheetsApi, workbook: Workbook) -> Mapping[str, str] | None:
    """What `Status` says of each order, by its id, from the top of the sheet down; None where the tab or one of the two
    columns is gone. Raises SheetsError."""
    place = workbook.look_for_rows().tabs.get(Tab.ORDERS)
    if place is None or not {KEY, STATUS} <= place.columns.keys():
        return None
    columns = place.columns[KEY], place.columns[STATUS]
    ids, statuses = two_columns(api, workbook.spreadsheet_id, place.sheet_id, *columns)
    rows = zip(map(as_text, ids), map(as_text, statuses), strict=True)
    return {order_id: status for order_id, status in rows if order_id}


def stage_of(status: str) -> Stage | None:
    """What the word says, in whatever language the tab was made; None for New, and for what the merchant has made
    up."""
    state = state_of(status)
    return None if state is None or state == NEW else Stage(state)


def status_word(stage: Stage) -> str:
    """As `Status` offers it, in the language that is spoken."""
    return words_spoken().statuses[STATES.index(stage)]


class StatusReader:
    """Reads `Status` again and again, mostly with one read. For one thread at a time."""

    def __init__(self, may_decide: Callable[[Layout], bool]) -> None:
        """`may_decide`: whether what the sheet says is this installation's to act on."""
        self._may_decide = may_decide
        self._sheet_id: int | None = None
        self._times = 0

    def read(self, api: SheetsApi, workbook: Workbook) -> Mapping[str, str] | None:
        """As `read_statuses`, but both columns at one moment, so that no order gets what stands beside another one
        while somebody sorts; and an order that stands there twice with different words has none."""
        self._times += 1
        if self._sheet_id is not None and self._times % _LOOKS_ANEW:
            found = api.tagged_columns(
                workbook.spreadsheet_id,
                key=tags.COLUMN,
                values=[tags.column_value(Tab.ORDERS, self._sheet_id, key) for key in (KEY, STATUS)],
                sheet_id=self._sheet_id,
            )
            if found is not None:
                return _by_order(found[0], found[1])
        self._sheet_id = None
        layout = workbook.look_for_rows()
        if not self._may_decide(layout):
            return None
        place = layout.tabs.get(Tab.ORDERS)
        if place is None or not {KEY, STATUS} <= place.columns.keys():
            return None
        ids, statuses = (Column(place.sheet_id, place.columns[key]) for key in (KEY, STATUS))
        cells: dict[int, dict[int, object]] = {}

        def take(some: Cells) -> None:
            for number, row, value in some:
                cells.setdefault(number, {})[row] = value

        numbers = api.columns(workbook.spreadsheet_id, (ids, statuses), take)
        self._sheet_id = place.sheet_id
        both = [cells.get(numbers[column], {}) for column in (ids, statuses)]
        rows = range(max(both[0], default=-1) + 1)
        return _by_order(*([column.get(row) for row in rows] for column in both))


def _by_order(ids: Sequence[object], statuses: Sequence[object]) -> dict[str, str]:
    found: dict[str, str] = {}
    for order_id, status in zip_longest(map(as_text, ids), map(as_text, statuses), fillvalue=""):
        if order_id:
            found[order_id] = status if found.setdefault(order_id, status) == status else ""
    return found
