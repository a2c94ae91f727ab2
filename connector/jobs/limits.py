"""What a batch leaves out because the merchant's tabs don't take it: found out by trying without.

A batch that was refused goes out again, with the same orders, without what may be the reason. If that gets through,
what was left out is remembered for the tab, for a day; if it doesn't, it was not the reason, and is forgotten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from connector.jobs.context import ShopContext
from connector.log import get_logger
from connector.models import Order
from connector.sheets.batch import Manner
from connector.sheets.tables import Table, Tables
from connector.store.spreadsheets import Limit, TabLimit, get_limits, keep_limits

log = get_logger(__name__)

LIMITS_LAST = timedelta(days=1)
"""How long a limit that the merchant has lifted may go unnoticed. Looking costs one refused request."""


@dataclass(frozen=True, slots=True)
class _Trial:
    """The next batch, to find out something."""

    keys: frozenset[int]
    limits: frozenset[TabLimit]


class Limits:
    """The limits of one spreadsheet's tabs. A trial that a process doesn't end begins anew with the next."""

    def __init__(self, context: ShopContext, spreadsheet_id: str) -> None:
        self._context = context
        self._spreadsheet_id = spreadsheet_id
        self._trial: _Trial | None = None
        self._sent: list[TabLimit | None] = []
        """For each request of the latest batch, what it holds that could be left out."""

    @property
    def is_trying(self) -> bool:
        return self._trial is not None

    def choose(self, waiting: Sequence[Order]) -> list[Order]:
        """Of these orders, those that a trial is about; all where there is none."""
        if self._trial is not None:
            chosen = [order for order in waiting if order.id in self._trial.keys]
            if chosen:
                return chosen
            self._trial = None
        return list(waiting)

    def to_leave_out(self) -> frozenset[TabLimit]:
        """What the next batch has to leave out."""
        since = self._context.clock.now() - LIMITS_LAST
        with self._context.database.read() as connection:
            known = get_limits(connection, self._spreadsheet_id, since=since)
        return known | self._trial.limits if self._trial is not None else known

    def sent(self, requests: Sequence[Mapping[str, Any]]) -> None:
        """A batch goes out."""
        self._sent = [_limit_of(request) for request in requests]

    def try_without(self, keys: Sequence[int], *, reason: str, position: int | None = None) -> bool:
        """The batch of these orders failed, at the request of that position where it is known: whether it is worth
        while to try it without something, which `to_leave_out` then names."""
        named = self._sent[position] if position is not None and position < len(self._sent) else None
        suspects = {named} if named is not None else {limit for limit in self._sent if limit is not None}
        found = suspects - self.to_leave_out()
        if not found:
            self._trial = None
            return False
        tried = self._trial.limits if self._trial is not None else frozenset()
        self._trial = _Trial(frozenset(keys), tried | found)
        log.warning("sheet.tried_without", reason=reason, without=sorted({str(limit.what) for limit in found}))
        return True

    def worked(self, connection: Connection, keys: Sequence[int]) -> None:
        """A batch of these orders is in the sheet: what its trial left out is what the tabs don't take."""
        if self._trial is not None and self._trial.keys == set(keys):
            keep_limits(connection, self._spreadsheet_id, self._trial.limits, now=self._context.clock.now())

    def end_trial(self) -> None:
        """What `worked` was told is stored."""
        if self._trial is not None:
            for sheet_id, what in sorted(self._trial.limits):
                log.warning("sheet.takes_less", sheet_id=sheet_id, without=str(what))
        self._trial = None


def manner_of(limits: frozenset[TabLimit], tables: Tables) -> Manner:
    """What a batch does with such limits."""
    fixed = {limit.sheet_id for limit in limits if limit.what is Limit.TABLES}
    growing: dict[int, Sequence[Table]] = {sheet_id: of for sheet_id, of in tables.items() if sheet_id not in fixed}
    return Manner(frozenset(limit.sheet_id for limit in limits if limit.what is Limit.FORMATS), growing)


def _limit_of(request: Mapping[str, Any]) -> TabLimit | None:
    if (cells := request.get("updateCells")) is not None:
        return TabLimit(cells["start"]["sheetId"], Limit.FORMATS)
    if (table := request.get("updateTable")) is not None:
        return TabLimit(table["table"]["range"]["sheetId"], Limit.TABLES)
    return None
