"""Remembers where each order's row was written.

The place of a row is known when its batch is made, and stored together with the batch. It counts once the batch is
known to be in the sheet, no matter who finds that out and how much later.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import Place
from connector.store.tables import orders


def put_places(connection: Connection, places: Mapping[int, Place]) -> None:
    """Stores the places of the rows that a batch is about to make, by their orders' keys."""
    if places:
        statement = sa.update(orders).where(orders.c.id == sa.bindparam("key"))
        connection.execute(
            statement.values(
                row_spreadsheet_id=sa.bindparam("spreadsheet_id"),
                row_sheet_id=sa.bindparam("sheet_id"),
                row_index=sa.bindparam("row"),
            ),
            [
                {"key": key, "spreadsheet_id": place.spreadsheet_id, "sheet_id": place.sheet_id, "row": place.row}
                for key, place in places.items()
            ],
        )


def drop_places(connection: Connection, batch_id: str) -> None:
    """Forgets the places of the rows that a batch was to make and never will. Rows made by others stay known."""
    connection.execute(
        sa.update(orders)
        .where(orders.c.batch_id == batch_id, orders.c.shown.is_(None))
        .values(row_spreadsheet_id=None, row_sheet_id=None, row_index=None)
    )


def place_of(spreadsheet_id: str | None, sheet_id: int | None, row: int | None) -> Place | None:
    """The place from its three columns."""
    if spreadsheet_id is None or sheet_id is None or row is None:
        return None
    return Place(spreadsheet_id, sheet_id, row)
