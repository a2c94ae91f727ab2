"""`check`: tests the configuration for real."""

import json
import sys
from dataclasses import asdict

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: name, holds, sentence.")
def check(as_json: bool) -> None:
    """Tests settings, database, key, spreadsheet, channel, webhook and public address, and says how to mend what is
    wrong.

    Exits with 0 only if everything holds.
    """
    from connector.check.run import run_checks  # noqa: PLC0415 - other commands start without it
    from connector.logs import set_up_logging  # noqa: PLC0415

    set_up_logging(level="CRITICAL")
    all_hold = True
    for finding in run_checks():
        all_hold = all_hold and finding.holds
        if as_json:
            click.echo(json.dumps(asdict(finding), ensure_ascii=False))
            continue
        mark = click.style("ok   ", fg="green") if finding.holds else click.style("wrong", fg="red", bold=True)
        click.echo(f"{mark}  {finding.name:<9} {finding.sentence}")
    sys.exit(0 if all_hold else 1)
