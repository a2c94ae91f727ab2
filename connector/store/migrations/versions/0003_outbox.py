"""The outbox: events on their way to the addresses in EVENTS_URL; and of which problem they have told."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.BigInteger()  # milliseconds since 1970, UTC


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("shop", sa.String(64), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("occurred_at", _MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("failed_at", _MOMENT),
        sa.Column("error", sa.Text),
        sa.Column("payload", sa.Text, nullable=False),
    )
    waiting = sa.text("failed_at IS NULL")
    op.create_index(
        "outbox_waiting", "outbox", ["shop", "target", "id"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_index("outbox_by_age", "outbox", ["shop", "occurred_at"])
    op.add_column("pauses", sa.Column("told", sa.Integer, nullable=False, server_default="0"))
