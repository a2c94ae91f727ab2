"""`check`: tests the configuration for real."""

import sys

import click

from connector.check import run_checks
from connector.logs import set_up_logging


@click.command()
def check() -> None:
    """Tests the settings, the key file, the spreadsheet and the channel, and says how to mend what is wrong.

    Exits with 0 only if everything holds.
    """
    set_up_logging(level="ERROR")
    all_hold = True
    for finding in run_checks():
        all_hold = all_hold and finding.holds
        mark = click.style("ok   ", fg="green") if finding.holds else click.style("wrong", fg="red", bold=True)
        click.echo(f"{mark}  {finding.name:<9} {finding.sentence}")
    sys.exit(0 if all_hold else 1)
