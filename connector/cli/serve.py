"""`serve`: runs the service in the foreground, from its settings to its end."""

import gc
import signal
from pathlib import Path
from types import FrameType

import click
from sqlalchemy.exc import SQLAlchemyError

from connector import __version__, signals
from connector.app import create_app
from connector.checks.disk import check_that_disk_lasts, network_warning
from connector.checks.failure import WrongError
from connector.checks.monitor import monitor_health
from connector.checks.storage import check_writable
from connector.checks.variables import remarks
from connector.cli.start import database_or_exit, exit_with, settings_or_exit
from connector.jobs.scheduler import Job
from connector.log import get_logger
from connector.open_files import raise_limit
from connector.runtime.first_looks import look_at_channels
from connector.runtime.service import Service
from connector.runtime.watch import EVERY, ShopsWatch
from connector.server import AddressInUseError, WebServer
from connector.settings import ENV_FILE, SHOP, Settings
from connector.sheets.credentials import CredentialsError
from connector.store.commit import StoreClosedError

log = get_logger(__name__)

LOST = (
    "The database was lost while the service started. See that it runs and can be reached, and start the service again."
)


@click.command()
def serve() -> None:
    """Runs the service: HTTP, the workers that fetch and write, and the scheduler.

    Stops on SIGTERM, Ctrl-C, and when its terminal closes. Whatever is not done by then is taken up at the next start.
    """
    run_service(settings_or_exit())


def run_service(settings: Settings) -> None:
    """Runs until a signal comes. Exits with 2 and a sentence where it can't start."""
    raise_limit()
    database = database_or_exit(settings)
    try:
        if database.is_sqlite:
            check_writable(database, settings)
        service = Service(settings, database)
        look_at_channels(service)
        monitor_health(service)
        _take_in_shops(service)
        app = create_app(service)
        server = WebServer(app, settings.host, settings.port)
    except (CredentialsError, AddressInUseError, WrongError) as error:
        database.close()
        exit_with([str(error)], secrets=settings.secrets)

    def stop(number: int, _frame: FrameType | None) -> None:
        server.stop()
        service.long_poll.end()  # Who waits is answered with how far it is, and holds up nothing.
        # Nothing is lost if a second one ends the process at once.
        signal.signal(number, signals.after_first(number))

    for number in signals.that_stop():
        signal.signal(number, stop)
    try:
        service.start()
    except (SQLAlchemyError, StoreClosedError):
        exit_with([LOST])
    for finding in remarks(Path(ENV_FILE)):
        log.warning("settings.left_out", reason=finding.sentence)
    for finding in check_that_disk_lasts(database.path):
        log.warning("database.may_be_lost", reason=finding.sentence)
    far = network_warning(database.path)
    if far is not None:
        log.warning("database.on_network_disk", reason=far)
    log.info("service.started", version=__version__, address=f"http://{settings.host}:{server.port}")
    _keep_what_is_there()
    server.run()
    service.close()
    log.info("service.stopped")


def _take_in_shops(service: Service) -> None:
    """The one shop of `.env`; or those of SHOPS_FILE, which is looked at again every few seconds."""
    if not service.has_many:
        service.add_shop(SHOP, service.settings)
        return
    watch = ShopsWatch(service)
    watch.look()
    service.scheduler.every(EVERY, Job.SHOPS, watch.look)


def _keep_what_is_there() -> None:
    """Takes all that is loaded by now out of the garbage collector's sight: it stays to the end anyway.

    Without this the collector goes through all of it again and again, 80 ms each time on a small machine, and every
    webhook that comes in meanwhile waits for its answer.
    """
    gc.collect()
    gc.freeze()
