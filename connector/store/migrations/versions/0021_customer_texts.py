"""What customers are told when the merchant sets the status of their order, each once."""

import sqlalchemy as sa
from alembic import op

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")

revision = "0021"
down_revision = "0020"

_DUE = sa.text("state IN ('waiting', 'sending')")


def upgrade() -> None:
    op.create_table(
        "customer_texts",
        sa.Column("order_key", _KEY, sa.ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("stage", sa.String(16), primary_key=True),
        sa.Column("shop", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("recipient", sa.Text),
        sa.Column("body", sa.Text),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
        sa.Column("tried_at", sa.BigInteger),
        sa.Column("reason", sa.Text),
    )
    op.create_index(
        "customer_texts_due",
        "customer_texts",
        ["shop", "decided_at"],
        sqlite_where=_DUE,
        postgresql_where=_DUE,
    )
    op.create_table(
        "status_watches",
        sa.Column("shop", sa.String(64), primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
    )
