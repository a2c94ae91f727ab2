"""`orders`: where orders stand."""

import json
from datetime import tzinfo

import click
from sqlalchemy import Connection

from connector.api.redacted import entry_json
from connector.cli.moments import minute, name_of, zone_of
from connector.cli.start import database_or_exit, shop_option, shop_or_exit
from connector.cli.table import Column, show
from connector.log import Redactor
from connector.models import GONE_WORD, STATUS_WORDS, Order, Status
from connector.runtime.row_links import RowLinks
from connector.serializers import order_json, without_items
from connector.shops.settings import ShopEntry
from connector.store import quarantine
from connector.store.orders import list_orders
from connector.store.quarantine import Head

_STATUSES = {**{str(status): status for status in Status}, **{word: status for status, word in STATUS_WORDS.items()}}
"""By the API's names, and by the words that the sheet and the status page have for them."""


@click.command()
@click.option("--status", type=click.Choice(list(_STATUSES)), help="Only orders that stand there.")
@click.option("--quarantined", is_flag=True, help="Instead of orders: what came in and could not be understood.")
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=50,
    show_default=True,
    help="How many at most, the newest first.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, an order without its items.")
@shop_option
def orders(status: str | None, quarantined: bool, limit: int, as_json: bool, name: str | None) -> None:
    """Lists orders, the newest first, and where each stands."""
    if quarantined and status:
        raise click.UsageError("What is quarantined has no status: use --status or --quarantined.")
    operator, shop = shop_or_exit(name)
    database = database_or_exit(operator, shop)
    with database.read() as connection:
        if quarantined:
            _show_quarantined(connection, shop, limit=limit, as_json=as_json)
        else:
            links = RowLinks(operator)
            _show_orders(
                connection, shop, links, status=_STATUSES[status] if status else None, limit=limit, as_json=as_json
            )
    database.close()


def _show_orders(
    connection: Connection, shop: ShopEntry, links: RowLinks, *, status: Status | None, limit: int, as_json: bool
) -> None:
    found = list_orders(connection, shop.name, status=status, limit=limit)
    if as_json:
        for order in found:
            click.echo(json.dumps(without_items(order_json(order, row_url=links.url(shop.name, order)))))
    elif found:
        _show_table(found, zone_of(connection, shop.settings))
    else:
        click.echo("No orders.")


def _show_quarantined(connection: Connection, shop: ShopEntry, *, limit: int, as_json: bool) -> None:
    """Without any token: what is shown here is copied into mails and tickets."""
    found = quarantine.list_heads(connection, shop.name, limit=limit)
    if as_json:
        redact = Redactor(shop.settings.secrets).text
        for head in found:
            entry = quarantine.find_entry(connection, shop.name, head.id)
            if entry is not None:
                click.echo(json.dumps(entry_json(entry, redact=redact)))
    elif found:
        _show_heads(found, zone_of(connection, shop.settings))
    else:
        click.echo("Nothing is quarantined.")


def _show_heads(found: list[Head], zone: tzinfo) -> None:
    columns = (
        Column("ID", is_whole=True, is_right=True),
        Column(f"Received ({name_of(zone)})", is_whole=True),
        Column("Bytes", is_whole=True, is_right=True),
        Column("Field", is_whole=True),
        Column("Reason"),
    )
    show(
        columns,
        [(str(head.id), minute(head.received_at, zone), str(head.bytes), head.field, head.reason) for head in found],
    )


def _show_table(found: list[Order], zone: tzinfo) -> None:
    columns = (
        Column("Order", is_whole=True),
        Column("Number", is_whole=True, is_right=True),
        Column(f"Received ({name_of(zone)})", is_whole=True),
        Column("Status", is_whole=True),
        Column("Customer"),
        Column("Total", is_right=True),
        Column("Tries", is_right=True),
        Column("Last error"),
    )
    rows = [
        (
            order.order_id,
            "" if order.number is None else str(order.number),
            minute(order.received_at, zone),
            GONE_WORD if order.gone_at else STATUS_WORDS[order.status],
            order.customer_name or order.customer_phone or "",
            " ".join(str(part) for part in (order.total_price, order.currency) if part is not None),
            str(order.attempts),
            order.last_error or order.change or order.warning or "",
        )
        for order in found
    ]
    show(columns, rows)
