"""The locale of each spreadsheet, which says its language."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("time_zones", sa.Column("locale", sa.Text))
