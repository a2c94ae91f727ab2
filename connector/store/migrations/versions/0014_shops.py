"""The shops of a service: which channel is whose, and when each is to be looked at next."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "shops",
        sa.Column("shop", sa.String(64), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("channel_id", sa.Text, unique=True),
        sa.Column("next_check_at", sa.BigInteger),
        sa.Column("next_reconcile_at", sa.BigInteger),
    )
