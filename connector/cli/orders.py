"""`orders`: where orders stand."""

import json

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connector.cli.start import database_or_exit, settings_or_exit
from connector.models import Order, Status
from connector.service import SHOP
from connector.store.orders import list_orders
from connector.web.present import order_json


@click.command()
@click.option("--status", type=click.Choice([str(status) for status in Status]), help="Only orders that stand there.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="The newest so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, without the items.")
def orders(status: str | None, limit: int, as_json: bool) -> None:
    """Lists orders, the newest first, and where each stands."""
    settings = settings_or_exit()
    database = database_or_exit(settings)
    with database.read() as connection:
        found = list_orders(connection, SHOP, status=Status(status) if status else None, limit=limit)
    database.close()
    if as_json:
        for order in found:
            entry = order_json(order)
            del entry["items"]
            click.echo(json.dumps(entry))
        return
    if not found:
        click.echo("No orders.")
        return
    Console().print(_table(found))


def _table(found: list[Order]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("Order", "Received", "Status", "Customer", "Total", "Tries", "Last error"):
        table.add_column(title, overflow="fold", justify="right" if title in {"Total", "Tries"} else "left")
    for order in found:
        total = " ".join(str(part) for part in (order.total_price, order.currency) if part is not None)
        # As Text, because customers' words must not be read as markup.
        cells = (
            order.order_id,
            order.received_at.strftime("%Y-%m-%d %H:%M"),
            str(order.status),
            order.customer_name or order.customer_phone or "",
            total,
            str(order.attempts),
            order.last_error or order.warning or "",
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table
