"""The tables of the store. What they look like over time stands in `migrations/`."""

import sqlalchemy as sa

from connector.models import ItemsState, Shown
from connector.store.column_types import Amount, Key, Moment, Names, one_of

metadata = sa.MetaData()

orders = sa.Table(
    "orders",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("shop", sa.String(64), nullable=False),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.Column("order_token", sa.Text),
    sa.Column("channel_id", sa.Text),
    sa.Column("customer_name", sa.Text),
    sa.Column("customer_phone", sa.Text),
    sa.Column("chat_id", sa.Text),
    sa.Column("message_id", sa.Text),
    sa.Column("title", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("item_count", Amount),
    sa.Column("total_price", Amount),
    sa.Column("said_total", Amount),
    sa.Column("currency", sa.Text),
    sa.Column("received_at", Moment, nullable=False),  # when the customer sent it
    sa.Column("stored_at", Moment, nullable=False),  # when it came in
    sa.Column("items_state", one_of(ItemsState), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_attempt_at", Moment),
    sa.Column("setback_at", Moment),
    sa.Column("last_error", sa.Text),
    sa.Column("warning", sa.Text),
    sa.Column("change", sa.Text),
    sa.Column("changed_at", Moment),
    sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
    sa.Column("shown", one_of(Shown)),
    sa.Column("row_change", sa.Text),
    sa.Column("row_lacks", Names),
    sa.Column("write_due_at", Moment),
    sa.Column("batch_id", sa.String(32)),
    sa.Column("batch_shows", one_of(Shown)),
    sa.Column("batch_change", sa.Text),
    sa.Column("batch_lacks", Names),
    sa.Column("batch_revision", sa.Integer),
    sa.Column("row_at", Moment),
    sa.Column("synced_at", Moment),
    sa.Column("row_spreadsheet_id", sa.Text),
    sa.Column("row_sheet_id", sa.BigInteger),
    sa.Column("row_index", sa.BigInteger),
    sa.Column("items_there", sa.Boolean),
    sa.Column("rows_refused_at", Moment),
    sa.Column("refusal", sa.Text),
    sa.Column("items_refused_at", Moment),
    sa.Column("gone_at", Moment),
    sa.Column("dealt_with_at", Moment),
    sa.Column("dealt_with_by", sa.String(16)),
    sa.Column("number", sa.BigInteger),
    sa.UniqueConstraint("shop", "order_id", name="orders_once"),
)

# Each index holds only the orders that still need something, so that it stays small however many are done. On
# PostgreSQL, too, as the migrations say; to name its conditions here would load all that SQLAlchemy has for it.
fetch_due = sa.Index(
    "orders_fetch_due",
    orders.c.shop,
    orders.c.next_attempt_at,
    sqlite_where=orders.c.next_attempt_at.is_not(None),
)
write_due = sa.Index(
    "orders_write_due",
    orders.c.shop,
    orders.c.items_state,
    orders.c.write_due_at,
    sqlite_where=orders.c.write_due_at.is_not(None),
)
in_batch = sa.Index(
    "orders_in_batch",
    orders.c.batch_id,
    sqlite_where=orders.c.batch_id.is_not(None),
)
rows_refused = sa.Index(
    "orders_rows_refused",
    orders.c.shop,
    orders.c.rows_refused_at,
    sqlite_where=orders.c.rows_refused_at.is_not(None),
)
items_refused = sa.Index(
    "orders_items_refused",
    orders.c.shop,
    orders.c.items_refused_at,
    sqlite_where=orders.c.items_refused_at.is_not(None),
)
by_shown = sa.Index("orders_by_shown", orders.c.shop, orders.c.shown, orders.c.id)

is_odd = sa.or_(orders.c.warning.is_not(None), orders.c.change.is_not(None))
"""Whether somebody should look at the order."""
odd = sa.Index("orders_odd", orders.c.shop, orders.c.id, sqlite_where=is_odd)

by_message = sa.Index(
    "orders_by_message",
    orders.c.shop,
    orders.c.message_id,
    sqlite_where=orders.c.message_id.is_not(None),
)

by_number = sa.Index("orders_by_number", orders.c.shop, orders.c.number)
"""Not a unique one: a number must never keep an order out. `numbers.py` sees to it that none is given twice."""

by_time = sa.Index("orders_by_time", orders.c.shop, orders.c.received_at)

tries = sa.Table(
    "tries",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("order_key", Key, sa.ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("what", sa.String(16), nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Index("tries_by_order", "order_key", "id"),
)

items = sa.Table(
    "items",
    metadata,
    sa.Column("order_key", Key, sa.ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("product_id", sa.Text),
    sa.Column("sku", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("quantity", Amount),
    sa.Column("price", Amount),
    sa.Column("currency", sa.Text),
    sa.Column("image", sa.Text),
)

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("shop", sa.String(64), nullable=False),
    sa.Column("spreadsheet_id", sa.Text, nullable=False),
    sa.Column("marker_id", sa.BigInteger, nullable=False),
    sa.Column("guard", sa.String(16), nullable=False, server_default="marker"),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("settled_at", Moment),
    sa.Index("batches_by_state", "shop", "state", "created_at"),
)

order_numbers = sa.Table(
    "order_numbers",
    metadata,
    sa.Column("shop", sa.String(64), primary_key=True),
    sa.Column("last", sa.BigInteger, nullable=False),
)

past_orders = sa.Table(
    "past_orders",
    metadata,
    sa.Column("shop", sa.String(64), primary_key=True),
    sa.Column("order_id", sa.Text, primary_key=True),
)

spreadsheets = sa.Table(
    "spreadsheets",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("guard", sa.String(16), nullable=False),
    sa.Column("proved_at", Moment, nullable=False),
    sa.Column("blocks", sa.Boolean),
)

time_zones = sa.Table(
    "time_zones",
    metadata,
    sa.Column("spreadsheet_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("locale", sa.Text),
)

installation = sa.Table(
    "installation",
    metadata,
    sa.Column("only", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("id", sa.String(32), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)

compat = sa.Table(
    "compat",
    metadata,
    sa.Column("only", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("oldest_code", sa.Integer, nullable=False),
    sa.Column("oldest_version", sa.Text, nullable=False),
)

ownership = sa.Table(
    "ownership",
    metadata,
    sa.Column("spreadsheet_id", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger),
    sa.Column("word", sa.Text),
    sa.Column("taken_at", Moment),
    sa.Column("next_number", sa.BigInteger),
    sa.Column("next_word", sa.Text),
    sa.Column("next_guard", sa.String(16)),
    sa.Column("lost_to", sa.Text),
    sa.Column("lost_at", Moment),
    sa.Column("known_batch", sa.Text),
    sa.Column("learned_at", Moment),
    sa.Column("learned_orders", sa.BigInteger),
    sa.Column("audited_at", Moment),
    sa.Column("audit", sa.Text),
)

tab_limits = sa.Table(
    "tab_limits",
    metadata,
    sa.Column("spreadsheet_id", sa.Text, primary_key=True),
    sa.Column("sheet_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("what", sa.String(16), primary_key=True),
    sa.Column("found_at", Moment, nullable=False),
)

pauses = sa.Table(
    "pauses",
    metadata,
    sa.Column("shop", sa.String(64), primary_key=True),
    sa.Column("part", sa.String(16), primary_key=True),
    sa.Column("until", Moment),
    sa.Column("since", Moment),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("worked_at", Moment),
    sa.Column("told", sa.Integer, nullable=False, server_default="0"),
)

told_problems = sa.Table(
    "told_problems",
    metadata,
    sa.Column("shop", sa.String(64), primary_key=True),
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("sentence", sa.Text, nullable=False),
    sa.Column("since", Moment, nullable=False),
)

quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("shop", sa.String(64), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("received_at", Moment, nullable=False),  # when it came in
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("payload_bytes", sa.Integer, nullable=False, server_default="0"),
    sa.Column("dealt_with_at", Moment),
    sa.Column("dealt_with_by", sa.String(16)),
    sa.UniqueConstraint("shop", "digest", name="quarantine_once"),
)

logins = sa.Table(
    "logins",
    metadata,
    sa.Column("shop", sa.String(64), primary_key=True),
    sa.Column("key_digest", sa.String(64), nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
)

ended_logins = sa.Table(
    "ended_logins",
    metadata,
    sa.Column("shop", sa.String(64), primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("until", Moment, nullable=False),
)

shops = sa.Table(
    "shops",
    metadata,
    sa.Column("shop", sa.String(64), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("channel_id", sa.Text, unique=True),
    sa.Column("next_check_at", Moment),
    sa.Column("next_reconcile_at", Moment),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("shop", sa.String(64), nullable=False),
    sa.Column("target", sa.String(64), nullable=False),
    sa.Column("event_id", sa.String(64), nullable=False),
    sa.Column("type", sa.String(32), nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("occurred_at", Moment, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("failed_at", Moment),
    sa.Column("error", sa.Text),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Index("outbox_by_age", "shop", "occurred_at"),
)

outbox_waiting = sa.Index(
    "outbox_waiting",
    outbox.c.shop,
    outbox.c.target,
    outbox.c.id,
    sqlite_where=outbox.c.failed_at.is_(None),
)
