"""One installation at a time writes into a spreadsheet: takes the hold on it, gives way, and says why it waits.

What enforces it stands in `sheets/owner.py`: once a later number is taken, Google refuses the batches of all earlier
ones. This decides when a number may be taken. Each start of a writer takes one, since a copied database, or a cloned
machine, is told from the original by nothing else.
"""

import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from connector import __version__
from connector.clock import Clock
from connector.jobs.guards import GUARDS, Chosen
from connector.language import gettext as _
from connector.log import get_logger
from connector.sheets import owner as nameplates
from connector.sheets.client import SheetsApi
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.idempotency.guard import was_applied
from connector.sheets.layout import Layout
from connector.sheets.owner import SILENT_AFTER, Owner
from connector.sheets.session import Deadline
from connector.store import spreadsheets
from connector.store.database import Database
from connector.store.spreadsheets import Hold

log = get_logger(__name__)

Json = dict[str, Any]

_TAKE_WITHIN = timedelta(minutes=1)
_FIRST = 11, 11
_START = 6, 1


@dataclass(frozen=True, slots=True)
class Identity:
    """Which installation this is."""

    store: str
    host: str
    place: str

    @classmethod
    def of(cls, database: Database, *, now: datetime) -> "Identity":
        store, _unused = database.write(lambda connection: spreadsheets.installation_of(connection, now=now))
        host = socket.gethostname() or "an unnamed machine"
        return cls(store[:10], host, nameplates.digest(f"{host} {database.where}"))


class Ownership:
    """The hold of this process on its spreadsheet. For one thread at a time."""

    def __init__(
        self,
        database: Database,
        api: SheetsApi,
        spreadsheet_id: str,
        *,
        clock: Clock,
        silent_after: Callable[[], timedelta] = lambda: SILENT_AFTER,
    ) -> None:
        """`silent_after`: what nameplates say of it from now on."""
        self._database = database
        self._api = api
        self._spreadsheet_id = spreadsheet_id
        self._clock = clock
        self._silent_after = silent_after
        self._identity: Identity | None = None
        self._held: Owner | None = None
        self._chosen: Chosen | None = None
        self._sheet_id = 0

    @property
    def identity(self) -> Identity:
        if self._identity is None:
            self._identity = Identity.of(self._database, now=self._clock.now())
        return self._identity

    @property
    def is_held(self) -> bool:
        """Whether this process has the spreadsheet, as far as its last look tells."""
        return self._held is not None

    def check(self, layout: Layout) -> None:
        """Raises SheetsError where another installation writes. Calls nobody, but remembers that the hold is lost."""
        held, there = self._held, layout.owner
        if there is None or (held is not None and (held.number, held.word) == (there.number, there.word)):
            return
        self._held = None
        if (other := self.other_owner(layout, was_held=held is not None)) is not None:
            hold = self._hold()
            if held is not None or hold.had_it:
                self._lose(there, hold)
                hold = self._hold()
            raise SheetsError(lost_sentence(other, hold) if hold.lost_to else waits_sentence(other), kind=Kind.OWNED)

    def other_owner(self, layout: Layout, *, was_held: bool = False) -> Owner | None:
        """Another installation that the spreadsheet belongs to; None where this one may write. Changes nothing."""
        there, hold = layout.owner, self._hold()
        if there is None:
            return None
        # Another process on this store took a number, or an older version of the spreadsheet was restored.
        if hold.has_taken(there.number, there.word) or there.number < (hold.number or 0):
            return None
        return None if hold.lost_to is None and not was_held and self._may_take_over(there, hold) else there

    def hold(self, layout: Layout, chosen: Chosen, sheet_id: int) -> bool:
        """Takes the spreadsheet where this process doesn't have it; True: the sheet must be looked at once more, for
        what came in just before. No call where it has it. Raises SheetsError.
        """
        self._chosen, self._sheet_id = chosen, sheet_id
        if self._held is not None and layout.owner is not None:
            self._held = layout.owner
            return False
        self._settle_last_try()
        hold = self._hold()
        there = layout.owner.number if layout.owner is not None else 0
        owner = self._new_owner(1 + max(there, hold.number or 0, hold.next_number or 0))
        self._note(owner, chosen, hold)
        requests = nameplates.take(
            chosen.guard, owner, self._spreadsheet_id, sheet_id, plate_is_there=layout.owner is not None
        )
        try:
            deadline = Deadline.after(self._clock, _TAKE_WITHIN)
            self._api.batch_update(self._spreadsheet_id, requests, deadline=deadline)
        except SheetsError as error:
            if not error.is_unclear:
                self._not_taken(owner)
            if error.kind is Kind.TAKEN:
                # Who it is, the next look at the spreadsheet tells.
                raise _somebody_was_faster() from None
            raise
        self._taken(owner)
        return True

    def requests(self, layout: Layout, batch_id: str) -> list[Json]:
        """What each batch carries: it is refused once there is a later owner, and says that it was the last."""
        if self._held is None or self._chosen is None:
            raise ValueError(_("The spreadsheet is not held."))
        requests = [
            nameplates.put_last_batch(batch_id, self._spreadsheet_id, is_there=layout.last_batch is not None),
        ]
        if self._clock.now() - self._held.seen >= self._held.silent_after / 4:
            owner = replace(self._held, seen=self._clock.now(), silent_after=self._silent_after())
            requests.append(nameplates.put_plate(owner, self._spreadsheet_id, is_there=True))
        if self._chosen.blocks:
            requests = [
                *nameplates.only_as_owner(self._chosen.guard, self._held, self._spreadsheet_id, self._sheet_id),
                *requests,
            ]
        return requests

    def calls_before(self) -> tuple[int, int]:
        """Reads and writes that the next batch takes beside its own two calls, as `python -m benchmarks.calls` counts
        them: where this process doesn't have the spreadsheet yet, and where nobody had it before. Calls nobody."""
        if self._held is not None:
            return 0, 0
        return _FIRST if self._hold().number is None else _START

    def knows_rows(self, layout: Layout) -> bool:
        """Whether the store knows of all rows that are in the sheet. An empty sheet holds nothing to know of."""
        known = self._hold().known_batch
        if known is None and layout.last_batch is None:
            return layout.is_empty
        return known == (layout.last_batch or "")

    def renew(self) -> None:
        """Says that this installation is still there, if nothing has said so for half of the time after which it would
        count as gone. Raises SheetsError."""
        if self._held is not None and self._clock.now() - self._held.seen >= self._held.silent_after / 2:
            self._put_plate(left=False)

    def leave(self) -> None:
        """Says that this installation has ended cleanly, so that another one need not wait. Raises SheetsError."""
        if self._held is not None:
            self._put_plate(left=True)
            self._held = None

    def _put_plate(self, *, left: bool) -> None:
        if self._held is None or self._chosen is None or not self._chosen.blocks:
            return  # Without the block it could overwrite the nameplate of the one that has taken over.
        owner = replace(self._held, seen=self._clock.now(), left=left, silent_after=self._silent_after())
        self._api.batch_update(
            self._spreadsheet_id,
            [
                *nameplates.only_as_owner(self._chosen.guard, owner, self._spreadsheet_id, self._sheet_id),
                nameplates.put_plate(owner, self._spreadsheet_id, is_there=True),
            ],
            deadline=Deadline.after(self._clock, _TAKE_WITHIN),
        )
        self._held = owner

    def _may_take_over(self, there: Owner, hold: Hold) -> bool:
        """Whether a process that has just started may take the spreadsheet from its owner without being asked to.

        A store that had the spreadsheet before and finds another's may not: else two would take it from each other in
        turn. But at the same place there is only one at a time: it is a backup that was put back, and the other one is
        what had been begun without it.
        """
        identity = self.identity
        if there.place == identity.place:
            return True
        if not hold.had_it and there.store == identity.store:
            return True  # An older copy of the very store that has it: a backup, put back on another machine.
        if hold.had_it and there.store != identity.store:
            return False
        return there.left or self._clock.now() - there.seen > there.silent_after

    def _settle_last_try(self) -> None:
        """Finds out what became of a number that was to be taken when the answer, or the process, was lost."""
        hold = self._hold()
        if hold.next_number is None or hold.next_word is None or hold.next_guard is None:
            return
        owner = self._new_owner(hold.next_number, word=hold.next_word)
        name = nameplates.label(owner.number, owner.word)
        marker = nameplates.number_id(self._spreadsheet_id, owner.number)
        if was_applied(self._api, GUARDS[hold.next_guard], self._spreadsheet_id, name, marker):
            self._database.write(
                lambda connection: spreadsheets.taken(
                    connection, self._spreadsheet_id, owner.number, owner.word, now=self._clock.now()
                )
            )
        else:
            self._not_taken(owner)

    def _new_owner(self, number: int, *, word: str | None = None) -> Owner:
        identity = self.identity
        return Owner(
            number,
            word or secrets.token_hex(4),
            identity.store,
            identity.host,
            identity.place,
            __version__,
            self._clock.now(),
            silent_after=self._silent_after(),
        )

    def _note(self, owner: Owner, chosen: Chosen, seen: Hold) -> None:
        is_noted = self._database.write(
            lambda connection: spreadsheets.about_to_take(
                connection, self._spreadsheet_id, owner.number, owner.word, chosen.guard.name, seen=seen
            )
        )
        if not is_noted:
            raise _somebody_was_faster()

    def _not_taken(self, owner: Owner) -> None:
        self._database.write(
            lambda connection: spreadsheets.not_taken(connection, self._spreadsheet_id, owner.number, owner.word)
        )

    def _taken(self, owner: Owner) -> None:
        now = self._clock.now()
        self._database.write(
            lambda connection: spreadsheets.taken(connection, self._spreadsheet_id, owner.number, owner.word, now=now)
        )
        self._held = owner
        log.info("spreadsheet.taken", number=owner.number)

    def _lose(self, there: Owner, hold: Hold) -> None:
        if hold.lost_to is not None:
            return
        to = name_of(there)
        self._database.write(
            lambda connection: spreadsheets.lost(connection, self._spreadsheet_id, to, now=self._clock.now())
        )
        log.error("spreadsheet.lost", to=there.host, version=there.version)

    def _hold(self) -> Hold:
        with self._database.read() as connection:
            return spreadsheets.get_hold(connection, self._spreadsheet_id)


def _somebody_was_faster() -> SheetsError:
    return SheetsError(_("Somebody else was about to take the spreadsheet, too."), kind=Kind.STALE)


def name_of(owner: Owner) -> str:
    return f"{owner.host} (version {owner.version})"


def waits_sentence(owner: Owner) -> str:
    """Why a new installation writes nothing."""
    seen = f"{owner.seen:%Y-%m-%d %H:%M} UTC"
    return _(
        "Another installation writes into this spreadsheet: {host}, version {version}, last "
        "seen {seen}. Orders are received and kept here. Stop that one; or run setup "
        "--take-over here."
    ).format(host=owner.host, version=owner.version, seen=seen)


def lost_sentence(owner: Owner, hold: Hold) -> str:
    """Why an installation that had the spreadsheet writes nothing any more."""
    at = _(" on {lost_at:%Y-%m-%d %H:%M} UTC").format(lost_at=hold.lost_at) if hold.lost_at else ""
    return _(
        "{host} has taken over this spreadsheet{at}. Orders are received and kept here. Stop "
        "this service, or take it back with setup --take-over."
    ).format(host=owner.host, at=at)
