"""Books for the merchant's hands. The service runs on from test to test: starting it takes longer than most of them."""

from collections.abc import Iterator

import pytest

from connector.jobs import rollback
from sandbox.google.unknowns import Unknowns
from sandbox.sandbox import TIME_ZONE, TITLE
from tests.merchant.book import Book
from tests.service.shop import Shop


class Shops:
    """Lends a shop in which nothing is under way, with an empty spreadsheet."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self._factory = factory
        self._shop: Shop | None = None

    def lend(self) -> Shop:
        if self._shop is None:
            self._shop = Shop(self._factory.mktemp("shop")).start()
        self._shop.service.problems.clear(rollback.KEY)
        workbook = self._shop.service.workbook
        workbook.newest_first, workbook._refuses_what_is_gone = False, None
        sandbox = self._shop.sandbox
        sandbox.google.quota.refill()
        sandbox.google.calls.clear()
        sandbox.google.unknowns = Unknowns()
        sandbox.google.language = "en"
        sandbox.google.spreadsheets.clear()
        sandbox.google.create(sandbox.spreadsheet_id, TITLE, TIME_ZONE)
        return self._shop

    def take_back(self, book: Book) -> None:
        """A shop in which something is still under way, or that points elsewhere, is not lent again."""
        moved = book.spreadsheet_id != book.shop.sandbox.spreadsheet_id
        if moved or not set(book.shop.statuses(book.sent)) <= {"synced", "failed"}:
            self.close()

    def close(self) -> None:
        if self._shop is not None:
            self._shop.close()
            self._shop = None


@pytest.fixture(scope="session")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shops]:
    shops = Shops(tmp_path_factory)
    yield shops
    shops.close()


@pytest.fixture
def empty_book(shops: Shops, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """A spreadsheet in which nothing stands yet, and the service running."""
    book = Book(shops.lend(), monkeypatch)
    yield book
    shops.take_back(book)


@pytest.fixture
def book(empty_book: Book) -> Book:
    """A spreadsheet with the rows of three orders."""
    empty_book.send_together(3)
    return empty_book
