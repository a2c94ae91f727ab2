"""The list of orders: which of them, as the page's address says, and what is shown of each, with its timeline."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from flask import url_for
from werkzeug.datastructures import MultiDict

from connector.dashboard.data import TTLCache
from connector.dashboard.formatting import Words
from connector.dashboard.health import Level
from connector.language import gettext as _
from connector.language import marked, pgettext
from connector.models import ItemsState, Order, Shown, Status
from connector.runtime.shop import Shop
from connector.sheets.statuses import MerchantStatus, status_word
from connector.store import orders, refusals
from connector.store.customer_texts import CustomerText, TextState, texts_of
from connector.store.dealt_with import By
from connector.store.refusals import MOST_KEPT, Try, What
from connector.store.search import Found, find_page

_APART = timedelta(seconds=5)
"""Between a message and its arrival, from which on the two are worth a line each."""
_WHAT = {What.FETCH: marked("The items could not be fetched"), What.WRITE: marked("Google refused the rows")}
PAGE = 25
"""Orders."""
BY_WORDS = {
    By.PAGE: marked("Marked as dealt with on the status page"),
    By.OPERATOR: marked("Marked as dealt with on the status page, by the operator"),
    By.API: marked("Marked as dealt with through the API"),
    By.COMMAND: marked("Marked as dealt with on the command line"),
}
ODD = "odd"
"""Stands in the address in the place of a status."""
_LONGEST_TEXT = 100
_LARGEST_NUMBER = 2**53


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history."""

    at: datetime | None
    text: str
    error: str | None = None
    level: Level = Level.GOOD
    is_to_come: bool = False


def events_of(order: Order, tried: Sequence[Try], texts: Sequence[CustomerText], now: datetime) -> list[Event]:
    """The oldest first; what is planned stands at the end."""
    past = sorted([*_past(order, tried), *_told(texts)], key=lambda event: event.at or order.stored_at)
    if len(tried) >= MOST_KEPT:
        past.insert(
            0, Event(None, _("Of its failed tries the latest {most_kept} are kept").format(most_kept=MOST_KEPT))
        )
    waiting = (Event(None, _told_words(text), is_to_come=True) for text in texts if text.state is TextState.WAITING)
    return [*past, *_now(order, tried), *_to_come(order, now), *waiting]


def _past(order: Order, tried: Sequence[Try]) -> Iterator[Event]:
    if order.stored_at - order.received_at >= _APART:
        yield Event(order.received_at, _("Sent by the customer"))
        yield Event(order.stored_at, _("Received here"))
    else:
        yield Event(order.stored_at, pgettext("what happened", "Received"))
    for n, failed in enumerate(tried):
        same = n > 0 and (tried[n - 1].what, tried[n - 1].error) == (failed.what, failed.error)
        text = _("{what}, as before").format(what=_(_WHAT[failed.what])) if same else _(_WHAT[failed.what])
        yield Event(failed.at, text, None if same else failed.error, Level.LOOK)
    row_at, done_at = order.row_at, order.synced_at
    if order.changed_at is not None and order.change:
        yield Event(order.changed_at, _("What was told of it"), order.change, Level.LOOK)
    if row_at is not None and row_at != done_at:
        yield Event(row_at, _("Row written, without items"))
    if order.gone_at is not None:
        yield Event(order.gone_at, _("Its row was looked for, and is no longer in the sheet"), level=Level.LOOK)
    if order.dealt_with_at is not None:
        yield Event(
            order.dealt_with_at,
            _(BY_WORDS[By(order.dealt_with_by or By.PAGE)]),
        )
    if done_at is not None:
        yield Event(done_at, _("Row and items written") if row_at in (done_at, None) else _("Items written"))


_TOLD = {
    TextState.WAITING: marked("The customer is told next: {status}"),
    TextState.SENDING: marked("The customer is being told: {status}"),
    TextState.SENT: marked("The customer was told: {status}"),
    TextState.UNCLEAR: marked("The customer may have been told, or not, and is not told again: {status}"),
    TextState.REFUSED: marked("The customer was not told: {status}"),
}


def _told_words(text: CustomerText) -> str:
    return _(_TOLD[text.state]).format(status=status_word(MerchantStatus(text.stage)))


def _told(texts: Sequence[CustomerText]) -> Iterator[Event]:
    for text in texts:
        if text.state is not TextState.WAITING:
            is_well = text.state in {TextState.SENT, TextState.SENDING}
            yield Event(
                text.tried_at or text.decided_at,
                _told_words(text),
                None if is_well else text.reason,
                Level.GOOD if is_well else Level.LOOK,
            )


def _now(order: Order, tried: Sequence[Try]) -> Iterator[Event]:
    """What has no time of its own."""
    if order.shown is not None and order.row_at is None and order.synced_at is None and order.gone_at is None:
        yield Event(None, _("Its row is in the sheet"))
    if order.last_error and order.last_error not in {failed.error for failed in tried}:
        yield Event(None, _("The latest failure"), order.last_error, Level.LOOK)
    if order.items_state is ItemsState.UNAVAILABLE:
        yield Event(None, _("Given up: nothing more is tried by itself"), level=Level.BAD)
    if order.warning:
        yield Event(None, _("Taken, but odd"), order.warning, Level.LOOK)


def _to_come(order: Order, now: datetime) -> Iterator[Event]:
    if order.items_state is ItemsState.DUE and order.next_attempt_at is not None:
        text = _("The next try to fetch the items") if order.next_attempt_at > now else _("The items are fetched now")
        yield Event(order.next_attempt_at, text, is_to_come=True)
    if order.batch_id is not None:
        yield Event(None, _("Its rows are on their way to the sheet"), is_to_come=True)
    elif order.write_due_at is not None and order.shown is not Shown.COMPLETE:
        text = _("The next try to write its rows") if order.write_due_at > now else _("Its rows are written next")
        yield Event(order.write_due_at, text, is_to_come=True)


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
    def fields(self) -> dict[str, Any]:
        """As in the address; what is not asked for is not there."""
        fields = {"q": self.text, "status": ODD if self.odd else self.status, "before": self.before, "open": self.open}
        return {name: str(value) for name, value in fields.items() if value}

    def but(self, **changes: Any) -> Self:
        return replace(self, **changes)

    @property
    def address(self) -> str:
        """The page's address for this."""
        return url_for("page.home", **self.fields)


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

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._pages = TTLCache(self._read)

    def get(self, query: Query, words: Words) -> Listing:
        """Raises what the database raises, or TooSlowError."""
        found, order, tried, texts = self._pages.get(query)
        events = [] if order is None else events_of(order, tried, texts, words.now)
        return Listing(query, found, None if order is None else Opened(order, events))

    def forget(self) -> None:
        self._pages.forget()

    def _read(self, query: Query) -> tuple[Found, Order | None, list[refusals.Try], list[CustomerText]]:
        shop = self._shop.name
        with self._shop.database.read() as connection:
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
            if order is None:
                return found, None, [], []
            return found, order, refusals.list_tries(connection, order.id), texts_of(connection, order.id)


def store_number(text: str) -> int | None:
    """A number of the store's from an address or a form; None where it is none."""
    if not text.isascii() or not text.isdigit() or len(text) > len(str(_LARGEST_NUMBER)):
        return None
    return int(text) if 0 < int(text) <= _LARGEST_NUMBER else None
