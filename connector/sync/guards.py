"""Chooses the guard of a spreadsheet's batches, by proving on the spreadsheet itself that it holds."""

from datetime import timedelta

from connector.clock import Clock
from connector.logs import get_logger
from connector.sheets.api import SheetsApi
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.guard import Guard, refuses_twice
from connector.sheets.marker import Marker
from connector.sheets.named_range import NamedRange
from connector.store.database import Database
from connector.store.guards import Proof, get_proof, keep_proof

log = get_logger(__name__)

GUARDS: dict[str, Guard] = {guard.name: guard for guard in (Marker(), NamedRange())}
"""The usual one first."""
PROOF_LASTS = timedelta(days=30)

CHANGED = (
    "Google takes two markers with the same id, so the connector guards its rows with named ranges instead. "
    "They begin with wcsync_ and can be seen under Data, Named ranges: leave them alone, they go by themselves."
)
_NONE_HOLDS = (
    "Google refuses neither a second marker nor a second named range with the same id, so rows could be written twice. "
    "Nothing is written. Report this to the connector's maintainers."
)


def current_guard(database: Database, api: SheetsApi, spreadsheet_id: str, sheet_id: int, *, clock: Clock) -> Guard:
    """The guard for the next batch: as proved before, or proved now. No call where the proof is fresh.

    Raises SheetsError.
    """
    with database.read() as connection:
        proof = get_proof(connection, spreadsheet_id)
    if proof is not None and clock.now() - proof.proved_at < PROOF_LASTS:
        return GUARDS[proof.guard]
    return prove_guard(database, api, spreadsheet_id, sheet_id, clock=clock)


def prove_guard(database: Database, api: SheetsApi, spreadsheet_id: str, sheet_id: int, *, clock: Clock) -> Guard:
    """Proves which guard holds, and remembers it. Three writes, or six. Raises SheetsError."""
    guard = next((guard for guard in GUARDS.values() if refuses_twice(api, guard, spreadsheet_id, sheet_id)), None)
    if guard is None:
        raise SheetsError(_NONE_HOLDS, kind=Kind.REFUSED)
    proof = Proof(guard.name, clock.now())
    database.write(lambda connection: keep_proof(connection, spreadsheet_id, proof))
    if guard.name == Marker.name:
        log.info("guard.proved", guard=guard.name)
    else:
        log.error("guard.changed", guard=guard.name, reason=CHANGED)
    return guard
