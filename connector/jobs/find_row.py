"""Looks up the row of an order for somebody who wants to see it."""

import math
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from connector.jobs.asking import Asker, What
from connector.jobs.context import ShopContext
from connector.jobs.rewrite import SheetLookup
from connector.language import gettext as _
from connector.language import marked
from connector.models import Order, Place
from connector.sheets.account import GoogleAccount
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.whereabouts import READS_WHERE_TAGS_ARE_LOST, row_anywhere, row_in_its_tab
from connector.store.orders import find_order
from connector.store.rewrite import mark_gone, unmark_gone

REMEMBERED = 3.0
"""Seconds for which an order's row is not looked up again for those who have not logged in."""
MOST_A_MINUTE = 12
"""Looks for all of those: whoever has a link can't spend what the writer needs."""
_MOST_REMEMBERED = 256
_WINDOW = 60.0
_NO_TAG = frozenset({Kind.REFUSED, Kind.STALE, Kind.BLOCKED})
_PATIENCE = 5.0
_AGAIN = 5.0


class NotInSheetError(Exception):
    """The order has no row. The text is a sentence that says why."""

    def __init__(self, sentence: str, *, is_gone: bool) -> None:
        super().__init__(sentence)
        self.is_gone = is_gone
        """Whether it was there; else it is on its way."""


class NotLookedUpError(Exception):
    """The sheet can't be asked now."""

    def __init__(self, sentence: str, *, seconds: float) -> None:
        super().__init__(sentence)
        self.seconds = seconds
        """When to come again."""


ON_ITS_WAY = marked("The order is on its way to the sheet. Open the link again in a moment.")
GONE = marked(
    "The order is no longer in the sheet: its row was deleted, or its order id was changed. A deletion can be "
    "undone in the spreadsheet (File, Version history), and the status page can have the row written again."
)
NOT_READ = marked("The spreadsheet can't be read at present. The status page says why. Open the link again in a while.")
TOO_MANY = marked("Too many rows were looked up within a minute. Open the link again in {seconds} s.")


class RowFinder:
    """Safe to use from several threads: one at a time asks Google, within the account's budget."""

    def __init__(self, context: ShopContext, lookup: SheetLookup, account: GoogleAccount, asker: Asker) -> None:
        self._context = context
        self._lookup = lookup
        self._account = account
        self._asker = asker
        self._lock = threading.Lock()
        self._looks: deque[float] = deque()
        self._remembered: dict[str, tuple[float, Place | None]] = {}

    def find(self, order_id: str, *, by_stranger: bool = False) -> Place:
        """Where the order's row stands now, and what was seen is remembered in the store. One read at Google.

        Raises NotInSheetError, NotLookedUpError, and what the database raises.
        """
        with self._context.database.read() as connection:
            order = find_order(connection, self._context.shop, order_id)
        if order is not None and order.shown is None:
            raise NotInSheetError(_(ON_ITS_WAY), is_gone=False)
        if not self._lock.acquire(timeout=_PATIENCE):
            raise _too_many(_AGAIN)
        try:
            place = self._look(order_id, order, by_stranger=by_stranger)
        finally:
            self._lock.release()
        if order is not None:
            self._keep(order, place)
        if place is None:
            raise NotInSheetError(_(GONE), is_gone=True)
        return place

    def _look(self, order_id: str, order: Order | None, *, by_stranger: bool) -> Place | None:
        now = self._context.clock.now().timestamp()
        at, known = self._remembered.get(order_id, (-math.inf, None))
        if by_stranger:
            if 0 <= now - at < REMEMBERED:
                return known
            self._count(now)
        try:
            place = self._ask(order_id, None if order is None else order.place)
        except SheetsError:
            raise NotLookedUpError(_(NOT_READ), seconds=_AGAIN) from None
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[order_id] = now, place
        return place

    def _count(self, now: float) -> None:
        while self._looks and not 0 <= now - self._looks[0] < _WINDOW:
            self._looks.popleft()
        if len(self._looks) >= MOST_A_MINUTE:
            raise _too_many(self._looks[0] + _WINDOW - now)
        self._looks.append(now)

    def _ask(self, order_id: str, written: Place | None) -> Place | None:
        if self._asker.has_to_ask:
            found = self._asker.ask(What.ROW, order_id=order_id)
            if "later" in found:
                raise NotLookedUpError(found["later"], seconds=found["seconds"])
            return None if found["place"] is None else Place(*found["place"])
        if written is not None:
            has_tags, row = self._ask_for_row_in(written, order_id)
            if row is not None:
                return Place(written.spreadsheet_id, written.sheet_id, row)
            if has_tags:
                return None
        with self._may_read(READS_WHERE_TAGS_ARE_LOST):
            return self._lookup.with_sheet(lambda _, workbook: row_anywhere(workbook, order_id))

    def _ask_for_row_in(self, written: Place, order_id: str) -> tuple[bool, int | None]:
        try:
            with self._may_read(1):
                return self._lookup.with_sheet(lambda api, _: row_in_its_tab(api, written, order_id))
        except SheetsError as error:
            # What Google answers where nothing has the tag isn't known.
            if error.kind not in _NO_TAG:
                raise
            return False, None

    @contextmanager
    def _may_read(self, reads: int) -> Iterator[None]:
        budget = self._account.budget
        reservation = budget.take(reads=reads, writes=0, reserve=True)
        if reservation is None:
            raise _too_many(budget.may_begin(reads, 0, reserve=True))
        with reservation:
            yield

    def _keep(self, order: Order, place: Place | None) -> None:
        """Only where it is news: a look writes nothing else."""
        if (place is None) is (order.gone_at is not None):
            return
        now = self._context.clock.now()
        if place is None:
            self._context.database.write(lambda connection: mark_gone(connection, order, now=now))
        else:
            self._context.database.write(lambda connection: unmark_gone(connection, order))


def _too_many(seconds: float) -> NotLookedUpError:
    seconds = max(math.ceil(seconds), 1)
    return NotLookedUpError(_(TOO_MANY).format(seconds=seconds), seconds=seconds)
