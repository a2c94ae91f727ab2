"""Which of the problems that parts of the service have named were told of by an event: outlives a restart, so that each
is told once, and its end too."""

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.problems import NamedProblem, Severity
from connector.store.tables import told_problems


def get_told(connection: Connection, shop: str) -> dict[str, NamedProblem]:
    """By their keys."""
    rows = connection.execute(sa.select(told_problems).where(told_problems.c.shop == shop))
    return {row.key: NamedProblem(row.key, Severity.PROBLEM, row.sentence, row.since) for row in rows}


def keep_told(connection: Connection, shop: str, problem: NamedProblem) -> None:
    values = {"shop": shop, "key": problem.key, "sentence": problem.sentence, "since": problem.since}
    connection.execute(sa.insert(told_problems).values(**values))


def forget_told(connection: Connection, shop: str, key: str) -> bool:
    """False if it was not there any more."""
    statement = sa.delete(told_problems).where(told_problems.c.shop == shop, told_problems.c.key == key)
    return connection.execute(statement).rowcount == 1
