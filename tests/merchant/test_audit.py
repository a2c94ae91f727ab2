"""The comparison against a merchant who edits at random, restores a version, and has let a second installation write.

What it finds, and what is left after mending, is what the demo's own comparison says, which reads every cell.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.jobs import audit
from connector.jobs.audit import Report
from connector.jobs.doubles import Removed, remove_doubles
from connector.settings import SHOP
from sandbox.google.grid import Sheet
from tests.doubling import double_row
from tests.merchant.book import Book
from tests.merchant.conftest import Shops
from tests.merchant.random_merchant import RandomMerchant
from tests.waiting import wait_until

TABS = ("Orders", "Items")


class Merchant(RandomMerchant):
    """Edits that leave the header where the demo's comparison looks for it, and no cell of the connector's changed."""

    def sheet(self) -> Sheet:
        return self.book.sheet(self.pick(*TABS))

    def rearranges(self) -> None:
        self.pick(self.sorts, self.inserts_rows, self.inserts_a_column, self.moves_a_column, self.hides, self.filters)()

    def loses_rows(self) -> None:
        self.pick(self.deletes_rows, self.deletes_rows, self.restores_a_version, self.rearranges)()

    def inserts_rows(self) -> None:
        self.book.merchant.insert_rows(self.sheet().sheet_id, self.number(1, 8), self.number(1, 2))


class Desk:
    """Compares and mends, and knows what the sheet holds from its cells alone."""

    def __init__(self, book: Book, since: datetime) -> None:
        self.book = book
        self.since = since  # The service runs on, and knows the orders of earlier examples.
        self.items = {order.order_id: len(order.items) for order in book.sent}

    def rows(self, tab: str) -> list[str]:
        """The order ids of a tab, from the top."""
        header, *rows = self.book.values(tab)
        column = header.index("Order ID")
        return [str(row[column]) if column < len(row) and row[column] else "" for row in rows]

    def expected(self) -> Report:
        """What the comparison has to say."""
        orders, lines = Counter(self.rows("Orders")), Counter(self.rows("Items"))
        return Report(
            len(self.items),
            missing=tuple(sorted(order_id for order_id in self.items if not orders[order_id])),
            doubled=tuple(sorted(order_id for order_id in self.items if orders[order_id] > 1)),
            items=tuple(sorted(key for key, count in self.items.items() if orders[key] == 1 and lines[key] != count)),
        )

    def compared(self) -> Report:
        service = self.book.shop.service
        look = service.lookup.rows
        found = audit.compare(service.database, look, shop=SHOP, clock=service.clock, since=self.since)
        return Report(found.orders, *(tuple(sorted(ids)) for ids in (found.missing, found.doubled, found.items)))

    def wrong(self) -> set[str]:
        """The orders of which something is not as it was sent."""
        sentences = self.book.shop.differences(self.book.sent)
        return {match[1] for sentence in sentences if (match := re.match(r"Order (\S+) ", sentence))}

    def another_installation_writes(self, order_ids: Sequence[str]) -> None:
        for order_id in order_ids:
            for tab in TABS:
                for index in reversed([at for at, found in enumerate(self.rows(tab), start=1) if found == order_id]):
                    double_row(self.book.shop.sandbox, self.book.shop.settings, tab, index)

    def removes_doubles(self, report: Report) -> set[str]:
        """The orders that are left for a person to look at."""
        service = self.book.shop.service

        def remove() -> Removed:
            return service.lookup.with_sheet(
                lambda api, workbook: remove_doubles(service.database, api, workbook, report.doubled, shop=SHOP)
            )

        return {sentence.split()[1] for sentence in remove().left}

    def writes_what_is_missing(self, report: Report) -> None:
        service = self.book.shop.service
        asked = audit.write_missing(service.database, service.lookup.rows, report, shop=SHOP, clock=service.clock)
        service.wake()
        wait_until(
            lambda: all((order := self.book.shop.order(one)) and order.write_due_at is None for one in asked),
            what="what is missing to be written",
        )

    def has_additions_twice(self, order_id: str) -> bool:
        """Whether the merchant has put something beside more than one row of the order in a tab."""
        for tab in TABS:
            beside = [
                any(isinstance(cell, str) and cell.startswith("my text") for cell in row)
                for row, found in zip(self.book.values(tab)[1:], self.rows(tab), strict=True)
                if found == order_id
            ]
            if sum(beside) > 1:
                return True
        return False


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_was_lost_and_doubled_is_found_and_mended(shops: Shops, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        book = Book(shops.lend(), monkeypatch)
        book.google.unknowns.restore_keeps_metadata = data.draw(st.booleans())
        merchant, since = Merchant(book, data), book.shop.service.clock.now()
        try:
            book.send_together(3)
            merchant.saves_a_version()
            book.send_together(3)
            _is_found_and_mended(Desk(book, since), merchant, data)
        finally:
            shops.take_back(book)


def _is_found_and_mended(desk: Desk, merchant: Merchant, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(0, 4))):
        merchant.loses_rows()
    wrong = desk.wrong()
    # Drawn by number: ids are random, and what is drawn must not depend on them.
    drawn = [list(desk.items)[number] for number in data.draw(st.lists(st.integers(0, 5), unique=True))]
    desk.another_installation_writes([order_id for order_id in drawn if order_id not in wrong])
    for _ in range(data.draw(st.integers(0, 3))):
        merchant.rearranges()
    desk.book.google.quota.refill()

    report = desk.compared()

    assert report == desk.expected()
    assert {*report.missing, *report.doubled, *report.items} == desk.wrong()
    counts = Counter(desk.rows("Items"))
    half = {order_id for order_id, count in desk.items.items() if 0 < counts[order_id] < count}
    left = desk.removes_doubles(report)
    desk.writes_what_is_missing(report)
    assert all(desk.has_additions_twice(order_id) for order_id in left)
    after = desk.compared()
    assert after == desk.expected()
    assert {*after.missing, *after.doubled, *after.items} == desk.wrong()
    assert desk.wrong() == left | half
