"""Which guard each spreadsheet's batches have, and each batch had; the ids of orders that were pruned."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "spreadsheets",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("guard", sa.String(16), nullable=False),
        sa.Column("proved_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "past_orders",
        sa.Column("shop", sa.String(64), primary_key=True),
        sa.Column("order_id", sa.Text, primary_key=True),
    )
    op.add_column("batches", sa.Column("guard", sa.String(16), nullable=False, server_default="marker"))
