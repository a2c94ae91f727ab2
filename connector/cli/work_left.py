"""For commands that leave work behind: it is done here, unless a service is running that does it."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from connector import terminal
from connector.cli.start import exit_with
from connector.jobs.leases import works_elsewhere
from connector.jobs.reasons import reasons
from connector.models import ItemsState, Order, Status
from connector.runtime.service import Service
from connector.settings import Settings
from connector.shops.settings import ShopEntry
from connector.store import batches, fetching
from connector.store.breakers import Part
from connector.store.lock import LockError
from connector.store.orders import count_synced, find_orders
from connector.store.standing import read_standing

_PATIENCE = 120.0
"""Seconds without any change after which the command stops watching."""
_LOOK_EVERY = 0.2
NAMED = 10
"""Orders, or entries in quarantine, of which is said what keeps them back."""


def without_reconciliation(operator: Settings, shop: ShopEntry) -> tuple[Settings, ShopEntry]:
    """Of a command that reads the history or the quarantine itself: reconciliation would read the same once more."""
    settings = replace(shop.settings, reconcile_interval=0.0)
    return operator, replace(shop, settings=settings)


def runs_elsewhere(service: Service) -> bool:
    """Whether another process fetches and writes for this database. Exits with a sentence where nobody can."""
    try:
        return works_elsewhere(service.database)
    except LockError as error:
        service.close()
        exit_with([str(error)])


def start_here(service: Service) -> bool:
    """Starts fetching and writing in this process; False if a service is running, which does it."""
    if runs_elsewhere(service):
        return False
    service.start()
    if service.has_many:
        service.serve(list(service.shops))
    return True


def progress_bar(console: Console) -> Progress:
    """A bar on a terminal; nothing in a pipe."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)


def watch(service: Service, asked_at: datetime, *, title: str) -> None:
    """Shows the progress until all that was due at a moment has been tried and what came is written."""
    with progress_bar(Console(stderr=True)) as progress:
        total = left = _left(service, asked_at)
        task = progress.add_task(title, total=total)
        last_change = time.monotonic()
        while left and time.monotonic() - last_change < _PATIENCE:
            service.dispatcher.wait_for_change(_LOOK_EVERY)
            now_left = _left(service, asked_at)
            if now_left != left:
                left, last_change = now_left, time.monotonic()
                progress.update(task, completed=max(total - left, 0))


def report_new(service: Service, new: Sequence[str], *, is_here: bool) -> None:
    """Watches orders that were just taken in until they are in the sheet, or says who sees to that."""
    if not new:
        return
    if not is_here:
        seconds = f"{service.settings.resync_interval:g}"
        say(f"The running service fetches and writes them, beginning within {seconds} seconds.")
        return
    watch(service, service.clock.now(), title="Writing orders")
    with service.database.read() as connection:
        complete = count_synced(connection, service.only.name, new)
    say(f"{complete} of {len(new)} new orders are complete in the sheet now.")
    if complete < len(new):
        explain(service, new)


def say(sentence: str, *, indent: int = 0) -> None:
    """Prints a sentence, on a terminal with no word broken at its edge."""
    click.echo(terminal.laid_out(sentence, indent=indent))


def explain(service: Service, order_ids: Sequence[str]) -> None:
    """Says of orders that are not complete why they aren't, and what keeps back the whole shop."""
    shop, now = service.only.name, service.clock.now()
    with service.database.read() as connection:
        left = [order for order in find_orders(connection, shop, order_ids) if order.status is not Status.SYNCED]
        standing = read_standing(connection, shop)
    for order in left[:NAMED]:
        say(f"{order.order_id}: {why_not_complete(order)}", indent=4)
    if len(left) > NAMED:
        say(f"The same may hold for {len(left) - NAMED:,} more: orders lists them.")
    said = {order.last_error for order in left} | {order.refusal for order in left}
    for problem in reasons(standing, (), now):
        if problem.key in tuple(Part) and problem.sentence not in said:
            say(problem.sentence)


def why_not_complete(order: Order) -> str:
    """A sentence: what is between the order and its being complete in the sheet, or that nothing is."""
    if order.refusal is not None:
        return f"the sheet refuses its rows: {order.refusal}"
    if order.status is Status.SYNCED:
        return "it is complete in the sheet already."
    if order.order_token is None and order.items_state is not ItemsState.READY:
        return "it came without a token, so its items can't be fetched. Whoever sends the orders can send them along."
    if order.last_error is not None:
        return order.last_error
    if order.items_state is ItemsState.READY:
        return "its items are there, and its rows are still to be written."
    return "its items have not been fetched yet. See that the service runs, and look into its log."


def _left(service: Service, asked_at: datetime) -> int:
    """Orders that have not been tried since, or have something to write."""
    shop = service.only.name
    with service.database.read() as connection:
        return fetching.count_due(connection, shop, before=asked_at) + batches.count_to_write(
            connection, shop, before=service.clock.now()
        )
