"""`backfill`: takes in the orders of the message history that no webhook brought."""

import time
from datetime import UTC, datetime, tzinfo

import click
from rich.console import Console

from connector.cli.moments import minute, name_of, zone_of
from connector.cli.start import MISCONFIGURED, database_or_exit, exit_with, service_or_exit, shop_option, shop_or_exit
from connector.cli.work_left import progress_bar, report_new, say, start_here, without_reconciliation
from connector.clock import SystemClock
from connector.jobs.backfill import Backfilled, BackfillStoppedError, backfill
from connector.runtime.service import Service


@click.command(name="backfill")
@click.option("--since", required=True, metavar="DATE", help="Such as 2026-11-20 or 2026-11-20T18:30.")
@shop_option
def backfill_command(since: str, name: str | None) -> None:
    """Reads the channel's message history and takes in every order that no webhook brought.

    DATE is in the sheet's zone: that of TIMEZONE, or else the spreadsheet's. It may be run again at any time, and
    whether the service is running or not: an order that is known stays as it is. If no service is running, the orders
    are fetched and written by this command. Exits with 1 if the history could not be read to its end.
    """
    operator, shop = without_reconciliation(*shop_or_exit(name, quiet=True))
    database = database_or_exit(operator, shop)
    with database.read() as connection:
        zone = zone_of(connection, shop.settings)
    moment = _moment(since, zone)
    service = service_or_exit(operator, shop, database)
    try:
        stopped = _run(service, moment, zone)
    finally:
        service.close()
    if stopped:
        exit_with([stopped], code=1)


def _moment(text: str, zone: tzinfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        exit_with([f"{text!r} is no date. Write it as 2026-11-20, or as 2026-11-20T18:30."], code=MISCONFIGURED)
    if moment > SystemClock().now():
        exit_with([f"{text} is in the future. Give the day from which on orders may be missing."], code=MISCONFIGURED)
    return moment


def _run(service: Service, since: datetime, zone: tzinfo) -> str | None:
    """Reads, reports, and has the new orders written; a sentence if the history could not be read to its end."""
    is_here = start_here(service)
    so_far, stopped = Backfilled(), None
    console = Console(stderr=True)
    with progress_bar(console) as bar:
        task = bar.add_task("Reading messages", total=None)

        def progress(sentence: str | None) -> None:
            bar.update(task, completed=so_far.messages, total=so_far.total)
            if sentence:
                console.print(sentence, markup=False, soft_wrap=True)

        try:
            history, policy = service.only.history, service.only.context.retry
            backfill(history, since, so_far, policy=policy, wait=time.sleep, progress=progress)
        except BackfillStoppedError as error:
            stopped = f"The history was not read to its end: {error} What was taken in stays."
    say(
        f"{so_far.messages} messages read since {minute(since, zone)} ({name_of(zone)}): "
        f"{len(so_far.order_ids)} orders, {len(so_far.new)} of them new."
    )
    report_new(service, so_far.new, is_here=is_here)
    return stopped
