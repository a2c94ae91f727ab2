"""What later deliveries bring: the chat and the message, what has changed since, and what a row still lacks."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("orders", sa.Column("chat_id", sa.Text))
    op.add_column("orders", sa.Column("message_id", sa.Text))
    op.add_column("orders", sa.Column("said_total", sa.Double))
    op.add_column("orders", sa.Column("change", sa.Text))
    op.add_column("orders", sa.Column("changed_at", sa.BigInteger))
    op.add_column("orders", sa.Column("row_change", sa.Text))
    op.add_column("orders", sa.Column("row_lacks", sa.Text))
    op.add_column("orders", sa.Column("batch_change", sa.Text))
    op.add_column("orders", sa.Column("batch_lacks", sa.Text))
    op.add_column("orders", sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("batch_revision", sa.Integer))
    _partial_index("orders_by_message", ["shop", "message_id"], "message_id IS NOT NULL")
    _partial_index("orders_odd", ["shop", "id"], "warning IS NOT NULL OR change IS NOT NULL")


def _partial_index(name: str, columns: list[str], condition: str) -> None:
    op.create_index(name, "orders", columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
