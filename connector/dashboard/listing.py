"""The list of orders: which of them, as the address of the page says it, and what is shown of each."""

from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from connector.dashboard.formatting import Words
from connector.dashboard.timeline import Event, events_of
from connector.dashboard.ttl_cache import TTLCache
from connector.models import Order, Status
from connector.runtime import Service
from connector.store import orders, tries
from connector.store.search import Found, find_page

PAGE = 25
"""Orders."""
ODD = "odd"
"""Stands in the address in the place of a status."""
_LONGEST_TEXT = 100
_LARGEST_NUMBER = 2**53


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for. Whatever can't be understood counts as not asked for: it is a page, not an API."""

    text: str = ""
    status: Status | None = None
    odd: bool = False
    """Only orders that somebody should look at. Chosen in the same list as the status, and so in its place."""
    before: int | None = None
    """The store's number of the last order of the page before."""
    open: int | None = None
    """The store's number of the order whose history is shown."""

    @classmethod
    def read(cls, values: MultiDict[str, str]) -> Self:
        text = "".join(letter for letter in values.get("q", "") if letter.isprintable()).strip()
        status = values.get("status", "")
        return cls(
            text[:_LONGEST_TEXT],
            Status(status) if status in set(Status) else None,
            status == ODD,
            store_number(values.get("before", "")),
            store_number(values.get("open", "")),
        )

    @property
    def fields(self) -> dict[str, str]:
        """As in the address; what is not asked for is not there."""
        fields = {"q": self.text, "status": ODD if self.odd else self.status, "before": self.before, "open": self.open}
        return {name: str(value) for name, value in fields.items() if value}

    def address(self, **changes: Any) -> str:
        """The page's address for this, with changes."""
        fields = replace(self, **changes).fields
        return f"/?{urlencode(fields)}" if fields else "/"


@dataclass(frozen=True, slots=True)
class Opened:
    """The order that is open, with its past."""

    order: Order
    """With its items."""
    events: list[Event]


@dataclass(frozen=True, slots=True)
class Listing:
    """What is shown."""

    query: Query
    found: Found
    opened: Opened | None

    @property
    def orders(self) -> list[Order]:
        """The page, and before it the open order where it belongs to another: it may just have left this one, as it
        was tried again."""
        if self.opened is None or any(order.id == self.opened.order.id for order in self.found.orders):
            return self.found.orders
        return [self.opened.order, *self.found.orders]


class Listings:
    """Reads them, once for all who look at the same at about the same time. Safe to use from several threads."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._pages = TTLCache(self._read)

    def get(self, query: Query, words: Words) -> Listing:
        """Raises what the database raises, or TooSlowError."""
        found, order, tried = self._pages.get(query)
        return Listing(query, found, None if order is None else Opened(order, events_of(order, tried, words.now)))

    def forget(self) -> None:
        self._pages.forget()

    def _read(self, query: Query) -> tuple[Found, Order | None, list[tries.Try]]:
        shop = self._service.shop
        with self._service.database.read() as connection:
            found = find_page(
                connection,
                shop,
                text=query.text,
                status=query.status,
                odd=query.odd,
                before=query.before,
                limit=PAGE,
            )
            order = None if query.open is None else orders.find_by_number(connection, shop, query.open)
            return found, order, [] if order is None else tries.list_tries(connection, order.id)


def store_number(text: str) -> int | None:
    """A number of the store's from an address or a form; None where it is none."""
    if not text.isascii() or not text.isdigit() or len(text) > len(str(_LARGEST_NUMBER)):
        return None
    return int(text) if 0 < int(text) <= _LARGEST_NUMBER else None
