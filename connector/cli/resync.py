"""`resync`: tries orders again now; with `--rewrite`, writes rows again that are gone from the sheet."""

import sys
from collections.abc import Sequence
from urllib.parse import quote

import click
import httpx

from connector import terminal
from connector.cli.start import database_or_exit, exit_with, service_or_exit, shop_option, shop_or_exit
from connector.cli.work_left import NAMED, explain, runs_elsewhere, say, start_here, watch, why_not_complete
from connector.jobs.resync import ask_for_resync
from connector.jobs.rewrite import NotRewrittenError, rewrite_each
from connector.runtime.addresses import local_address
from connector.runtime.service import Service
from connector.settings import Settings
from connector.sheets.errors import SheetsError
from connector.store import fetching
from connector.store.database import Database
from connector.store.orders import count_synced, find_order, find_orders, is_past


def rewrite_all(service: Service, order_ids: Sequence[str]) -> int:
    """Has what is gone of the orders written, by the service if it runs; the exit code: 0 if all of them are written
    anew. Closes the service."""
    asked_at, left = service.clock.now(), 0
    try:
        outcomes = rewrite_each(
            service.database,
            service.only.lookup,
            shop=service.only.name,
            order_ids=list(dict.fromkeys(order_ids)),
            clock=service.clock,
        )
    except SheetsError as error:
        service.close()
        exit_with([service.only.redact(error.message)], code=1)
    for order_id, outcome in outcomes.items():
        if isinstance(outcome, NotRewrittenError):
            left += 1
            click.echo(terminal.laid_out(f"{order_id}: {outcome}", indent=4, stream=sys.stderr), err=True)
    if left < len(outcomes):
        if not start_here(service):
            click.echo(
                f"The running service writes them within {service.settings.resync_interval:g} seconds.", err=True
            )
        watch(service, asked_at, title="Writing rows")
    service.close()
    click.echo(f"{len(outcomes) - left} of {len(outcomes)} orders are written anew.")
    return 1 if left else 0


@click.command()
@click.argument("order_ids", nargs=-1, metavar="[ORDER_ID]...")
@click.option("--failed", is_flag=True, help="All orders whose items are missing.")
@click.option("--rewrite", "rewrites", is_flag=True, help="Write their rows again, if they are gone from the sheet.")
@shop_option
def resync(order_ids: tuple[str, ...], failed: bool, rewrites: bool, name: str | None) -> None:
    """Tries orders again now: those named, or with --failed all whose items are missing.

    If the service is running, it does the work; if not, this command does. Exits with 1 if one of the orders
    still isn't complete at the end.
    """
    if bool(order_ids) == failed:
        raise click.UsageError("Name the orders, or use --failed.")
    if rewrites and failed:
        raise click.UsageError("--rewrite takes the orders by name. audit --write-missing writes all that are gone.")
    operator, shop = shop_or_exit(name, quiet=True)
    database = database_or_exit(operator, shop)
    unknown = [order_id for order_id in order_ids if not _is_known(database, shop.name, order_id, also_past=rewrites)]
    if unknown:
        database.close()
        exit_with([f"There is no order {order_id}." for order_id in unknown], code=1)
    service = service_or_exit(operator, shop, database)
    if rewrites:
        sys.exit(rewrite_all(service, order_ids))
    with database.read() as connection:
        tried = fetching.can_be_tried(connection, shop.name, order_ids=order_ids or None)
    # One of the two asks, not both: the service might have tried an order by the time that it is asked once more.
    asked = runs_elsewhere(service) and _ask_service(shop.settings, order_ids)
    if not asked:
        ask_for_resync(database, shop.name, now=service.clock.now(), order_ids=order_ids or None)
    if tried:
        if not asked and not start_here(service):
            click.echo(f"The service takes them up within {operator.resync_interval:g} seconds.", err=True)
        watch(service, service.clock.now(), title="Trying orders")
    is_complete = _tell(service, order_ids, tried)
    service.close()
    sys.exit(0 if is_complete else 1)


def _tell(service: Service, order_ids: Sequence[str], tried: Sequence[str]) -> bool:
    """Says what came of it, and why not more; whether all that were tried are complete."""
    shop = service.only.name
    with service.database.read() as connection:
        complete = count_synced(connection, shop, tried)
        others = find_orders(connection, shop, sorted(set(order_ids) - set(tried)))
    if not tried:
        say("There is nothing to try: no such order lacks items that can be fetched.")
    else:
        say(f"{complete} of {len(tried)} orders are complete now.")
    if complete < len(tried):
        explain(service, tried)
    for order in others[:NAMED]:
        say(f"{order.order_id}: {why_not_complete(order)}", indent=4)
    return complete == len(tried)


def _is_known(database: Database, shop: str, order_id: str, *, also_past: bool) -> bool:
    """`also_past`: whether it is enough that the order's number is kept."""
    with database.read() as connection:
        if find_order(connection, shop, order_id) is not None:
            return True
        return also_past and is_past(connection, shop, order_id)


def _ask_service(settings: Settings, order_ids: Sequence[str]) -> bool:
    """Has the running service try them at once; False if it can't be asked from here."""
    paths = [f"/orders/{quote(order_id, safe='')}/resync" for order_id in order_ids] or ["/resync"]
    headers = {"X-Webhook-Secret": settings.webhook_secret}
    try:
        for path in paths:
            url = f"{local_address(settings)}{path}"
            httpx.post(url, headers=headers, timeout=30, trust_env=False).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return True
