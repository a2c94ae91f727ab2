"""Brings the events of the outbox to one target, in their order, each at least once. Alerts go the same way, several
in one message where they have gathered.

A failed one is sent again by the schedule that the Standard Webhooks specification proposes.
"""

import random
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from connector.clock import Clock
from connector.events.delivery import Outcome
from connector.log import get_logger
from connector.store import outbox
from connector.store.database import Database
from connector.store.outbox import Event

log = get_logger(__name__)


_MINUTE, _HOUR = 60, 3600
DELAYS = (
    5, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR,
)  # fmt: skip
"""Seconds after the first, second, … try in a row that failed. The first try is at once."""
SPAN = timedelta(seconds=sum(DELAYS))
"""An event as old as this has been due for the whole schedule; its next failed try is its last."""
LONGEST_DELAY = timedelta(seconds=DELAYS[-1])
_JITTER = 0.1
_UNTIL_WOKEN = 3600.0
_AFTER_GIVING_UP = timedelta(seconds=1)


def delay_after(failures: int, *, jitter: Callable[[], float]) -> timedelta:
    """The wait after this many failed tries in a row, and up to a tenth more; after the last delay always the last."""
    seconds = DELAYS[min(max(failures, 1), len(DELAYS)) - 1]
    return timedelta(seconds=seconds * (1 + _JITTER * jitter()))


class Named(Protocol):
    """What the sender needs to know of its target."""

    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str: ...


class Delivers(Protocol):
    """What the sender needs of a connection to its target."""

    most: int
    """How many events may go at once."""
    pauses: Sequence[float]
    """Seconds to the next, after the first, second, … that went within an hour; after the last, always the last."""

    def send_together(self, events: Sequence[Event], *, now: datetime) -> Outcome: ...

    def rest(self) -> None: ...

    def stop(self) -> None: ...


class Sender:
    """Sends one event at a time, or as many as may go at once; what is not delivered holds back what comes after it.
    For one thread.

    When to try again is kept in memory only: a start may follow a change of the settings, so then all is tried at once.
    """

    def __init__(
        self,
        database: Database,
        delivery: Delivers,
        target: Named,
        *,
        shop: str,
        clock: Clock,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._delivery = delivery
        self._target = target
        self._shop = shop
        self._clock = clock
        self._jitter = jitter
        self._failures: int | None = None
        """Failed tries in a row, of whatever event; None: not known since the start."""
        self._next_try_at: datetime | None = None
        self._sent_at: deque[datetime] = deque(maxlen=max(len(delivery.pauses), 1))
        self._gone = False
        self._stopping = False

    @property
    def name(self) -> str:
        """The target's, for the log."""
        return self._target.name

    def run(self) -> float:
        """Tries to send the next event, if it is time; returns for how many seconds there is nothing to do."""
        if self._gone or self._stopping:
            return _UNTIL_WOKEN
        now = self._clock.now()
        if self._next_try_at is not None and now < self._next_try_at:
            return (self._next_try_at - now).total_seconds()
        with self._database.read() as connection:
            events = outbox.next_events(connection, self._shop, self._target.key, most=self._delivery.most)
        if not events:
            self._delivery.rest()
            return _UNTIL_WOKEN
        outcome = self._delivery.send_together(events, now=now)
        if outcome.delivered:
            self._delivered(events)
        elif not self._stopping:
            self._not_delivered(events, outcome)
        return 0.0

    def stop(self) -> None:
        """Ends a try that is under way; it counts for nothing. May be called from another thread."""
        self._stopping = True
        self._delivery.stop()

    def close(self) -> None:
        """Closes its connection, once nobody runs it any more."""
        self._delivery.rest()

    def _delivered(self, events: Sequence[Event]) -> None:
        # If the process dies before this, the events are sent again, with the same ids.
        self._database.write(lambda connection: outbox.delivered(connection, events))
        self._failures, self._next_try_at = 0, self._after_pause()
        for event in events:
            log.info("event.delivered", type=event.type, about=event.about, event_id=event.event_id, to=self.name)

    def _after_pause(self) -> datetime | None:
        """When the next may go; None: at once."""
        pauses, now = self._delivery.pauses, self._clock.now()
        if not pauses:
            return None
        self._sent_at.append(now)
        lately = sum(now - sent_at < timedelta(seconds=_HOUR) for sent_at in self._sent_at)
        pause = pauses[min(lately, len(pauses)) - 1]
        return now + timedelta(seconds=pause) if pause else None

    def _not_delivered(self, events: Sequence[Event], outcome: Outcome) -> None:
        """The tries are counted at the first of them; what is given up is it alone."""
        event, now = events[0], self._clock.now()
        self._failures = (event.attempts if self._failures is None else self._failures) + 1
        self._gone = outcome.gone
        if now - event.occurred_at >= SPAN:
            # The next may be one that the receiver takes.
            self._next_try_at = now + _AFTER_GIVING_UP
            self._give_up(event, outcome, now)
        else:
            wait = delay_after(self._failures, jitter=self._jitter)
            asked = timedelta(seconds=min(outcome.retry_after or 0.0, LONGEST_DELAY.total_seconds()))
            self._next_try_at = now + max(wait, asked)
            self._keep(event, outcome)

    def _keep(self, event: Event, outcome: Outcome) -> None:
        self._database.write(lambda connection: outbox.attempt_failed(connection, event, error=outcome.reason))
        with self._database.read() as connection:
            waiting = outbox.count_waiting(connection, self._shop, self._target.key)
        log.warning(
            "event.failed",
            **self._failed_try(event, outcome),
            next_attempt_at=None if self._gone or self._next_try_at is None else _seconds(self._next_try_at),
            waiting=waiting,
        )

    def _give_up(self, event: Event, outcome: Outcome, now: datetime) -> None:
        self._database.write(lambda connection: outbox.give_up(connection, event, error=outcome.reason, now=now))
        with self._database.read() as connection:
            failed = outbox.count_failed(connection, self._shop, self._target.key)
        log.error("event.given_up", **self._failed_try(event, outcome), failed=failed)

    def _failed_try(self, event: Event, outcome: Outcome) -> dict[str, object]:
        """What the log says of it."""
        return {
            "type": event.type,
            "about": event.about,
            "event_id": event.event_id,
            "to": self.name,
            "attempts": event.attempts + 1,
            "reason": outcome.reason,
        }


def _seconds(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
