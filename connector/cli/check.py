"""`check`: tests the configuration for real."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict

import click

from connector import terminal
from connector.checks.run import check_with
from connector.checks.settings import read_settings
from connector.checks.shops import check_all, check_shop
from connector.cli.start import exit_with, no_such_shop, not_several, shop_option, speak_as_set, which_shop
from connector.findings import Finding, Level
from connector.log import set_up_logging
from connector.settings import SHOP
from connector.shops.settings import read_shops

_BEFORE = 17
"""Columns before the sentence."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: name, level, sentence.")
@click.option("--alert", is_flag=True, help="Send a test to each address in ALERT_URLS.")
@shop_option
def check(as_json: bool, alert: bool, name: str | None) -> None:
    """Tests settings, database, key, spreadsheet, channel, webhook and public address, and says how to mend what is
    wrong.

    With several shops: what they share, and which of them aren't well; with --shop everything of this one. Exits with
    0 only if everything holds; a warning is enough for 1.
    """
    set_up_logging(level="CRITICAL")
    speak_as_set()
    sys.exit(0 if show(run_checks(name, send_alerts=alert), as_json=as_json) else 1)


def show(findings: Iterable[Finding], *, as_json: bool, shop: str | None = None) -> bool:
    """Prints a line for each; whether all hold. `shop`: whose they are, for JSON."""
    marks = {
        Level.OK: click.style("ok   ", fg="green"),
        Level.WARNING: click.style("warn ", fg="yellow", bold=True),
        Level.PROBLEM: click.style("wrong", fg="red", bold=True),
    }
    all_hold = True
    for finding in findings:
        all_hold = all_hold and finding.holds
        if as_json:
            whose = {} if shop is None else {"shop": shop}
            click.echo(json.dumps({**whose, **asdict(finding)}, ensure_ascii=False))
            continue
        click.echo(f"{marks[finding.level]}  {finding.name:<9} {terminal.laid_out(finding.sentence, indent=_BEFORE)}")
    return all_hold


def run_checks(name: str | None = None, *, send_alerts: bool = False) -> Iterator[Finding]:
    """In the order in which things must be mended. A failed one leaves out those that build on it. `send_alerts`: sends
    a test to each address in ALERT_URLS."""
    settings, findings = read_settings()
    if settings is None:
        yield from findings
    elif settings.shops_file is None:
        if name not in {None, SHOP}:
            exit_with([not_several(name or "")])
        yield from findings
        yield from check_with(settings, shop=SHOP, send_alerts=send_alerts)
    elif name is None:
        if send_alerts:
            exit_with([which_shop(read_shops(settings))])
        yield from findings
        yield from check_all(settings)
    else:
        shops = read_shops(settings)
        if name not in shops.good and name not in shops.out:
            exit_with([*shops.problems, no_such_shop(name, shops)])
        yield from findings
        yield from check_shop(shops, name, send_alerts=send_alerts)
