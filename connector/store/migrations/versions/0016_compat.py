"""How old the code may be that works on this database, so that versions can run side by side."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    compat = op.create_table(
        "compat",
        sa.Column("only", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("oldest_code", sa.Integer, nullable=False),
        sa.Column("oldest_version", sa.Text, nullable=False),
    )
    # A migration that takes away what an older version uses raises both, to those of the first version without it.
    op.bulk_insert(compat, [{"only": 1, "oldest_code": 16, "oldest_version": "0.2.0"}])
