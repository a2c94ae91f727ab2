"""`replay`: what was not understood, read again."""

from collections.abc import Sequence

import click

from connector.cli.start import database_or_exit, exit_with, service_or_exit, shop_option, shop_or_exit
from connector.cli.work_left import NAMED, report_new, say, start_here, without_reconciliation
from connector.jobs.replay import replay
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
    operator, shop = without_reconciliation(*shop_or_exit(name, quiet=True))
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


def _is_there(database: Database, shop: str, entry_id: int) -> bool:
    with database.read() as connection:
        return quarantine.find_entry(connection, shop, entry_id) is not None
