"""`serve`: the service in the foreground."""

import click

from connector.cli.foreground import run_service
from connector.cli.start import settings_or_exit


@click.command()
def serve() -> None:
    """Runs the service: HTTP, the workers that fetch and write, and the scheduler.

    Stops on SIGTERM or Ctrl-C. Whatever is not done by then is taken up at the next start.
    """
    run_service(settings_or_exit())
