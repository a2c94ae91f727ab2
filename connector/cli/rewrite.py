"""`resync --rewrite`: writes orders' rows again that are gone from the sheet."""

from collections.abc import Sequence

import click

from connector.cli.start import exit_with
from connector.cli.work import start_here, watch
from connector.jobs.rewrite import NotRewrittenError, rewrite_each
from connector.runtime import SHOP, Service
from connector.settings import Settings
from connector.sheets.errors import SheetsError


def rewrite_all(service: Service, settings: Settings, order_ids: Sequence[str]) -> int:
    """Has what is gone of the orders written, by the service if it runs; the exit code: 0 if all of them are written
    anew. Closes the service."""
    asked_at, left = service.clock.now(), 0
    try:
        outcomes = rewrite_each(
            service.database, service.lookup, shop=SHOP, order_ids=list(dict.fromkeys(order_ids)), clock=service.clock
        )
    except SheetsError as error:
        service.close()
        exit_with([service.redact(error.message)], code=1)
    for order_id, outcome in outcomes.items():
        if isinstance(outcome, NotRewrittenError):
            left += 1
            click.echo(f"{order_id}: {outcome}", err=True)
    if left < len(outcomes):
        if not start_here(service):
            click.echo(f"The running service writes them within {settings.resync_interval:g} seconds.", err=True)
        watch(service, asked_at, title="Writing rows")
    service.close()
    click.echo(f"{len(outcomes) - left} of {len(outcomes)} orders are written anew.")
    return 1 if left else 0
