"""The words that everything else uses: an order, its items, and where the two stand."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connector.language import marked

Number = int | float


class ItemsState(StrEnum):
    """Where the fetch of an order's items stands."""

    DUE = "due"
    """To be fetched when `next_attempt_at` has come."""
    READY = "ready"
    """Here, in the store."""
    UNAVAILABLE = "unavailable"
    """Given up: the time for trying is over, or there is nothing to try with."""


class Shown(StrEnum):
    """What the order's row in the sheet says of its items. No value at all means: there is no row yet."""

    WAITING = "waiting"
    COMPLETE = "complete"
    UNAVAILABLE = "unavailable"


class Status(StrEnum):
    """Where an order stands, as the API and the command line say it."""

    RECEIVED = "received"
    """Stored; its row is not in the sheet yet."""
    WAITING = "waiting"
    """Its row is in the sheet, its items are not; they will be tried again."""
    SYNCED = "synced"
    """Its row and all its item rows are in the sheet."""
    FAILED = "failed"
    """Given up on the items. Its row is in the sheet and says so."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order. Whapi promises none of these fields, so each may be missing."""

    product_id: str | None = None
    sku: str | None = None
    name: str | None = None
    quantity: Number | None = None
    price: Number | None = None
    """Of one piece, in units of `currency`."""
    currency: str | None = None
    image: str | None = None
    unread: str | None = field(default=None, compare=False)
    """What came for this line and could not be read, such as `the price could not be read: the text "soon" came`."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row was written."""

    spreadsheet_id: str
    sheet_id: int
    """Of the tab."""
    row: int
    """Counted from 0. Where it was then: a merchant who sorts, or deletes what is above, moves it."""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as a webhook or a forwarder announces it."""

    order_id: str
    received_at: datetime
    """When the customer sent it, as the message says; when it came in, if the message doesn't."""
    order_token: str | None = None
    """Fetches the items, together with the order id. A secret."""
    channel_id: str | None = None
    customer_name: str | None = None
    customer_phone: str | None = None
    title: str | None = None
    note: str | None = None
    item_count: Number | None = None
    total_price: Number | None = None
    currency: str | None = None
    items: tuple[Item, ...] | None = None
    """The items themselves, where the sender had them. Then nothing needs to be fetched."""
    chat_id: str | None = None
    """The chat that one answers to, such as `4915550001111@s.whatsapp.net` or `148752000000366@lid`."""
    message_id: str | None = None
    """Of the message that brought the order, so that a later change of the message finds it."""
    warning: str | None = None
    """Sentences on what could not be read of it, though the order itself could."""
    unfetchable: str | None = None
    """Why its items can't be fetched, where they neither came along nor can be had from Whapi; a sentence."""
    amounts_certain: bool = False
    """How the sender writes amounts is known for certain, so ITEM_PRICE_DIVISOR leaves them as they are."""


@dataclass(frozen=True, slots=True)
class OrderChange:
    """Something that a gateway tells later of an order, or of the message that brought it."""

    sentence: str
    """What the row in the sheet is to say, such as `Deleted by the customer`."""
    order_id: str | None = None
    message_id: str | None = None
    """One of the two is there."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the store has it."""

    id: int
    """The store's own number, in the order of arrival."""
    shop: str
    order_id: str
    order_token: str | None
    channel_id: str | None
    customer_name: str | None
    customer_phone: str | None
    title: str | None
    note: str | None
    item_count: Number | None
    total_price: Number | None
    currency: str | None
    received_at: datetime
    stored_at: datetime
    items_state: ItemsState
    attempts: int
    """Fetches that failed because of this order itself."""
    next_attempt_at: datetime | None
    setback_at: datetime | None
    """When a fetch of this order last failed for a reason that looked like the whole channel's."""
    last_error: str | None
    warning: str | None
    """What is odd about what came, though it was taken: what could not be read, and items that don't add up."""
    shown: Shown | None
    write_due_at: datetime | None
    """From when on the writer has something to write for this order; None: nothing."""
    batch_id: str | None
    """The open batch that this order is part of."""
    row_at: datetime | None
    """When it became certain that its row is in the sheet."""
    synced_at: datetime | None
    place: Place | None
    """Where its row was written; None before that, and where that isn't known."""
    items_there: bool = False
    """Whether its item rows are in the sheet already, while its own row is to be written anew."""
    rows_refused_at: datetime | None = None
    """When the sheet first refused this order's rows alone, or broke on them; None once they are in it."""
    refusal: str | None = None
    """What was said then; a sentence."""
    items_refused_at: datetime | None = None
    """Since when its items can't be had though the channel works; None: it is not so."""
    gone_at: datetime | None = None
    """When somebody looked for its row and found none, though it was written; None once it is there."""
    dealt_with_at: datetime | None = None
    """When somebody said that nothing is left to do for it."""
    dealt_with_by: str | None = None
    """Where that was said; see `store/dealt_with.py`."""
    items: tuple[Item, ...] = ()
    chat_id: str | None = None
    """The chat that one answers to."""
    message_id: str | None = None
    """Of the message that brought it."""
    said_total: Number | None = None
    """The total as a message said it; None where it came from the items, or isn't known."""
    change: str | None = None
    """What was told of it later, such as `Deleted by the customer`: the latest of it."""
    changed_at: datetime | None = None
    revision: int = 0
    """Counts what came for the order since it was stored, and is to be seen in its row."""
    row_change: str | None = None
    """The change of which its row says something."""
    number: int | None = None
    """Counted in its shop, for people. None of one that an instance of an earlier version has just taken in, and of one
    that was read from a sheet that didn't say it."""
    row_lacks: tuple[str, ...] = ()
    """The columns of `Orders` whose cells hold a text that waits for the value (see `sheets/rows.py`)."""

    @property
    def status(self) -> Status:
        return status_of(self.shown, self.items_state)

    @property
    def is_odd(self) -> bool:
        """Whether somebody should look at it."""
        return (self.warning is not None or self.change is not None) and not self.is_dealt_with

    @property
    def may_be_tried(self) -> bool:
        """Whether asking to try it again can do something: fetch its items, or write its rows."""
        is_to_be_fetched = self.items_state is not ItemsState.READY and self.order_token is not None
        is_held_up = self.shown is None and self.batch_id is None and bool(self.last_error or self.refusal)
        return (is_to_be_fetched and (self.shown is not None or self.last_error is not None)) or is_held_up

    @property
    def is_dealt_with(self) -> bool:
        """Whether nothing is left to do, and nothing was told of it since that was said."""
        return self.dealt_with_at is not None and (self.changed_at is None or self.changed_at <= self.dealt_with_at)


STATUS_WORDS = {
    Status.RECEIVED: marked("received"),
    Status.WAITING: marked("waiting"),
    Status.SYNCED: marked("complete"),
    Status.FAILED: marked("unavailable"),
}
"""What a person reads of each status, everywhere: `waiting`, `complete` and `unavailable` are what the row says."""
STATUS_MEANINGS = {
    Status.RECEIVED: marked("Its row is on its way to the sheet."),
    Status.WAITING: marked("Its row is in the sheet; its items are not there yet, and are tried again."),
    Status.SYNCED: marked("Its row and all its items are in the sheet."),
    Status.FAILED: marked("Its row is in the sheet; its items could not be had."),
}
GONE_WORD = marked("deleted")
"""What is said of an order whose row is no longer in the sheet."""


def status_of(shown: Shown | None, items_state: ItemsState) -> Status:
    """What is in the sheet decides: an order is only `waiting` once its row can be seen there."""
    if shown is None:
        return Status.RECEIVED
    if shown is Shown.COMPLETE:
        return Status.SYNCED
    if shown is Shown.UNAVAILABLE and items_state is ItemsState.UNAVAILABLE:
        return Status.FAILED
    return Status.WAITING


def shown_for(items_state: ItemsState) -> Shown:
    """What the order's row ought to say, given where its items stand."""
    return _SHOWN_FOR[items_state]


_SHOWN_FOR = {
    ItemsState.DUE: Shown.WAITING,
    ItemsState.READY: Shown.COMPLETE,
    ItemsState.UNAVAILABLE: Shown.UNAVAILABLE,
}
