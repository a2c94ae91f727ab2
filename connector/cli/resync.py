"""`resync`: tries orders again now."""

import sys
import time
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

import click
import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from connector.cli.start import database_or_exit, exit_with, settings_or_exit
from connector.config import Settings
from connector.service import SHOP, Service, build_service
from connector.sheets.credentials import CredentialsError
from connector.store import batches, fetching
from connector.store.database import Database
from connector.store.lock import shop_lock
from connector.store.orders import count_synced, find_order
from connector.sync.resync import ask_for_resync

_PATIENCE = 120.0
"""Seconds without any change after which the command stops watching."""
_LOOK_EVERY = 0.2


@click.command()
@click.argument("order_ids", nargs=-1, metavar="[ORDER_ID]...")
@click.option("--failed", is_flag=True, help="All orders whose items are missing.")
def resync(order_ids: tuple[str, ...], failed: bool) -> None:
    """Tries orders again now: those named, or with --failed all whose items are missing.

    If the service is running, it does the work; if not, this command does. Exits with 1 if one of the orders
    still isn't complete at the end.
    """
    if bool(order_ids) == failed:
        raise click.UsageError("Name the orders, or use --failed.")
    settings = settings_or_exit()
    database = database_or_exit(settings)
    unknown = [order_id for order_id in order_ids if not _is_known(database, order_id)]
    if unknown:
        database.close()
        exit_with([f"There is no order {order_id}." for order_id in unknown], code=1)
    try:
        service = build_service(settings, database)
    except CredentialsError as error:
        database.close()
        exit_with([str(error)])
    tried = ask_for_resync(database, SHOP, now=service.clock.now(), order_ids=order_ids or None)
    if tried:
        _have_it_done(settings, service, order_ids)
        _watch(service, service.clock.now())
    with database.read() as connection:
        complete = count_synced(connection, SHOP, tried)
    service.close()
    if not tried:
        click.echo("There is nothing to try: no such order lacks items that can be fetched.")
        return
    click.echo(f"{complete} of {len(tried)} orders are complete now.")
    sys.exit(0 if complete == len(tried) else 1)


def _is_known(database: Database, order_id: str) -> bool:
    with database.read() as connection:
        return find_order(connection, SHOP, order_id) is not None


def _have_it_done(settings: Settings, service: Service, order_ids: Sequence[str]) -> None:
    """Starts the work here if no service is running; otherwise tells the running one to look."""
    lock = shop_lock(service.database, SHOP)
    if lock.acquire():
        lock.release()
        service.pipeline.start()
        return
    paths = [f"/orders/{quote(order_id, safe='')}/resync" for order_id in order_ids] or ["/resync"]
    headers = {"X-Webhook-Secret": settings.webhook_secret.get_secret_value()}
    try:
        for path in paths:
            httpx.post(f"http://{settings.host}:{settings.port}{path}", headers=headers, timeout=5)
    except httpx.HTTPError:
        click.echo(f"The service takes them up within {settings.resync_interval:g} seconds.", err=True)


def _watch(service: Service, asked_at: datetime) -> None:
    """Shows the progress on a terminal until all has been tried and what came is written."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        total = left = _left(service, asked_at)
        task = progress.add_task("Trying orders", total=total)
        last_change = time.monotonic()
        while left and time.monotonic() - last_change < _PATIENCE:
            service.pipeline.wait_for_change(_LOOK_EVERY)
            now_left = _left(service, asked_at)
            if now_left != left:
                left, last_change = now_left, time.monotonic()
                progress.update(task, completed=max(total - left, 0))


def _left(service: Service, asked_at: datetime) -> int:
    """Orders that have not been tried since, or have something to write."""
    with service.database.read() as connection:
        return fetching.count_due(connection, SHOP, before=asked_at) + batches.count_to_write(
            connection, SHOP, before=service.clock.now()
        )
