"""Which installation this is, which spreadsheets it writes into, and what it knows of what stands there."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("spreadsheets", sa.Column("blocks", sa.Boolean))
    op.create_table(
        "installation",
        sa.Column("only", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "ownership",
        sa.Column("spreadsheet_id", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger),
        sa.Column("word", sa.Text),
        sa.Column("taken_at", sa.BigInteger),
        sa.Column("next_number", sa.BigInteger),
        sa.Column("next_word", sa.Text),
        sa.Column("next_guard", sa.String(16)),
        sa.Column("lost_to", sa.Text),
        sa.Column("lost_at", sa.BigInteger),
        sa.Column("known_batch", sa.Text),
        sa.Column("learned_at", sa.BigInteger),
        sa.Column("learned_orders", sa.BigInteger),
    )
