"""An order whose row is to be written anew, while its item rows are still there."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("orders", sa.Column("items_there", sa.Boolean))
    op.add_column("ownership", sa.Column("audited_at", sa.BigInteger))
    op.add_column("ownership", sa.Column("audit", sa.Text))
