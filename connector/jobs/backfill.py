"""Backfill: reads the history since a date, by hand, and takes in every order that the webhooks missed."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from connector.gateways.whapi.errors import WhapiError
from connector.jobs.message_history import HistoryReader
from connector.jobs.retry import RetryPolicy
from connector.language import gettext as _

LONGEST_WAIT = 600.0
"""Seconds that Whapi may ask to be left alone; if it is more, the command ends."""
_TRIES = 5
_BETWEEN_PAGES = 0.2


class BackfillStoppedError(Exception):
    """The history could not be read to its end. The text is a sentence; what was taken in stays."""


@dataclass(slots=True)
class Backfilled:
    """What was read so far."""

    messages: int = 0
    total: int = 0
    order_ids: set[str] = field(default_factory=set)
    new: list[str] = field(default_factory=list)


def backfill(
    history: HistoryReader,
    since: datetime,
    so_far: Backfilled,
    *,
    policy: RetryPolicy,
    wait: Callable[[float], object],
    progress: Callable[[str | None], None],
) -> None:
    """Reads all pages and counts into `so_far`. Waits where Whapi asks for it, and tries a page again that fails.

    `progress` is called after each page, and with a sentence before a longer wait. Raises BackfillStoppedError.
    """
    position, failures = history.begin(since), 0
    while position is not None:
        _wait_for_channel(history, wait, progress)
        try:
            page = history.read(position)
        except WhapiError as error:
            if error.kind == "too_large" and position.count > 1:
                position = position.smaller()
                continue
            failures += 1
            reason = history.failed(error)
            if error.must_mend or failures == _TRIES:
                raise BackfillStoppedError(reason) from None
            if not history.seconds_open():
                wait(policy.delay(failures).total_seconds())
            continue
        failures = 0
        history.worked()
        so_far.messages, so_far.total = page.read, page.total
        so_far.order_ids.update(page.order_ids)
        so_far.new += page.new
        progress(None)
        position = page.following
        if position is not None:
            wait(_BETWEEN_PAGES)


def _wait_for_channel(
    history: HistoryReader, wait: Callable[[float], object], progress: Callable[[str | None], None]
) -> None:
    seconds = history.seconds_open()
    if not seconds:
        return
    reason = history.breaker().reason or _("The channel is paused.")
    if seconds > LONGEST_WAIT:
        raise BackfillStoppedError(
            _("{reason} Run the command again in {ceil} minutes.").format(reason=reason, ceil=math.ceil(seconds / 60))
        )
    progress(_("{reason} Going on in {ceil} seconds.").format(reason=reason, ceil=math.ceil(seconds)))
    wait(seconds)
