"""The commands, one module each."""

import importlib
import os
from typing import cast

import click

from connector import __version__
from connector.language import ENGLISH, of_environment, speaking

_COMMANDS = {
    "serve": "connector.cli.serve:serve",
    "demo": "connector.cli.sandbox:demo",
    "sandbox": "connector.cli.sandbox:sandbox",
    "setup": "connector.cli.setup:setup",
    "check": "connector.cli.check:check",
    "shops": "connector.cli.shops:shops",
    "orders": "connector.cli.orders:orders",
    "resync": "connector.cli.resync:resync",
    "audit": "connector.cli.audit:audit",
    "backfill": "connector.cli.backfill:backfill_command",
    "replay": "connector.cli.replay:replay_command",
    "dealt-with": "connector.cli.dealt_with:dealt_with",
    "backup": "connector.cli.backup:backup",
    "restore": "connector.cli.backup:restore",
}


class _Commands(click.Group):
    """Imports a command when it is called, so that none costs the others time and memory."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click has it
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as click has it
        place = _COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        return cast("click.Command", getattr(importlib.import_module(module), name))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="connector")
@click.pass_context
def main(context: click.Context) -> None:
    """Brings WhatsApp orders from Whapi.Cloud into a Google Sheet, each exactly once."""
    # Until the command knows better.
    context.with_resource(speaking(of_environment(os.environ) or ENGLISH))
