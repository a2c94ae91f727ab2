"""Compares the sheet with what was received in the background, for somebody who asks on the status page."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from connector.jobs import audit, rollback
from connector.jobs.audit import Report
from connector.jobs.context import ShopContext
from connector.jobs.rewrite import SheetLookup
from connector.language import gettext as _
from connector.language import in_same_language
from connector.log import get_logger
from connector.sheets.errors import SheetsError
from connector.store import spreadsheets

log = get_logger(__name__)


class Progress(NamedTuple):
    """How far a comparison has come, as `Audited` has it."""

    is_running: bool = False
    compared: int = 0
    there: int = 0
    writing: int | None = None
    error: str | None = None


NEVER_COMPARED = Progress()


@dataclass(frozen=True, slots=True)
class Audited:
    """What is known of comparisons."""

    is_running: bool
    compared: int = 0
    """How far the one that runs has come: how many of the orders that were received it has compared."""
    there: int = 0
    """How many of those are in the sheet."""
    writing: int | None = None
    """How many orders the latest one is having written anew; None: it was not asked to."""
    at: datetime | None = None
    """When the latest one ended."""
    orders: int = 0
    """Orders that were received."""
    missing: int = 0
    doubled: int = 0
    items: int = 0
    """Orders with too few item rows, or too many."""
    unknown: int = 0
    """Orders in the sheet that were never received here."""
    error: str | None = None
    """Why the latest one did not come to its end; a sentence."""

    @property
    def is_equal(self) -> bool:
        return not (self.missing or self.doubled or self.items or self.unknown)


class Audits:
    """Runs one comparison at a time. Safe to use from several threads."""

    def __init__(self, context: ShopContext, lookup: SheetLookup, *, wake: Callable[[], object]) -> None:
        """`wake`: has the writer look for what is due."""
        self._context = context
        self._lookup = lookup
        self._wake = wake
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._error: str | None = None
        self._so_far = (0, 0)
        self._writing: int | None = None

    def start(self, *, write_missing: bool = False) -> bool:
        """Begins a comparison, and then has written anew what is missing; False if one is under way."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return False
            self._error, self._so_far, self._writing = None, (0, 0), None
            self._thread = threading.Thread(
                target=in_same_language(self._run), args=(write_missing,), name="audit", daemon=True
            )
            self._thread.start()
            return True

    def progress(self) -> Progress:
        """How far this process has come with its latest comparison."""
        with self._lock:
            is_running = self._thread is not None and self._thread.is_alive()
            return Progress(is_running, *self._so_far, self._writing, self._error)

    def latest(self, progress: Progress | None = None) -> Audited:
        """`progress`: of the instance that compares, where that is another one."""
        progress = progress or self.progress()
        with self._context.database.read() as connection:
            hold = spreadsheets.get_hold(connection, self._context.settings.spreadsheet_id)
        counts = json.loads(hold.audit) if hold.audit else {}
        return Audited(*progress[:4], hold.audited_at, **counts, error=progress.error)

    def _run(self, write_missing: bool) -> None:
        context = self._context
        try:
            report = audit.compare(
                context.database, self._lookup.rows, shop=context.shop, clock=context.clock, progress=self._has_come_to
            )
            if write_missing:
                self._write(report)
            audit.keep(context.database, context.settings.spreadsheet_id, report, clock=context.clock)
            if not report.missing:
                context.problems.clear(rollback.KEY)
        except SheetsError as error:
            self._failed(error.message)
        except Exception:
            # Without this the page would say for ever that nothing was compared, and nobody why.
            log.exception("audit.fault")
            self._failed(_("The comparison has a fault; the service's log says more."))

    def _write(self, report: Report) -> None:
        context = self._context
        written = audit.write_missing(
            context.database, self._lookup.rows, report, shop=context.shop, clock=context.clock
        )
        with self._lock:
            self._writing = len(written)
        log.info("audit.writes_missing", orders=len(written))
        self._wake()

    def _has_come_to(self, compared: int, there: int) -> None:
        with self._lock:
            self._so_far = compared, there

    def _failed(self, sentence: str) -> None:
        with self._lock:
            self._error = sentence
