"""Runs the service in the foreground, from its settings to its end."""

import signal
from types import FrameType

from connector import __version__
from connector.check.running import Watch
from connector.cli.start import database_or_exit, exit_with
from connector.config import Settings
from connector.lean import keep_all
from connector.logs import get_logger
from connector.service import build_service, lift_pauses
from connector.sheets.credentials import CredentialsError
from connector.web.app import create_app
from connector.web.server import AddressInUseError, WebServer

log = get_logger(__name__)


def run_service(settings: Settings) -> None:
    """Runs until a signal comes. Exits with 2 and a sentence where it can't start."""
    database = database_or_exit(settings, has_threads=False)
    try:
        service = build_service(settings, database)
        app = create_app(
            service,
            webhook_secret=settings.webhook_secret,
            public_url=settings.public_url,
            admin_password=settings.admin_password,
        )
        server = WebServer(app, settings.host, settings.port)
    except (CredentialsError, AddressInUseError) as error:
        database.close()
        exit_with([str(error)])

    def stop(number: int, _frame: FrameType | None) -> None:
        server.stop()
        service.waits.end()  # Who waits is answered with how far it is, and holds up nothing.
        # A second signal means impatience: nothing is lost if it ends the process at once.
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    watch = Watch(settings, service)
    lift_pauses(database, service.clock)
    service.pipeline.start()
    log.info("service.started", version=__version__, address=f"http://{settings.host}:{server.port}")
    watch.start()
    keep_all()
    server.run()
    watch.stop()
    service.close()
    log.info("service.stopped")
