"""What follows when orders can't be written: smaller batches, and then: is it one order, or the sheet?

After each failure that one of its orders may be the reason for, the next batch holds fewer, until one stands alone. An
order that is refused while others get through is set aside, visibly, so that the others don't wait for it. Several
orders in a row that are refused with the same sentence are the sheet's problem: then all wait, and that is said.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from connector.jobs.context import ShopContext
from connector.language import gettext as _
from connector.language import marked
from connector.log import get_logger
from connector.models import Order
from connector.sheets.errors import Kind, SheetsError
from connector.store import breakers, refusals
from connector.store.breakers import Part
from connector.store.refusals import Refused

log = get_logger(__name__)


ORDERS_THAT_BLAME_THE_SHEET = 3
"""In a row, refused with the same sentence, each alone."""
_LOOKED_AT = 50
BROKE = marked(
    "Google Sheets gave no usable answer to these rows each time they were sent alone, though it answered everything "
    "else."
)
_FIRST_TRIES = 3
"""Tries that count as made when an order is set aside: the first wait is not the shortest."""
MOST_ORDERS = 1000
"""In one batch, so that memory stays bounded; the size of the request usually ends it before."""
UNCLEAR_BEFORE_HALVING = 2
"""Unclear answers in a row, to batches that were then found not to be in the sheet. One is ordinary: Google had a bad
moment. But there are contents to which it answers with the same error each time."""
UNCLEAR_ALONE = 3
"""Times that an order alone may get such an answer before it is set aside; later, each time is enough."""


class Aside:
    """Sets orders aside for one shop."""

    def __init__(self, context: ShopContext) -> None:
        self._context = context
        self._others_turn = False

    def choose(self, waiting: list[Order]) -> list[Order]:
        """The orders of the next batch: one that was set aside goes alone, in turn with all the others."""
        aside = [order for order in waiting if order.rows_refused_at is not None]
        others = [order for order in waiting if order.rows_refused_at is None]
        if aside and not (others and self._others_turn):
            self._others_turn = True
            return aside[:1]
        self._others_turn = False
        return others

    def refused(self, key: int, sentence: str) -> None:
        """The sheet refused an order's rows alone, or broke on them, and certainly doesn't have them.

        Raises SheetsError where it is not the order: then everything waits.
        """
        sentence = self._context.redact(sentence)
        blame = SheetsError(_blame(sentence), kind=Kind.BLOCKED)
        now = self._context.clock.now()

        def change(connection: Connection) -> tuple[bool, Refused | None, datetime]:
            until = now + self._delay(connection, key)
            breaker = breakers.get_breaker(connection, self._context.shop, Part.SHEET)
            if breaker.failures and _alike(breaker.reason, blame.message):
                # It is tried with one order after the other, whether the sheet takes any again.
                refusals.write_next(connection, [key], now=now)
                return True, None, until
            refused = refusals.set_aside(connection, key, until=until, sentence=sentence, now=now)
            # What was refused before others got through, and is refused again, is at fault itself.
            since = refusals.refused_since(connection, self._context.shop, breaker.worked_at, limit=_LOOKED_AT)
            same = [other.key for other in since if _alike(other.sentence, sentence)]
            if key in same and len(same) >= ORDERS_THAT_BLAME_THE_SHEET:
                refusals.write_next(connection, same, now=now)
                return True, refused, until
            if refused is not None and refused.is_new:
                self._context.events.set_aside(connection, refused, now=now)
            # What was stored as the sheet's failure was this order's.
            ended = breakers.record_recovery(connection, self._context.shop, Part.SHEET, now=now)
            self._context.events.worked(connection, Part.SHEET, ended, now=now)
            return False, refused, until

        is_the_sheet, refused, until = self._context.database.write(change)
        if is_the_sheet:
            raise blame
        if refused is not None:
            log.error(
                "order.refused",
                order_id=refused.order_id,
                reason=sentence,
                next_attempt_at=until.isoformat(timespec="seconds"),
            )

    def _delay(self, connection: Connection, key: int) -> timedelta:
        return self._context.retry.delay(_FIRST_TRIES + refusals.times_refused(connection, key))


def _blame(sentence: str) -> str:
    return _(
        "The sheet takes no order's rows at present: {sentence} Undo what was last changed "
        "in the connector's tabs: a table (Convert to unformatted data), validation, merged "
        "cells; or go back under File, Version history."
    ).format(sentence=sentence)


def _alike(one: str | None, other: str) -> bool:
    """Whether two sentences say the same, of different rows."""
    return one is not None and re.sub(r"\d+", "0", one) == re.sub(r"\d+", "0", other)


class Narrowing:
    """How many orders the next batch may hold: fewer after each that Google refused or left unclear, down to one, and
    more again after each that it took. So the one that Google doesn't take is found.

    Begins anew with each process, which costs some tries and nothing else.
    """

    def __init__(self) -> None:
        self.most = MOST_ORDERS
        self._unclear_in_a_row = 0
        self._unclear_alone = Counter[int]()

    def refused(self, orders: int) -> None:
        """Google refused a batch of several."""
        self.most = max(orders // 2, 1)

    def unclear(self, keys: Sequence[int]) -> bool:
        """A batch of these orders got no clear answer and is not in the sheet; True if its one order is to be set
        aside."""
        self._unclear_in_a_row += 1
        if self._unclear_in_a_row >= UNCLEAR_BEFORE_HALVING:
            self.refused(len(keys))
        if len(keys) != 1:
            return False
        self._unclear_alone[keys[0]] += 1
        return self._unclear_alone[keys[0]] >= UNCLEAR_ALONE

    def stands_alone(self) -> None:
        """An order alone was refused. The next one goes alone, too: it may be the sheet and not the order."""
        self.most = 1

    def applied(self) -> None:
        self.most = min(self.most * 2, MOST_ORDERS)
        self._unclear_in_a_row = 0
