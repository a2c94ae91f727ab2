"""`check`: tests the configuration for real."""

import json
import sys
from dataclasses import asdict

import click

from connector.checks.run import run_checks
from connector.findings import Level
from connector.log import set_up_logging


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: name, level, sentence.")
def check(as_json: bool) -> None:
    """Tests settings, database, key, spreadsheet, channel, webhook and public address, and says how to mend what is
    wrong.

    Exits with 0 only if everything holds; a warning is enough for 1.
    """
    set_up_logging(level="CRITICAL")
    marks = {
        Level.OK: click.style("ok   ", fg="green"),
        Level.WARNING: click.style("warn ", fg="yellow", bold=True),
        Level.PROBLEM: click.style("wrong", fg="red", bold=True),
    }
    all_hold = True
    for finding in run_checks():
        all_hold = all_hold and finding.holds
        if as_json:
            click.echo(json.dumps(asdict(finding), ensure_ascii=False))
            continue
        click.echo(f"{marks[finding.level]}  {finding.name:<9} {finding.sentence}")
    sys.exit(0 if all_hold else 1)
