"""A shop that is lent to one test after the other, each time as if it were new: starting one, with its sandbox and all
that is compiled and proved at first, takes longer than most tests.
"""

import pytest
import sqlalchemy as sa

from connector.runtime.service import Service
from connector.store import tables, text_tables
from connector.store.batches import BatchState
from sandbox.sandbox import TIME_ZONE, TITLE
from tests.service.shop import Shop

_EMPTIED = (
    text_tables.customer_texts,
    text_tables.status_watches,
    tables.outbox,
    tables.told_problems,
    tables.quarantine,
    tables.tries,
    tables.items,
    tables.orders,
    tables.batches,
    tables.order_numbers,
    tables.past_orders,
    tables.spreadsheets,
    tables.time_zones,
    tables.tab_limits,
    tables.ownership,
)
"""All tables but those of the installation itself."""


class Lending:
    """Lends a shop in which nothing has come in yet, with an empty spreadsheet."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self._factory = factory
        self._shop: Shop | None = None
        self._as_lent: object = None

    def lend(self) -> Shop:
        if self._shop is None:
            self._shop = Shop(self._factory.mktemp("shop")).start()
        else:
            _empty(self._shop)
        self._as_lent = _set(self._shop)
        return self._shop

    def take_back(self) -> None:
        """What was set or is still under way ends with the shop."""
        shop = self._shop
        assert shop is not None
        if shop.contract.problems or _set(shop) != self._as_lent or not _is_at_rest(shop):
            self.close()

    def close(self) -> None:
        if self._shop is not None:
            shop, self._shop = self._shop, None
            shop.close()


def _set(shop: Shop) -> tuple[Service | None, object, list[tuple[str, object]]]:
    """All that a test can have set: of which service, with which settings, against a sandbox that does what."""
    sandbox = shop.sandbox
    holders = (sandbox.google, sandbox.google.unknowns, sandbox.google.quota, sandbox.whapi, sandbox.whapi.history)
    return (
        shop._service,
        shop.settings,
        [(name, value) for holder in holders for name, value in vars(holder).items() if _is_switch(name, value)],
    )


def _is_switch(name: str, value: object) -> bool:
    return callable(value) or (isinstance(value, bool | float | str | None) and name != "_minute")


def _is_at_rest(shop: Shop) -> bool:
    """Whether nothing is wrong, and all that came in is done."""
    sandbox = shop.sandbox
    if sandbox.faults.all() or sandbox.google.late_commits() or sandbox.whapi.deliveries.waiting:
        return False
    orders, batches, pauses = tables.orders.c, tables.batches.c, tables.pauses.c
    for unfinished in (
        sa.select(orders.order_id).where(sa.or_(orders.next_attempt_at.is_not(None), orders.write_due_at.is_not(None))),
        sa.select(batches.id).where(batches.state == BatchState.OPEN),
        sa.select(pauses.part).where(pauses.failures > 0),
    ):
        with shop.service.database.read() as connection:
            if connection.execute(unfinished.limit(1)).first() is not None:
                return False
    return not shop.service.problems.current()


def _empty(shop: Shop) -> None:
    sandbox, google = shop.sandbox, shop.sandbox.google
    sandbox.whapi.orders.clear()
    sandbox.whapi.history = type(sandbox.whapi.history)()
    google.quota.refill()
    google.calls.clear()
    google.spreadsheets.clear()
    google.create(sandbox.spreadsheet_id, TITLE, TIME_ZONE)
    shop.service.database.write(lambda connection: [connection.execute(sa.delete(table)) for table in _EMPTIED])
