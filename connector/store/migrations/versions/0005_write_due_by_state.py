"""What is due to be written is found by the state of its items."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.drop_index("orders_write_due", "orders")
    op.create_index(
        "orders_write_due",
        "orders",
        ["shop", "items_state", "write_due_at"],
        sqlite_where=sa.text("write_due_at IS NOT NULL"),
        postgresql_where=sa.text("write_due_at IS NOT NULL"),
    )
