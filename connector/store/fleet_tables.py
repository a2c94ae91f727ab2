"""The tables by which several instances of the service know of each other."""

import sqlalchemy as sa

from connector.store.column_types import Moment
from connector.store.tables import metadata

instances = sa.Table(
    "instances",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("lease_until", Moment, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("version", sa.String(32), nullable=False),
    sa.Column("address", sa.Text, nullable=False),
)

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("owner", sa.String(32)),
    sa.Column("epoch", sa.BigInteger, nullable=False),
)

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("instance", sa.String(32), nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("reads", sa.Integer, nullable=False),
    sa.Column("writes", sa.Integer, nullable=False),
    sa.Column("begun_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Index("ix_turns_account", "account", "begun_at"),
)

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("shop", sa.String(64), primary_key=True),
    sa.Column("part", sa.String(16), primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
)

asks = sa.Table(
    "asks",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("shop", sa.String(64), nullable=False),
    sa.Column("what", sa.String(16), nullable=False),
    sa.Column("argument", sa.Text, nullable=False),
    sa.Column("asked_at", Moment, nullable=False),
    sa.Column("is_taken", sa.Boolean, nullable=False),
    sa.Column("answer", sa.Text),
)
