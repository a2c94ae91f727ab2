"""A short number for each order, counted in its shop; for those that are there, in the order of their arrival."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "order_numbers",
        sa.Column("shop", sa.String(64), primary_key=True),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    op.add_column("orders", sa.Column("number", sa.BigInteger))
    op.execute(
        "UPDATE orders SET number = numbered.number FROM "
        "(SELECT id, row_number() OVER (PARTITION BY shop ORDER BY id) AS number FROM orders) AS numbered "
        "WHERE orders.id = numbered.id"
    )
    op.execute("INSERT INTO order_numbers (shop, last) SELECT shop, max(number) FROM orders GROUP BY shop")
    op.create_index("orders_by_number", "orders", ["shop", "number"])
