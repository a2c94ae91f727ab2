"""Reconciliation: now and then reads the latest history, in case a webhook was missed."""

from datetime import datetime, timedelta

from connector.gateways.whapi.errors import Scope, WhapiError
from connector.jobs.context import ShopContext
from connector.jobs.message_history import HistoryReader, Page, Position
from connector.jobs.scheduler import Wait
from connector.log import get_logger

log = get_logger(__name__)

FIRST_AFTER = 30.0
"""Seconds from the start to the first run: the webhooks that Whapi kept meanwhile come first."""
MOST_PAGES = 50
"""Pages in one run; what is left is read by the next."""
_BETWEEN_PAGES = 0.5


def _go_on(_seconds: float) -> bool:
    return False


class Reconciliation:
    """Reads the window page by page. One run at a time."""

    def __init__(self, context: ShopContext, history: HistoryReader, *, most_pages: int = MOST_PAGES) -> None:
        self._context = context
        self._history = history
        self._window = timedelta(seconds=context.settings.reconcile_window)
        self._most_pages = most_pages
        self._position: Position | None = None
        self._read_until: datetime | None = None

    def run(self, wait: Wait = _go_on) -> int:
        """Reads a part of the history, goes on where the last run ended, and returns how many orders were missing.

        Ends where the channel's circuit breaker is open, and opens it where Whapi asks for that.
        """
        position = self._position = self._position or self._begin()
        pages = found = 0
        while position is not None and pages < self._most_pages and not self._history.seconds_open():
            if pages and wait(_BETWEEN_PAGES):
                break
            pages += 1
            try:
                found += self._read(position)
            except WhapiError as error:
                if error.kind != "too_large" or position == self._position:
                    self._history.failed(error)
                    break
            position = self._position
        complete = self._position is None
        if found:
            log.info("reconcile.found", orders=found, pages=pages, complete=complete)
        else:
            log.debug("reconcile.done", pages=pages, complete=complete)
        return found

    def _begin(self) -> Position | None:
        """From the beginning of the window, or from where the last reading ended if that is longer ago."""
        since = self._context.clock.now() - self._window
        return self._history.begin(min(since, self._read_until or since))

    def _read(self, position: Position) -> int:
        """Reads one page and moves on, or has the next try ask for less; returns how many orders were missing."""
        try:
            page = self._history.read(position)
        except WhapiError as error:
            if error.scope is Scope.CHANNEL:
                raise
            if position.count > 1:
                self._position = position.smaller()
                raise
            page = self._pass_over(position)
        self._history.worked()
        if page.following is None:
            self._read_until = position.until
        self._position = page.following
        return len(page.new)

    def _pass_over(self, position: Position) -> Page:
        """One message that can't be had must not hide those behind it for good. But it is passed over only if the next
        one can be had: else it is an outage."""
        page = self._history.read(position.past_one())
        log.warning("reconcile.passed_over", offset=position.offset)
        return page
