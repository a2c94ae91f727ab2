"""The tables of what customers are told."""

import sqlalchemy as sa

from connector.store.column_types import Key, Moment
from connector.store.tables import metadata

customer_texts = sa.Table(
    "customer_texts",
    metadata,
    sa.Column("order_key", Key, sa.ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("stage", sa.String(16), primary_key=True),
    sa.Column("shop", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("recipient", sa.Text),
    sa.Column("body", sa.Text),
    sa.Column("decided_at", Moment, nullable=False),
    sa.Column("tried_at", Moment),
    sa.Column("reason", sa.Text),
)

texts_due = sa.Index(
    "customer_texts_due",
    customer_texts.c.shop,
    customer_texts.c.decided_at,
    sqlite_where=customer_texts.c.state.in_(["waiting", "sending"]),
)

status_watches = sa.Table(
    "status_watches",
    metadata,
    sa.Column("shop", sa.String(64), primary_key=True),
    sa.Column("since", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
)
