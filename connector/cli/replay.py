"""`replay`: reads quarantined payloads again, after an update."""

from dataclasses import replace

import click

from connector.cli.start import database_or_exit, exit_with, service_or_exit, settings_or_exit
from connector.cli.work import report_new, start_here
from connector.jobs.replay import replay
from connector.runtime import SHOP
from connector.store import quarantine
from connector.store.database import Database


@click.command(name="replay")
@click.argument("ids", nargs=-1, type=click.IntRange(1, 2**53), metavar="[ID]...")
@click.option("--all", "every", is_flag=True, help="Everything in quarantine.")
def replay_command(ids: tuple[int, ...], every: bool) -> None:
    """Reads again what could not be understood: the entries named (`orders --quarantined` lists them), or --all.

    What is understood now is taken in and leaves the quarantine; the rest stays. If no service is running, the orders
    are fetched and written by this command.
    """
    if bool(ids) == every:
        raise click.UsageError("Name the entries, or use --all.")
    settings = replace(settings_or_exit(quiet=True), reconcile_interval=0.0)
    database = database_or_exit(settings)
    unknown = [entry_id for entry_id in ids if not _is_there(database, entry_id)]
    if unknown:
        database.close()
        exit_with([f"Nothing with the id {entry_id} is in quarantine." for entry_id in unknown], code=1)
    service = service_or_exit(settings, database)
    replayed = replay(database, service.receive, SHOP, ids=ids or None)
    click.echo(
        f"{replayed.understood} of {replayed.understood + replayed.left} are understood now: "
        f"{len(replayed.new)} new orders, {replayed.duplicates} known ones, {replayed.ignored} without an order."
    )
    if replayed.new:
        report_new(service, settings, replayed.new, is_here=start_here(service))
    service.close()


def _is_there(database: Database, entry_id: int) -> bool:
    with database.read() as connection:
        return quarantine.find_entry(connection, SHOP, entry_id) is not None
