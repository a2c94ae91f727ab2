"""Orders, items, batches, pauses and quarantined payloads."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.BigInteger()  # milliseconds since 1970, UTC


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("shop", sa.String(64), nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("order_token", sa.Text),
        sa.Column("channel_id", sa.Text),
        sa.Column("customer_name", sa.Text),
        sa.Column("customer_phone", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("item_count", sa.Double),
        sa.Column("total_price", sa.Double),
        sa.Column("currency", sa.Text),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("stored_at", _MOMENT, nullable=False),
        sa.Column("items_state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", _MOMENT),
        sa.Column("setback_at", _MOMENT),
        sa.Column("last_error", sa.Text),
        sa.Column("warning", sa.Text),
        sa.Column("shown", sa.String(16)),
        sa.Column("write_due_at", _MOMENT),
        sa.Column("batch_id", sa.String(32)),
        sa.Column("batch_shows", sa.String(16)),
        sa.Column("synced_at", _MOMENT),
        sa.UniqueConstraint("shop", "order_id", name="orders_once"),
    )
    for name, columns in {
        "orders_fetch_due": ["shop", "next_attempt_at"],
        "orders_write_due": ["shop", "write_due_at"],
        "orders_in_batch": ["batch_id"],
    }.items():
        where = sa.text(f"{columns[-1]} IS NOT NULL")
        op.create_index(name, "orders", columns, sqlite_where=where, postgresql_where=where)
    op.create_index("orders_by_shown", "orders", ["shop", "shown", "id"])
    op.create_table(
        "items",
        sa.Column("order_key", _KEY, sa.ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("product_id", sa.Text),
        sa.Column("sku", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("quantity", sa.Double),
        sa.Column("price", sa.Double),
        sa.Column("currency", sa.Text),
        sa.Column("image", sa.Text),
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("shop", sa.String(64), nullable=False),
        sa.Column("spreadsheet_id", sa.Text, nullable=False),
        sa.Column("marker_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("settled_at", _MOMENT),
    )
    op.create_index("batches_by_state", "batches", ["shop", "state", "created_at"])
    op.create_table(
        "pauses",
        sa.Column("shop", sa.String(64), primary_key=True),
        sa.Column("part", sa.String(16), primary_key=True),
        sa.Column("until", _MOMENT),
        sa.Column("since", _MOMENT),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("worked_at", _MOMENT),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("shop", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.UniqueConstraint("shop", "digest", name="quarantine_once"),
    )
