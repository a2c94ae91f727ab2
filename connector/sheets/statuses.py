"""What the merchant has written into `Status`, the one column of `Orders` that the connector never writes again."""

from collections.abc import Mapping
from dataclasses import dataclass

from connector.sheets.client import SheetsApi
from connector.sheets.columns import KEY, STATUS, Tab
from connector.sheets.values import as_text, two_columns
from connector.sheets.words import ENGLISH_WORDS, SETTLED, Words, state_of
from connector.sheets.workbook import Workbook

READS = 3
"""At the most, where the tabs have their tags."""


@dataclass(frozen=True, slots=True)
class Statuses:
    """What `Status` says of each order, by its id, from the top of the sheet down."""

    texts: Mapping[str, str]
    words: Words = ENGLISH_WORDS
    """Those of the tab."""

    def state_of(self, order_id: str) -> str | None:
        """Which of `words.STATES` that stands for; None for a word of the merchant's own."""
        return state_of(self.texts.get(order_id, ""), self.words)

    def to_prepare(self) -> list[str]:
        """The orders that are neither packed nor sent nor done nor cancelled, as `Summary` counts them."""
        return [order_id for order_id in self.texts if self.state_of(order_id) not in SETTLED]


def read_statuses(api: SheetsApi, workbook: Workbook) -> Statuses | None:
    """None where the tab or one of the two columns is gone. Raises SheetsError."""
    place = workbook.look_for_rows().tabs.get(Tab.ORDERS)
    if place is None or not {KEY, STATUS} <= place.columns.keys():
        return None
    columns = place.columns[KEY], place.columns[STATUS]
    ids, statuses = two_columns(api, workbook.spreadsheet_id, place.sheet_id, *columns)
    rows = zip(map(as_text, ids), map(as_text, statuses), strict=True)
    return Statuses({order_id: status for order_id, status in rows if order_id}, place.words)
