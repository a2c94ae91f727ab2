"""`audit`: compares the sheet with what was received, and mends what it is asked to."""

import json
import sys
from collections.abc import Sequence
from datetime import date, datetime, time

import click

from connector.cli.moments import zone_of
from connector.cli.start import database_or_exit, exit_with, service_or_exit, shop_option, shop_or_exit
from connector.cli.work_left import say, start_here, watch
from connector.jobs import audit as audits
from connector.jobs.audit import Report
from connector.jobs.doubles import remove_doubles
from connector.runtime.service import Service
from connector.runtime.shop import Shop
from connector.sheets.errors import SheetsError

_NAMED = 10


@click.command()
@click.option("--since", metavar="DATE", help="Only orders that came in since that day began in the sheet's zone.")
@click.option("--write-missing", is_flag=True, help="Write anew what is missing in the sheet.")
@click.option("--remove-doubles", is_flag=True, help="Delete rows that are equal to another and hold nothing more.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@shop_option
def audit(
    since: str | None, write_missing: bool, remove_doubles: bool, yes: bool, as_json: bool, name: str | None
) -> None:
    """Compares the sheet with what was received.

    Names orders that are missing in the sheet, that stand there more than once, or with fewer or more item rows than
    items, and rows of orders that were never received here. Exits with 0 only if there are none. Rows that somebody
    deleted on purpose are missing, too.
    """
    day = _date(since)
    operator, chosen = shop_or_exit(name, quiet=True)
    database = database_or_exit(operator, chosen)
    with database.read() as connection:
        begin = None if day is None else datetime.combine(day, time(), zone_of(connection, chosen.settings))
    service = service_or_exit(operator, chosen, database)
    try:
        report = _compare(service.only, begin)
        suspects = (*report.doubled, *report.items)
        if remove_doubles and suspects and (yes or _agrees(f"Delete rows that are surplus, of {len(suspects)} orders")):
            _remove_doubles(service.only, suspects, quiet=as_json)
            report = _compare(service.only, begin)
        if write_missing and (report.missing or report.items) and (yes or _agrees("Write what is missing")):
            _write_missing(service, report, quiet=as_json)
            report = _compare(service.only, begin)
    except SheetsError as error:
        exit_with([service.only.redact(error.message)])
    finally:
        service.close()
    if as_json:
        click.echo(json.dumps(report.as_json()))
    for sentence in () if as_json else sentences(report):
        say(sentence)
    sys.exit(0 if report.is_equal else 1)


def sentences(report: Report) -> list[str]:
    """The report for people."""
    received = "1 order was received" if report.orders == 1 else f"{report.orders:,} orders were received"
    if report.is_equal:
        return [f"{received}, and the sheet has each of them once, as it was written."]
    found = [f"{received}. The sheet is not as it was written:"]
    for ids, what in (
        (report.missing, "missing in the sheet (audit --write-missing writes them)"),
        (report.doubled, "there more than once (audit --remove-doubles removes what is surplus)"),
        (report.items, "there with too few item rows, or too many"),
        (report.unknown, "in the sheet and were never received here"),
    ):
        if ids:
            which = ", ".join(ids[:_NAMED]) + (f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else "")
            found.append(f"{len(ids):,} {what}: {which}.")
    return found


def _compare(shop: Shop, since: datetime | None) -> Report:
    report = audits.compare(shop.database, shop.lookup.rows, shop=shop.name, clock=shop.clock, since=since)
    if since is None:
        audits.keep(shop.database, shop.settings.spreadsheet_id, report, clock=shop.clock)
    return report


def _write_missing(service: Service, report: Report, *, quiet: bool) -> None:
    shop, asked_at = service.only, service.clock.now()
    written = audits.write_missing(shop.database, shop.lookup.rows, report, shop=shop.name, clock=shop.clock)
    if not quiet:
        click.echo(f"{len(written)} of {len(report.missing) + len(report.items)} orders are written anew.")
    if written:
        if not start_here(service) and not quiet:
            click.echo(f"The running service does so within {service.settings.resync_interval:g} seconds.", err=True)
        watch(service, asked_at, title="Writing rows")


def _remove_doubles(shop: Shop, order_ids: Sequence[str], *, quiet: bool) -> None:
    removed = shop.lookup.with_sheet(
        lambda api, workbook: remove_doubles(shop.database, api, workbook, order_ids, shop=shop.name)
    )
    if not quiet:
        click.echo(f"{removed.rows} surplus rows were deleted.")
        for sentence in removed.left:
            say(sentence)


def _agrees(question: str) -> bool:
    return click.confirm(f"{question}?", default=False, err=True)


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.UsageError("--since is a date such as 2026-11-01.") from None
