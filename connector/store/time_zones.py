"""The time zone of each spreadsheet, as Google last named it: a start need not ask before it says when."""

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.dialect import insert_of
from connector.store.tables import time_zones


def get_zone(connection: Connection, spreadsheet_id: str) -> str | None:
    """Its name, such as `Australia/Sydney`."""
    query = sa.select(time_zones.c.name).where(time_zones.c.spreadsheet_id == spreadsheet_id)
    return connection.execute(query).scalar()


def put_zone(connection: Connection, spreadsheet_id: str, name: str) -> None:
    statement = insert_of(connection.dialect.name)(time_zones).values(spreadsheet_id=spreadsheet_id, name=name)
    connection.execute(statement.on_conflict_do_update(index_elements=["spreadsheet_id"], set_={"name": name}))
