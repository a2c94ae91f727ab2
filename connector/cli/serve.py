"""`serve`: the service in the foreground."""

import click

from connector.child import Child
from connector.config import Settings


def _load() -> Settings:
    from connector.environment import load_settings  # noqa: PLC0415 - in the child alone

    return load_settings()


@click.command()
def serve() -> None:
    """Runs the service: HTTP, the sync pipeline and the scheduler.

    Stops on SIGTERM or Ctrl-C. Whatever is not done by then is taken up at the next start.
    """
    # What reads the settings, pydantic above all, takes 10 MB, and the service needs it for a moment only. Meanwhile
    # everything else is imported here.
    loading = Child(_load)
    from connector.cli.foreground import run_service  # noqa: PLC0415
    from connector.cli.start import settings_or_exit  # noqa: PLC0415

    run_service(settings_or_exit(loading.result))
