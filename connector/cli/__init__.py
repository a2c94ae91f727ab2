"""The commands of `python -m connector`, one module each."""

import click

from connector import __version__
from connector.cli.backfill import backfill_command
from connector.cli.check import check
from connector.cli.demo import demo
from connector.cli.orders import orders
from connector.cli.replay import replay_command
from connector.cli.resync import resync
from connector.cli.sandbox import sandbox
from connector.cli.serve import serve
from connector.cli.setup import setup


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="connector")
def main() -> None:
    """Brings WhatsApp orders from Whapi.Cloud into a Google Sheet, each exactly once."""


for command in (serve, demo, sandbox, setup, check, orders, resync, backfill_command, replay_command):
    main.add_command(command)
