"""Which logins have ended, and how long the payloads in quarantine are."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "logins",
        sa.Column("shop", sa.String(64), primary_key=True),
        sa.Column("key_digest", sa.String(64), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "ended_logins",
        sa.Column("shop", sa.String(64), primary_key=True),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.add_column("quarantine", sa.Column("payload_bytes", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE quarantine SET payload_bytes = length(payload)")
