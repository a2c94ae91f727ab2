"""What an instance of the service tells the others of a shop: what it would else keep in memory alone.

The database's clock has no part in it: `at` is when the reporting instance found what it says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.dialect import insert_of
from connector.store.fleet_tables import reports


class About(StrEnum):
    """What a report is about; the latest of each stands for the shop."""

    WORK = "work"
    """What the instance that works for the shop finds wrong, and what it is doing."""
    WEBHOOK = "webhook"
    """That a webhook came in, at whichever instance."""
    TEST = "test"
    """The name of the latest test webhook."""


@dataclass(frozen=True, slots=True)
class Report:
    shop: str
    about: About
    at: datetime
    content: str


def put_reports(connection: Connection, new: Sequence[Report]) -> None:
    """Replaces the reports of before. Of webhooks the later one stays, whoever says so last."""
    if not new:
        return
    statement = insert_of(connection.dialect.name)(reports)
    excluded = statement.excluded
    is_newer = sa.or_(reports.c.part != About.WEBHOOK, excluded.at > reports.c.at)
    statement = statement.on_conflict_do_update(
        index_elements=["shop", "part"], set_={"at": excluded.at, "content": excluded.content}, where=is_newer
    )
    # By one order everywhere, so that two instances don't wait for each other.
    connection.execute(
        statement,
        [
            {"shop": report.shop, "part": report.about, "at": report.at, "content": report.content}
            for report in sorted(new, key=lambda report: (report.shop, report.about))
        ],
    )


def reports_of(connection: Connection, shop: str) -> dict[About, Report]:
    """All that is told of a shop."""
    rows = connection.execute(sa.select(reports).where(reports.c.shop == shop))
    return {About(row.part): Report(row.shop, About(row.part), row.at, row.content) for row in rows}


def all_reports(connection: Connection, about: About) -> dict[str, Report]:
    """The reports of all shops about something, by the shops' names."""
    rows = connection.execute(sa.select(reports).where(reports.c.part == about))
    return {row.shop: Report(row.shop, about, row.at, row.content) for row in rows}
