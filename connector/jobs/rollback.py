"""Notices when the sheet has gone back in time: the rows of the latest orders are gone, as after an older version was
restored in the browser. Rows that a merchant deletes one by one are their will.
"""

from datetime import datetime, timedelta

from connector.jobs.context import ShopContext
from connector.language import gettext as _
from connector.log import get_logger
from connector.problems import Severity
from connector.sheets.columns import Tab
from connector.sheets.key_columns import SheetRows
from connector.sheets.layout import Layout
from connector.store.orders import latest_written

log = get_logger(__name__)

KEY = "rows_gone"
_LOOKED_AT = 200
"""Latest orders that are compared."""
_LAST_DAYS = timedelta(days=7)
_SAID_FOR = timedelta(days=1)
_AT_LEAST = 2
"""Of the latest orders, one after the other: one alone somebody may have deleted."""


class Backwards:
    """Remembers where the rows ended, and looks closer when they end further up than before."""

    def __init__(self, context: ShopContext) -> None:
        self._context = context
        self._last_row: int | None = None
        self._told_at: datetime | None = None

    def ends_further_up(self, layout: Layout) -> bool:
        """Whether the rows end above where they ended at the last look, so that their keys are to be read."""
        place = layout.tabs.get(Tab.ORDERS)
        if place is None or not place.last:
            return False
        row = max(tag.row for tag in place.last)
        before, self._last_row = self._last_row, row
        self._say_no_longer()
        return before is not None and row < before

    def compare(self, rows: SheetRows) -> int:
        """How many of the latest orders are gone one after the other, the newest first; told of where it is several."""
        now = self._context.clock.now()
        with self._context.database.read() as connection:
            latest = latest_written(connection, self._context.shop, since=now - _LAST_DAYS, limit=_LOOKED_AT)
        if not rows.has_orders:
            return 0  # The tab was deleted or cleared, which is something else, and the merchant's to do.
        there = rows.find(latest)
        gone = next((index for index, order_id in enumerate(latest) if there[order_id].times), len(latest))
        if gone < _AT_LEAST:
            return 0
        log.warning("sheet.went_back", orders=gone)
        self._told_at = now
        self._context.problems.put(KEY, sentence(gone), at=now, severity=Severity.WARNING)
        return gone

    def _say_no_longer(self) -> None:
        """Ends the warning after a day: somebody who did it on purpose need not read of it for ever."""
        if self._told_at is not None and self._context.clock.now() - self._told_at > _SAID_FOR:
            self._context.problems.clear(KEY)
            self._told_at = None


def sentence(orders: int) -> str:
    return _(
        "Rows of {orders} orders of the last days are gone from the spreadsheet, as after "
        "restoring an older version. If that was a mistake: audit --write-missing."
    ).format(orders=orders)
