"""For commands that leave work behind: it is done here, unless a service is running that does it."""

import time
from collections.abc import Sequence
from datetime import datetime

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from connector.cli.start import exit_with
from connector.jobs.leases import works_elsewhere
from connector.runtime.service import Service
from connector.store import batches, fetching
from connector.store.lock import LockError
from connector.store.orders import count_synced

_PATIENCE = 120.0
"""Seconds without any change after which the command stops watching."""
_LOOK_EVERY = 0.2


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
        click.echo(f"The running service fetches and writes them, beginning within {seconds} seconds.")
        return
    watch(service, service.clock.now(), title="Writing orders")
    with service.database.read() as connection:
        complete = count_synced(connection, service.only.name, new)
    click.echo(f"{complete} of {len(new)} new orders are complete in the sheet now.")


def _left(service: Service, asked_at: datetime) -> int:
    """Orders that have not been tried since, or have something to write."""
    shop = service.only.name
    with service.database.read() as connection:
        return fetching.count_due(connection, shop, before=asked_at) + batches.count_to_write(
            connection, shop, before=service.clock.now()
        )
