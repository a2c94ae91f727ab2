"""`demo`: the whole job, with no account."""

import click

from sandbox.demo import run_demo


@click.command()
@click.option("--once", is_flag=True, help="End when all rows are verified in the sheet: exit 0, or 1 if they are not.")
@click.option("--port", type=click.IntRange(0, 65535), default=9090, show_default=True, help="Of the sheet's page.")
def demo(once: bool, port: int) -> None:
    """Runs sandbox and service, sends a dozen varied orders and shows them reach the sheet.

    Needs no account and no settings, and keeps its files in a temporary folder.
    """
    run_demo(once=once, port=port)
