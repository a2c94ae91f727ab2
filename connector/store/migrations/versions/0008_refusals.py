"""Which orders' rows or items are refused, what a tab doesn't take, and which problems were told of."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("orders", sa.Column("rows_refused_at", sa.BigInteger))
    op.add_column("orders", sa.Column("refusal", sa.Text))
    op.add_column("orders", sa.Column("items_refused_at", sa.BigInteger))
    for name in ("rows_refused_at", "items_refused_at"):
        condition = sa.column(name).is_not(None)
        op.create_index(
            f"orders_{name[:-3]}", "orders", ["shop", name], sqlite_where=condition, postgresql_where=condition
        )
    op.create_table(
        "tab_limits",
        sa.Column("spreadsheet_id", sa.Text, primary_key=True),
        sa.Column("sheet_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("what", sa.String(16), primary_key=True),
        sa.Column("found_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "told_problems",
        sa.Column("shop", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
    )
