"""`sandbox` and `demo`: the stand-ins for Whapi and Google Sheets, and the whole job with no account."""

from pathlib import Path

import click

from sandbox.command import run_sandbox
from sandbox.demo import run_demo


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=9090, show_default=True, help="Where to listen.")
@click.option("--send-to", metavar="URL", help="The address to send webhooks to, such as that of serve.")
@click.option("--secret", help="The WEBHOOK_SECRET to send with them.")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data/sandbox"),
    show_default=True,
    help="Where the key file and the settings for serve are written.",
)
def sandbox(host: str, port: int, send_to: str | None, secret: str | None, data_dir: Path) -> None:
    """Runs stand-ins for Whapi and Google Sheets on one port, and a page that shows the sheet.

    It needs no account and no settings, and writes the settings that serve needs to run against it.
    """
    run_sandbox(port=port, host=host, webhook_url=send_to, secret=secret, data_dir=data_dir)


@click.command()
@click.option("--once", is_flag=True, help="End when all rows are verified in the sheet: exit 0, or 1 if they are not.")
@click.option("--port", type=click.IntRange(0, 65535), default=9090, show_default=True, help="Of the sheet's page.")
@click.option("--shops", type=click.IntRange(1, 20), default=1, show_default=True, help="How many shops there are.")
def demo(once: bool, port: int, shops: int) -> None:
    """Runs sandbox and service, sends a dozen varied orders to each shop and shows them reach its sheet.

    Needs no account and no settings, and keeps its files in a temporary folder.
    """
    run_demo(once=once, port=port, shops=shops)
