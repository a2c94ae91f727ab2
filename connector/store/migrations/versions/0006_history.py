"""What the status page shows of an order's past: its failed tries, and when its row was written."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("orders", sa.Column("row_at", sa.BigInteger))
    op.create_index("orders_by_time", "orders", ["shop", "received_at"])
    op.create_table(
        "tries",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("order_key", _KEY, sa.ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_index("tries_by_order", "tries", ["order_key", "id"])
