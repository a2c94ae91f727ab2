"""Where in which spreadsheet each order's row was written."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("orders", sa.Column("row_spreadsheet_id", sa.Text))
    op.add_column("orders", sa.Column("row_sheet_id", sa.BigInteger))
    op.add_column("orders", sa.Column("row_index", sa.BigInteger))
