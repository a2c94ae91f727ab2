"""The write stage: brings what is ready into the sheet, exactly once.

A batch is stored, then sent once, then its outcome is stored. Whatever happens in between, an open batch in the store
means: the sheet may have it. Such a batch is settled (see `sheets/idempotency.py`) before anything else is
written.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from connector.jobs.context import ShopContext
from connector.jobs.guards import GUARDS, current_guard
from connector.jobs.learning import lacking_sentence, learn_rows
from connector.jobs.limits import Limits, manner_of
from connector.jobs.ownership import Ownership
from connector.jobs.rollback import Backwards
from connector.jobs.second_look import SecondLook
from connector.jobs.set_aside import BROKE, MOST_ORDERS, Aside, Narrowing
from connector.language import gettext as _
from connector.log import get_logger, log_orders
from connector.models import Place, Shown
from connector.observer import OK
from connector.problems import Severity
from connector.sheets.batch import Entry, build_requests, entries_that_fit, order_places
from connector.sheets.client import SheetsApi
from connector.sheets.columns import Tab
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.idempotency.guard import marker_id, was_applied
from connector.sheets.layout import Layout
from connector.sheets.owner import SILENT_AFTER
from connector.sheets.replace import must_be_found
from connector.sheets.session import LOOK_WITHIN, SEND_WITHIN, Deadline
from connector.sheets.workbook import Workbook
from connector.store import batches, breakers, refusals
from connector.store.batches import Batch, Made
from connector.store.breakers import Part
from connector.store.numbers import number_anew

log = get_logger(__name__)

LONGEST_PAUSE = timedelta(minutes=1)
"""How long a mended spreadsheet may go unnoticed."""
_STALE_TRIES = 3
_LEAVE_WITHIN = 3.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a run of the stage did."""

    orders: int = 0
    """Orders whose rows reached the sheet."""
    more: bool = False
    """Whether there may be more to do at once."""


class WriteStage:
    """Writes to one spreadsheet. For one thread at a time."""

    def __init__(
        self,
        context: ShopContext,
        api: SheetsApi,
        workbook: Workbook,
        *,
        silent_after: Callable[[], timedelta] = lambda: SILENT_AFTER,
        is_ours: Callable[[Connection], bool] = lambda _: True,
    ) -> None:
        """`is_ours`: whether this instance is still the one that writes for the shop, asked as a batch is stored."""
        self._is_ours = is_ours
        self._context = context
        self._api = api
        self._workbook = workbook
        self._backwards = Backwards(context)
        self.ownership = Ownership(
            context.database, api, workbook.spreadsheet_id, clock=context.clock, silent_after=silent_after
        )
        self._second_look = SecondLook(context, workbook)
        self._narrowing = Narrowing()
        self._limits = Limits(context, workbook.spreadsheet_id)
        self._aside = Aside(context)
        self._stale = 0
        self.fails = False
        """Whether its latest tries failed, when `next_run_at` was last asked."""
        self._google_works = False
        """Whether this run has found out what became of a batch: then what fails next fails for its content."""

    def next_run_at(self) -> datetime | None:
        """When there is something to do and nothing forbids it; None: nothing to do."""
        now = self._context.clock.now()
        with self._context.database.read() as connection:
            breaker = breakers.get_breaker(connection, self._context.shop, Part.SHEET)
            self.fails = breaker.failures > 0
            due = (
                now
                if batches.open_batches(connection, self._context.shop)
                else batches.next_write_at(connection, self._context.shop)
            )
        if due is None:
            return None
        return max(due, breaker.until) if breaker.until is not None else due

    def run(self, *, at_most: int = MOST_ORDERS) -> Written:
        """Settles what is in doubt, then writes one batch of what is ready, if there is any, of `at_most` orders."""
        self._google_works = False
        try:
            self._settle_open_batches()
            return self._write_batch(at_most)
        except SheetsError as error:
            self._context.observer.write_tried(error.kind)
            self._pause(error)
            return Written()

    def leave(self) -> None:
        """At a clean end: says so in the sheet, so that another installation need not wait to see this one gone.

        Takes some seconds at the most. Where it can't be said, nothing is lost but the time that others wait.
        """
        thread = threading.Thread(target=self._leave, name="leaving", daemon=True)
        thread.start()
        thread.join(_LEAVE_WITHIN)

    def _leave(self) -> None:
        try:
            self.ownership.leave()
        except SheetsError as error:
            log.info("spreadsheet.not_left", reason=self._context.redact(error.message))

    def _settle_open_batches(self) -> None:
        """An open batch here is one that got no clear answer, or that a process left behind as it died."""
        with self._context.database.read() as connection:
            open_ = batches.open_batches(connection, self._context.shop)
        for batch in open_:
            guard = GUARDS[batch.guard]
            is_applied = was_applied(self._api, guard, batch.spreadsheet_id, batch.id, batch.marker_id)
            if is_applied:
                self._applied(batch)
                self._context.observer.batch_settled(applied=True)
                continue
            self._google_works = True
            keys = self._void(batch, _("It did not reach the sheet."))
            self._context.observer.batch_settled(applied=False)
            if self._narrowing.unclear(keys) and not self._limits.try_without(keys, reason=_(BROKE)):
                self._aside.refused(keys[0], _(BROKE))

    def _write_batch(self, at_most: int) -> Written:
        limit = min(self._narrowing.most, at_most)
        with self._context.database.read() as connection:
            waiting = batches.orders_to_write(
                connection, self._context.shop, now=self._context.clock.now(), limit=limit
            )
        waiting = self._limits.choose(waiting) if self._limits.is_trying else self._aside.choose(waiting)
        if not waiting:
            return Written()
        if without := [order.id for order in waiting if order.number is None and order.shown is None]:
            # Taken in by an instance of an earlier version, which goes on while this one is started.
            self._context.database.write(lambda connection: number_anew(connection, self._context.shop, without))
            return Written(more=True)
        looked = Deadline.after(self._context.clock, LOOK_WITHIN)
        layout = self._workbook.layout(self.ownership.check)
        spreadsheet_id, sheet_id = self._workbook.spreadsheet_id, layout.tabs[Tab.ORDERS].sheet_id
        chosen = current_guard(self._context.database, self._api, spreadsheet_id, sheet_id, clock=self._context.clock)
        if self.ownership.hold(layout, chosen, sheet_id):
            looked = Deadline.after(self._context.clock, LOOK_WITHIN)
            layout = self._workbook.layout(self.ownership.check)
            if not self.ownership.is_held:
                return Written(more=True)  # Another process on this store has taken the next number meanwhile.
        if not self.ownership.knows_rows(layout):
            self._learn(layout)
            return Written(more=True)
        if self._backwards.ends_further_up(layout):
            with self._workbook.rows_known_by_their_ids(layout) as rows:
                self._backwards.compare(rows)
        layout = self._workbook.with_first_rows(layout)
        guard = chosen.guard
        entries = entries_that_fit(waiting, self._workbook.zone(), layout.words)
        if self._second_look.finds_rows([entry.order for entry in entries], layout):
            return Written(more=True)
        looked_up = [entry.order for entry in entries if must_be_found(entry.order, entry.shows)]
        rows_found = self._workbook.find_orders(
            layout,
            {order.order_id for order in looked_up},
            noted={order.order_id for order in looked_up if order.warning},
        )
        manner = manner_of(self._limits.to_leave_out(), self._workbook.tables())
        batch_id = batches.new_batch_id()
        batch = Batch(batch_id, spreadsheet_id, marker_id(batch_id), guard.name)

        def make_requests() -> list[dict[str, Any]]:
            return build_requests(
                [guard.claim(batch.id, batch.marker_id, sheet_id), *self.ownership.requests(layout, batch.id)],
                layout,
                entries,
                rows_found=rows_found,
                manner=manner,
            )

        requests = make_requests()
        deadline = Deadline.after(self._context.clock, SEND_WITHIN).or_sooner(looked)
        claimed = self._claim(batch, entries, layout)
        if len(claimed) < len(entries):
            # The others have changed since they were read, and come with the next batch.
            entries = [entry for entry in entries if entry.order.id in claimed]
            requests = make_requests()
        return self._send(batch, requests, entries, deadline) if entries else Written(more=True)

    def _learn(self, layout: Layout) -> None:
        """Reads what the sheet holds and this store doesn't know of."""
        with self._workbook.rows_known_by_their_ids(layout, with_numbers=True) as rows:
            self._backwards.compare(rows)
            lesson = learn_rows(
                self._context.database,
                rows,
                shop=self._context.shop,
                spreadsheet_id=self._workbook.spreadsheet_id,
                last_batch=layout.last_batch or "",
                events=self._context.events,
                clock=self._context.clock,
            )
        if lesson.lacking:
            self._context.problems.put(
                "items_missing", lacking_sentence(lesson), at=self._context.clock.now(), severity=Severity.WARNING
            )
        else:
            self._context.problems.clear("items_missing")

    def _claim(self, batch: Batch, entries: Sequence[Entry], layout: Layout) -> set[int]:
        """Stores the batch; the keys of the orders that belong to it."""
        made = {entry.order.id: Made.of(entry.order, entry.shows, entry.lacks) for entry in entries}
        now = self._context.clock.now()

        def places(claimed: AbstractSet[int]) -> Mapping[int, Place]:
            return order_places(batch.spreadsheet_id, layout, [entry for entry in entries if entry.order.id in claimed])

        def change(connection: Connection) -> set[int]:
            if not self._is_ours(connection):
                return set()
            return batches.open_batch(connection, self._context.shop, batch, made, now=now, places=places)

        return self._context.database.write(change)

    def _send(
        self, batch: Batch, requests: Sequence[dict[str, Any]], entries: Sequence[Entry], deadline: Deadline
    ) -> Written:
        """Sends a stored batch, once; not after the deadline."""
        self._context.observer.batch_sent(
            orders=len(entries), rows=sum(len(entry.order_rows) + len(entry.item_rows) for entry in entries)
        )
        self._limits.sent(requests)
        try:
            self._api.batch_update(batch.spreadsheet_id, requests, deadline=deadline)
        except SheetsError as failure:
            if failure.is_unclear:
                raise
            error = self._workbook.explained(failure, requests)
            # Any other failure is certain to have written nothing. (TAKEN, for a batch that is sent only once,
            # means that its id was drawn before; the next batch has another.)
            self._void(batch, error.message)
            written = self._after_refusal(error, entries)
            self._context.observer.write_tried(error.kind)
            return written
        self._context.observer.write_tried(OK)
        self._applied(batch, entries)
        self._workbook.add_wanted_summary()
        return Written(orders=len(entries), more=True)

    def _after_refusal(self, error: SheetsError, entries: Sequence[Entry]) -> Written:
        if error.kind in {Kind.STALE, Kind.TAKEN, Kind.LATE} and self._stale < _STALE_TRIES:
            self._stale += 1
            return Written(more=True)
        if error.kind is not Kind.REFUSED:
            raise error
        # What was done to the tabs may be the reason, and so may be one order: first without what a tab may not take,
        # then with half of the orders, until one stands alone.
        self._workbook.look_for_tables()
        keys = [entry.order.id for entry in entries]
        is_known = len(entries) == 1 and entries[0].order.rows_refused_at is not None
        if not is_known and self._limits.try_without(keys, reason=error.message, position=error.position):
            return Written(more=True)
        if len(keys) > 1:
            self._narrowing.refused(len(keys))
        else:
            self._narrowing.stands_alone()
            self._aside.refused(keys[0], error.message)
        return Written(more=True)

    def _applied(self, batch: Batch, entries: Sequence[Entry] = ()) -> None:
        now = self._context.clock.now()

        def change(connection: Connection) -> list[tuple[datetime, datetime]]:
            first_rows = batches.first_rows(connection, batch)
            newly_shown = batches.newly_shown(connection, batch)
            freed = refusals.refused_in(connection, batch)
            if self._limits.is_trying:
                self._limits.worked(connection, batches.keys_of(connection, batch))
            if batches.applied(connection, batch, now=now):
                self._context.events.shown(connection, newly_shown, now=now)
                self._context.events.freed(connection, freed, now=now)
            ended = breakers.record_success(connection, self._context.shop, Part.SHEET, now=now)
            self._context.events.worked(connection, Part.SHEET, ended, now=now)
            return first_rows

        for received_at, stored_at in self._context.database.write(change):
            self._context.observer.row_written(received_at=received_at, stored_at=stored_at, now=now)
        self._stale = 0
        self._narrowing.applied()
        self._limits.end_trial()
        for shows in Shown:
            order_ids = [entry.order.order_id for entry in entries if entry.shows is shows]
            log_orders(log, "written", order_ids, shows=str(shows), batch=batch.id)
        log.info("batch.written", batch=batch.id, found_afterwards=not entries)

    def _void(self, batch: Batch, reason: str) -> list[int]:
        """Frees the orders of the batch; their keys."""
        now = self._context.clock.now()

        def change(connection: Connection) -> list[int]:
            keys = batches.keys_of(connection, batch)
            return keys if batches.void(connection, batch, now=now) else []

        keys = self._context.database.write(change)
        log.warning("batch.void", batch=batch.id, reason=self._context.redact(reason))
        return keys

    def _pause(self, error: SheetsError) -> None:
        now = self._context.clock.now()
        reason = self._context.redact(error.message)

        def change(connection: Connection) -> datetime:
            failures = breakers.get_breaker(connection, self._context.shop, Part.SHEET).failures + 1
            wait = min(
                self._context.retry.delay(1 if error.is_unclear and self._google_works else failures), LONGEST_PAUSE
            )
            until = now + max(wait, timedelta(seconds=error.retry_after or 0))
            breakers.record_failure(connection, self._context.shop, Part.SHEET, reason=reason, until=until, now=now)
            self._context.events.failed(connection, Part.SHEET, must_mend=error.must_mend, now=now)
            return until

        until = self._context.database.write(change)
        log.warning(
            "sheet.failed", kind=str(error.kind), reason=reason, paused_until=until.isoformat(timespec="seconds")
        )
