"""Looks at what the merchant writes into `Status`, and decides what customers are told of it.

The decision is stored, once for each order and state; `customer_sender.py` sends. What the sheet said when the looks
began is told to nobody.
"""

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from connector.customers.text import CLOSING, Decision, decide, recipient, text_for
from connector.gateways.whapi.client import WhapiClient
from connector.gateways.whapi.errors import WhapiError
from connector.jobs.context import ShopContext
from connector.jobs.rewrite import SheetLookup
from connector.language import gettext as _
from connector.language import marked
from connector.log import get_logger
from connector.models import Order
from connector.sheets.account import GoogleAccount
from connector.sheets.errors import SheetsError
from connector.sheets.layout import Layout
from connector.sheets.statuses import READS, MerchantStatus, MerchantStatuses, StatusReader
from connector.store import customer_texts as stored
from connector.store import spreadsheets
from connector.store.customer_texts import NewText, TextState
from connector.store.orders import find_orders

log = get_logger(__name__)

EVERY = 60.0
"""Seconds between two looks, and up to a tenth more, so that many shops' looks spread out."""
RECENT = timedelta(days=14)
"""Of older orders customers are told nothing."""
MISSED = timedelta(hours=24)
"""After so long without a look the looks begin anew: what stands in the sheet then is told to nobody."""
_NOTED_EVERY = timedelta(hours=1)
_MOST_USE, _MOST_USE_LATE = 0.4, 0.8
"""How much of the account's budget may be in use for a look: writing goes before. Of one that is late, twice that."""
_LATE = 600.0
_LOOK_AGAIN = 5.0
UNREACHABLE = marked("WhatsApp has not told the customer's number.")
ANOTHERS_CHANNEL = marked("The order did not come through the shop's own Whapi channel.")


class StatusWatch:
    """Of one shop, in the instance that works for it. For one thread at a time."""

    def __init__(
        self,
        context: ShopContext,
        lookup: SheetLookup,
        account: GoogleAccount,
        client: WhapiClient,
        *,
        may_decide: Callable[[Layout], bool],
        decided: Callable[[], object],
        every: float = EVERY,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`may_decide`: whether the sheet is this installation's. `decided`: there may be something to send."""
        self._context = context
        self._lookup = lookup
        self._account = account
        self._client = client
        self._decided = decided
        self._every = every
        self._jitter = jitter
        self._reader = StatusReader(may_decide)
        self._channel_id: str | None = None
        self._next_at: datetime | None = None
        settings = context.settings
        self._texts = {
            MerchantStatus.CONFIRMED: settings.text_confirmed,
            MerchantStatus.PACKED: settings.text_packed,
            MerchantStatus.SENT: settings.text_sent,
        }

    def run(self) -> float:
        """Looks if it is time; returns for how many seconds there is nothing to do."""
        now = self._context.clock.now()
        if self._next_at is None:
            # Not all shops at once after a start.
            self._next_at = now + timedelta(seconds=self._every * self._jitter())
        if now < self._next_at:
            return (self._next_at - now).total_seconds()
        if not self._look(now, late=(now - self._next_at).total_seconds()):
            return _LOOK_AGAIN * (1 + self._jitter())
        seconds = self._every * (1 + 0.1 * self._jitter())
        self._next_at = now + timedelta(seconds=seconds)
        return seconds

    def _look(self, now: datetime, *, late: float) -> bool:
        """False: the account has no calls to spare."""
        with self._context.database.read() as connection:
            is_on = self._goes_on(connection, now)
            is_open = stored.has_open(connection, self._context.shop, since=now - RECENT, closing=CLOSING)
        if not is_open:
            self._nothing_missed(now, is_on=is_on)
            return True
        budget = self._account.budget
        most = _MOST_USE + (_MOST_USE_LATE - _MOST_USE) * min(late / _LATE, 1.0)
        reservation = budget.take(reads=READS, writes=0) if budget.use() <= most else None
        if reservation is None:
            return False
        try:
            with reservation:
                statuses = self._lookup.with_sheet(self._reader.read)
            self._channel_id = self._channel_id or self._client.health().channel_id
        except (SheetsError, WhapiError) as error:
            # The checks tell of it. Nothing is decided from what couldn't be read.
            log.debug("statuses.unread", reason=error.message)
            return True
        if statuses is not None:
            self._decide(statuses, now, is_on=is_on)
        return True

    def _goes_on(self, connection: Connection, now: datetime) -> bool:
        """Whether what is new since the last look is known. It isn't after a long time without one, nor where the
        database has learned from the sheet what it had not known: then it was lost, or is an older copy."""
        watch = stored.get_watch(connection, self._context.shop)
        hold = spreadsheets.get_hold(connection, self._context.settings.spreadsheet_id)
        if watch is None or now - watch.seen_at > MISSED:
            return False
        return hold.learned_at is None or hold.learned_at <= watch.since

    def _nothing_missed(self, now: datetime, *, is_on: bool) -> None:
        database, shop = self._context.database, self._context.shop
        with database.read() as connection:
            watch = stored.get_watch(connection, shop)
        if not is_on:
            database.write(lambda connection: stored.begin_watch(connection, shop, now=now))
        elif watch is not None and now - watch.seen_at > _NOTED_EVERY:
            database.write(lambda connection: stored.has_seen(connection, shop, now=now))

    def _decide(self, statuses: MerchantStatuses, now: datetime, *, is_on: bool) -> None:
        database, shop, since = self._context.database, self._context.shop, now - RECENT
        with database.read() as connection:
            recent = stored.recent_orders(connection, shop, since=since)
            known = stored.states_of(connection, shop, since=since)
            decisions = {
                order_id: decision
                for order_id, (number, _) in recent.items()
                if (decision := decide(statuses.get(order_id), known.get(number, {})))
            }
            orders = find_orders(connection, shop, list(decisions))
        new = [
            self._new(order, begins, is_told=is_on and recent[order.order_id][1])
            for order in orders
            if (begins := decisions[order.order_id].begins) is not None
        ]

        def change(connection: Connection) -> None:
            if not is_on:
                stored.begin_watch(connection, shop, now=now)
            self._withdraw(connection, orders, decisions)
            stored.put_texts(connection, shop, new, now=now)

        if decisions:
            database.write(change)
        self._nothing_missed(now, is_on=is_on)
        waiting = sum(text.state is TextState.WAITING for text in new)
        if waiting:
            log.info("customers.to_be_told", orders=waiting)
            self._decided()

    @staticmethod
    def _withdraw(connection: Connection, orders: list[Order], decisions: Mapping[str, Decision]) -> None:
        for order in orders:
            for status in decisions[order.order_id].withdrawn:
                # One that is being sent meanwhile stays. That an order was cancelled is no text.
                states = [TextState.NONE] if status == MerchantStatus.CANCELLED else [TextState.WAITING]
                stored.withdraw(connection, order.id, status, states)

    def _new(self, order: Order, status: MerchantStatus, *, is_told: bool) -> NewText:
        body = text_for(order, status, self._texts) if status in self._texts and is_told else None
        if not body:
            return NewText(order.id, status, TextState.NONE)
        if order.channel_id is None or order.channel_id != self._channel_id:
            return NewText(order.id, status, TextState.REFUSED, body=body, reason=_(ANOTHERS_CHANNEL))
        to = recipient(order)
        if to is None:
            return NewText(order.id, status, TextState.REFUSED, body=body, reason=_(UNREACHABLE))
        return NewText(order.id, status, TextState.WAITING, to, body)
