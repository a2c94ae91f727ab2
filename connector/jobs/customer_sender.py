"""Sends customers what was decided, one message after the other and never in a rush, each at most once.

That a text is about to be sent is stored first. What may have gone out is not sent again: neither after a time-out or a
broken connection, nor where the process died before it could say what became of it.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from connector.gateways.whapi.client import AUTHORISED, CHANNEL_STATES, WhapiClient
from connector.gateways.whapi.errors import Scope, WhapiError
from connector.jobs.context import ShopContext
from connector.language import gettext as _
from connector.language import marked
from connector.log import get_logger
from connector.problems import Severity
from connector.store import customer_texts as stored
from connector.store.customer_texts import CustomerText, TextState

log = get_logger(__name__)

BETWEEN = 6.0
"""Seconds between two messages, and up to a half more: WhatsApp blocks numbers that write to many people at once."""
HEARD_WITHIN = timedelta(minutes=5)
"""Whoever has not said by then what became of a text is gone: no call takes as long."""
KEPT_FOR = timedelta(hours=12)
"""A text that could not be sent by then is not sent: it would come as a surprise."""
_AFTER_A_FAILURE = (30.0, 60.0, 300.0, 900.0)
_UNTIL_WOKEN = 3600.0
PROBLEM = "customer-texts"
NOT_HEARD = marked("The service ended while it was being sent, so it may have gone out or not.")
TOO_LATE = marked("It could not be sent for 12 hours: {reason}")
TOO_MANY = marked("too many were waiting.")
REFUSED = marked("Whapi did not take the message. It may be that the number has no WhatsApp.")
NOT_TOLD = marked("Customers are not told at present. {reason}")
AT_THE_CHANNEL = marked("Look at the channel in Whapi's panel.")
_NOT_SENT = frozenset({"unauthorised", "payment", "forbidden", "rate_limit", "no_route", "redirected"})
"""Answers after which it is certain that nothing went out."""


class CustomerSender:
    """For one shop. For one thread at a time; several instances share what waits."""

    def __init__(
        self, context: ShopContext, client: WhapiClient, *, jitter: Callable[[], float] = random.random
    ) -> None:
        self._context = context
        self._client = client
        self._jitter = jitter
        self._next_at: datetime | None = None
        self._failures = 0

    def run(self) -> float:
        """Sends one text, if it is time; returns for how many seconds there is nothing to do."""
        database, shop, now = self._context.database, self._context.shop, self._context.clock.now()
        if self._next_at is not None and now < self._next_at:
            return (self._next_at - now).total_seconds()
        with database.read() as connection:
            waiting, sending = stored.count_open(connection, shop)
        if sending:
            database.write(
                lambda connection: stored.give_up_claims(
                    connection, shop, before=now - HEARD_WITHIN, reason=_(NOT_HEARD)
                )
            )
        if not waiting:
            return HEARD_WITHIN.total_seconds() if sending else _UNTIL_WOKEN
        if self._failures and not self._works_again(now):
            return 0.0
        text = database.write(lambda connection: stored.claim(connection, shop, now=now))
        if text is not None:
            self._send(text, now)
        return 0.0

    def _works_again(self, now: datetime) -> bool:
        """Asks after a failure, so that not one text after the other gets lost."""
        try:
            health = self._client.health()
        except WhapiError as error:
            self._failed(error, now)
            return False
        if health.state != AUTHORISED:
            sentence = _(CHANNEL_STATES.get(health.state, AT_THE_CHANNEL))
            self._failed(WhapiError(sentence, scope=Scope.CHANNEL, kind="state"), now)
            return False
        return True

    def _send(self, text: CustomerText, now: datetime) -> None:
        if now - text.decided_at > KEPT_FOR:
            self._settle(text, TextState.REFUSED, _(TOO_LATE).format(reason=text.reason or _(TOO_MANY)))
            return
        try:
            self._client.send_text(text.recipient or "", text.body or "")
        except WhapiError as error:
            self._not_sent(text, error, now)
            return
        self._settle(text, TextState.SENT)
        self._failures = 0
        self._context.problems.clear(PROBLEM)
        self._next_at = self._context.clock.now() + timedelta(seconds=BETWEEN * (1 + self._jitter() / 2))

    def _not_sent(self, text: CustomerText, error: WhapiError, now: datetime) -> None:
        if error.kind == "refused":
            self._settle(text, TextState.REFUSED, _(REFUSED))
            self._next_at = now + timedelta(seconds=BETWEEN)
            return
        is_certain = error.kind in _NOT_SENT or (error.kind == "no_connection" and error.scope is Scope.CHANNEL)
        self._settle(text, TextState.WAITING if is_certain else TextState.UNCLEAR, error.message)
        self._failed(error, now)

    def _failed(self, error: WhapiError, now: datetime) -> None:
        pause = _AFTER_A_FAILURE[min(self._failures, len(_AFTER_A_FAILURE) - 1)]
        self._failures += 1
        self._next_at = now + timedelta(seconds=max(pause, error.retry_after or 0.0))
        self._context.problems.put(PROBLEM, _(NOT_TOLD).format(reason=error.message), at=now, severity=Severity.WARNING)

    def _settle(self, text: CustomerText, state: TextState, reason: str | None = None) -> None:
        # If the process dies before this, the text is left as it is, and not sent again.
        self._context.database.write(lambda connection: stored.settle(connection, text, state, reason))
        log.info("customer.text", order=text.order_key, stage=text.stage, state=state, reason=reason)
