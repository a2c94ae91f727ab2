"""What is gone from the sheet, what somebody has dealt with, and the time zone of each spreadsheet."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("orders", sa.Column("gone_at", sa.BigInteger))
    for table in ("orders", "quarantine"):
        op.add_column(table, sa.Column("dealt_with_at", sa.BigInteger))
        op.add_column(table, sa.Column("dealt_with_by", sa.String(16)))
    op.create_table(
        "time_zones",
        sa.Column("spreadsheet_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
    )
