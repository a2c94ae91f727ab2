"""The circuit breaker of the channel at Whapi: which failures count, and when they open it.

The fetch of an order's items and the reading of the message history share it. Its state stands in `store/breakers.py`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from connector.events.publisher import Publisher
from connector.gateways.whapi.client import AUTHORISED, CHANNEL_STATES
from connector.gateways.whapi.errors import Scope, WhapiError
from connector.jobs.retry import RetryPolicy
from connector.language import gettext as _
from connector.store import breakers
from connector.store.breakers import CircuitBreaker, Part

FAILURES_THAT_OPEN = 3
"""Failures in a row that look like the channel's, after which it is taken to be down: the breaker's threshold."""
_REFUSALS = frozenset({"unauthorised", "forbidden"})
LONGEST_OPEN = timedelta(minutes=5)
"""For at most so long the breaker stays open before the channel is tried again, unless Whapi itself asks for more."""


class TellsState(Protocol):
    """What can ask the channel how it is."""

    def channel_state(self) -> str: ...


def open_until(error: WhapiError, breaker: CircuitBreaker, *, policy: RetryPolicy, now: datetime) -> datetime | None:
    """Until when nobody should try after this failure, Whapi's own wish included; None: it only counts."""
    if error.scope is not Scope.CHANNEL and breaker.failures + 1 < FAILURES_THAT_OPEN:
        return None
    wait = min(policy.delay(breaker.failures + 1), LONGEST_OPEN)
    return now + max(wait, timedelta(seconds=error.retry_after or 0))


def failed(
    connection: Connection,
    shop: str,
    events: Publisher,
    error: WhapiError,
    *,
    reason: str,
    until: datetime | None,
    now: datetime,
) -> None:
    """Counts a failure of the channel, and opens its breaker. Calls that were on their way when it opened don't keep it
    open for longer."""
    if not breakers.get_breaker(connection, shop, Part.CHANNEL).is_open(now):
        breakers.record_failure(connection, shop, Part.CHANNEL, reason=reason, until=until, now=now)
        events.failed(connection, Part.CHANNEL, must_mend=error.must_mend, now=now)


def ask(error: WhapiError, source: TellsState, *, also: bool = False) -> str | None:
    """How the channel is; None where it is not asked, or gives no answer. A refusal often means that the phone is not
    linked; `also`: ask whatever the failure is."""
    if error.kind not in _REFUSALS and not also:
        return None
    try:
        return source.channel_state()
    except WhapiError:
        return None


def explain(error: WhapiError, state: str | None, *, redact: Callable[[str], str]) -> str:
    """The sentence for the merchant. `state`: what `ask` found."""
    reason = redact(error.message)
    if error.kind not in _REFUSALS or state is None or state == AUTHORISED:
        return reason
    return _(CHANNEL_STATES[state]) if state in CHANNEL_STATES else reason
