"""Which guard holds on which spreadsheet, as it was proved there."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.tables import spreadsheets


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found on a spreadsheet, and when."""

    guard: str
    proved_at: datetime
    blocks: bool | None
    """Whether a batch can be made to be refused once there is a later owner; None: an earlier version didn't ask."""


def get_proof(connection: Connection, spreadsheet_id: str) -> Proof | None:
    row = connection.execute(sa.select(spreadsheets).where(spreadsheets.c.id == spreadsheet_id)).first()
    return None if row is None else Proof(row.guard, row.proved_at, row.blocks)


def keep_proof(connection: Connection, spreadsheet_id: str, proof: Proof) -> None:
    """Remembers the newest proof."""
    values = {"guard": proof.guard, "proved_at": proof.proved_at, "blocks": proof.blocks}
    this = spreadsheets.c.id == spreadsheet_id
    if connection.execute(sa.update(spreadsheets).where(this).values(**values)).rowcount == 0:
        connection.execute(sa.insert(spreadsheets).values(id=spreadsheet_id, **values))
