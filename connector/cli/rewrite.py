"""`resync --rewrite`: writes orders' rows again that are gone from the sheet."""

from collections.abc import Sequence

import click

from connector.cli.work import start_here, watch
from connector.jobs.rewrite import NotRewrittenError, rewrite
from connector.runtime import SHOP, Service
from connector.settings import Settings
from connector.sheets.errors import SheetsError


def rewrite_all(service: Service, settings: Settings, order_ids: Sequence[str]) -> int:
    """Has what is gone of the orders written, by the service if it runs; the exit code: 0 if all of them are written
    anew. Closes the service."""
    asked_at, left = service.clock.now(), 0
    for order_id in order_ids:
        try:
            rewrite(service.database, service.lookup, shop=SHOP, order_id=order_id, clock=service.clock)
        except (NotRewrittenError, SheetsError) as error:
            left += 1
            click.echo(f"{order_id}: {service.redact(str(error))}", err=True)
    if left < len(order_ids):
        if not start_here(service):
            click.echo(f"The running service writes them within {settings.resync_interval:g} seconds.", err=True)
        watch(service, asked_at, title="Writing rows")
    service.close()
    click.echo(f"{len(order_ids) - left} of {len(order_ids)} orders are written anew.")
    return 1 if left else 0
