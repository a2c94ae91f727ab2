"""Chooses the guard of a spreadsheet's batches, by proving on the spreadsheet itself that it holds."""

from dataclasses import dataclass
from datetime import timedelta

from connector.clock import Clock
from connector.language import gettext as _
from connector.language import marked
from connector.log import get_logger
from connector.sheets.client import SheetsApi
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.idempotency.guard import Guard, keeps_out, refuses_twice
from connector.sheets.idempotency.marker import Marker
from connector.sheets.idempotency.named_range import NamedRange
from connector.store.database import Database
from connector.store.spreadsheets import Proof, get_proof, keep_proof

log = get_logger(__name__)

GUARDS: dict[str, Guard] = {guard.name: guard for guard in (Marker(), NamedRange())}
"""The usual one first."""
PROOF_LASTS = timedelta(days=30)

CHANGED = marked(
    "Google takes two markers with the same id, so the connector guards its rows with named ranges instead. "
    "They begin with wcsync_ and can be seen under Data, Named ranges: leave them alone, they go by themselves."
)
DOES_NOT_BLOCK = marked(
    "Google refuses a request that makes a marker and deletes it again, so it can't keep a second installation from "
    "writing at the same moment. See that only one installation writes into this spreadsheet, and report this to the "
    "connector's maintainers."
)
_NONE_HOLDS = marked(
    "Google refuses neither a second marker nor a second named range with the same id, so rows could be written twice. "
    "Nothing is written. Report this to the connector's maintainers."
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The guard of a spreadsheet's batches."""

    guard: Guard
    blocks: bool
    """Whether it also keeps out the batches of an earlier owner (`sheets/owner.py`)."""


def current_guard(database: Database, api: SheetsApi, spreadsheet_id: str, sheet_id: int, *, clock: Clock) -> Chosen:
    """The guard for the next batch: as proved before, or proved now. No call where the proof is fresh.

    Raises SheetsError.
    """
    with database.read() as connection:
        proof = get_proof(connection, spreadsheet_id)
    if proof is not None and proof.blocks is not None and clock.now() - proof.proved_at < PROOF_LASTS:
        return Chosen(GUARDS[proof.guard], proof.blocks)
    return prove_guard(database, api, spreadsheet_id, sheet_id, clock=clock)


def prove_guard(database: Database, api: SheetsApi, spreadsheet_id: str, sheet_id: int, *, clock: Clock) -> Chosen:
    """Proves which guard holds, and remembers it. Seven writes and a read, or ten and two. Raises SheetsError."""
    guard = next((guard for guard in GUARDS.values() if refuses_twice(api, guard, spreadsheet_id, sheet_id)), None)
    if guard is None:
        raise SheetsError(_(_NONE_HOLDS), kind=Kind.REFUSED)
    blocks = keeps_out(api, guard, spreadsheet_id, sheet_id)
    proof = Proof(guard.name, clock.now(), blocks)
    database.write(lambda connection: keep_proof(connection, spreadsheet_id, proof))
    if guard.name == Marker.name:
        log.info("guard.proved", guard=guard.name, blocks=blocks)
    else:
        log.error("guard.changed", guard=guard.name, reason=CHANGED)
    if not blocks:
        log.error("guard.does_not_block", reason=DOES_NOT_BLOCK)
    return Chosen(guard, blocks)
