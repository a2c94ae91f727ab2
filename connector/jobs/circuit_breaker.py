"""What a failure means for the whole channel at Whapi, whoever met it: the fetch of an order's items or the reading
of the history."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from connector.events.publisher import Announcer
from connector.gateways.whapi.client import AUTHORISED, CHANNEL_STATES
from connector.gateways.whapi.errors import Scope, WhapiError
from connector.jobs.retry import RetryPolicy
from connector.store import breakers
from connector.store.breakers import Part, Pause

SUSPECTS_THAT_PAUSE = 3
"""Failures in a row that look like the channel's, after which it is taken to be down."""
_REFUSALS = frozenset({"unauthorised", "forbidden"})
LONGEST_CHANNEL_PAUSE = timedelta(minutes=5)
"""How long a mended channel may go unnoticed."""


class TellsState(Protocol):
    """Whoever can ask the channel how it is."""

    def channel_state(self) -> str: ...


def paused_until(error: WhapiError, pause: Pause, *, policy: RetryPolicy, now: datetime) -> datetime | None:
    """Until when nobody should try after this failure, Whapi's own wish included; None: it only counts."""
    if error.scope is not Scope.CHANNEL and pause.failures + 1 < SUSPECTS_THAT_PAUSE:
        return None
    wait = min(policy.delay(pause.failures + 1), LONGEST_CHANNEL_PAUSE)
    return now + max(wait, timedelta(seconds=error.retry_after or 0))


def failed(
    connection: Connection,
    shop: str,
    events: Announcer,
    error: WhapiError,
    *,
    reason: str,
    until: datetime | None,
    now: datetime,
) -> None:
    """Counts a failure of the channel, and pauses it. Calls that were on their way when a pause began don't lengthen
    it."""
    if not breakers.get_pause(connection, shop, Part.CHANNEL).holds(now):
        breakers.failed(connection, shop, Part.CHANNEL, reason=reason, until=until, now=now)
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
    return CHANNEL_STATES.get(state, reason)
