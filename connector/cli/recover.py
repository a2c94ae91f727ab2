"""`replay` and `backfill`: what was not understood read again, and what the webhooks missed taken in."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

import click
from rich.console import Console

from connector.cli.moments import minute, name_of, zone_of
from connector.cli.start import (
    MISCONFIGURED,
    database_or_exit,
    exit_with,
    service_or_exit,
    shop_option,
    shop_or_exit,
)
from connector.cli.work import NAMED, progress_bar, report_new, say, start_here
from connector.clock import SystemClock
from connector.jobs.backfill import Backfilled, BackfillStoppedError, backfill
from connector.jobs.replay import replay
from connector.runtime.service import Service
from connector.settings import Settings
from connector.shops.settings import ShopEntry
from connector.store import quarantine
from connector.store.database import Database
from connector.store.quarantine import Head


@click.command(name="replay")
@click.argument("ids", nargs=-1, type=click.IntRange(1, 2**53), metavar="[ID]...")
@click.option("--all", "every", is_flag=True, help="Everything in quarantine.")
@shop_option
def replay_command(ids: tuple[int, ...], every: bool, name: str | None) -> None:
    """Reads again what could not be understood: the entries named (`orders --quarantined` lists them), or --all.

    What is understood now is taken in and leaves the quarantine; the rest stays. If no service is running, the orders
    are fetched and written by this command.
    """
    if bool(ids) == every:
        raise click.UsageError("Name the entries, or use --all.")
    operator, shop = _without_reconciliation(*shop_or_exit(name, quiet=True))
    database = database_or_exit(operator, shop)
    unknown = [entry_id for entry_id in ids if not _is_there(database, shop.name, entry_id)]
    if unknown:
        database.close()
        exit_with([f"Nothing with the id {entry_id} is in quarantine." for entry_id in unknown], code=1)
    service = service_or_exit(operator, shop, database)
    replayed = replay(database, service.only.receive, shop.name, ids=ids or None)
    if not replayed.understood + replayed.left:
        say("Nothing is in quarantine.")
        service.close()
        return
    say(
        f"{replayed.understood} of {replayed.understood + replayed.left} are understood now: "
        f"{len(replayed.new)} new orders, {replayed.duplicates} known ones, {replayed.ignored} without an order."
    )
    if replayed.left:
        _show_left(database, shop.name, ids)
    if replayed.new:
        report_new(service, replayed.new, is_here=start_here(service))
    service.close()


def _show_left(database: Database, shop: str, ids: Sequence[int]) -> None:
    """Why what stays in quarantine is still not understood."""
    with database.read() as connection:
        named = (quarantine.find_entry(connection, shop, entry_id) for entry_id in ids[:NAMED])
        left: list[Head] = [entry for entry in named if entry is not None]
        left = left if ids else quarantine.list_heads(connection, shop, limit=NAMED)
        kept = quarantine.count_quarantined(connection, shop)
    for head in left:
        say(f"{head.id}: {head.reason}", indent=4)
    if kept > len(left):
        say(f"orders --quarantined lists all {kept:,} that are in quarantine.")


def _without_reconciliation(operator: Settings, shop: ShopEntry) -> tuple[Settings, ShopEntry]:
    """It would read the same history once more."""
    settings = replace(shop.settings, reconcile_interval=0.0)
    return operator, replace(shop, settings=settings)


def _is_there(database: Database, shop: str, entry_id: int) -> bool:
    with database.read() as connection:
        return quarantine.find_entry(connection, shop, entry_id) is not None


@click.command(name="backfill")
@click.option("--since", required=True, metavar="DATE", help="Such as 2026-11-20 or 2026-11-20T18:30.")
@shop_option
def backfill_command(since: str, name: str | None) -> None:
    """Reads the channel's message history and takes in every order that no webhook brought.

    DATE is in the sheet's zone: that of TIMEZONE, or else the spreadsheet's. It may be run again at any time, and
    whether the service is running or not: an order that is known stays as it is. If no service is running, the orders
    are fetched and written by this command. Exits with 1 if the history could not be read to its end.
    """
    operator, shop = _without_reconciliation(*shop_or_exit(name, quiet=True))
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
