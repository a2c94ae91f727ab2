"""`backup` and `restore`: the database to a file, and back."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy.engine import URL

from connector import terminal
from connector.cli.start import exit_with, settings_or_exit
from connector.cli.work_left import say
from connector.clock import SystemClock
from connector.settings import Settings
from connector.store.backup import CopyError, back_up
from connector.store.database import StoreError, parse_url, sqlite_path
from connector.store.restore import Contents, ready_to_restore

_NOT_DONE = 1
_SURE_TO_BE_IN = timedelta(days=1)
"""Before the latest order in a backup: what came in by then is in it, whichever zone the day is read in, but for a
webhook that was a day late."""
_POSTGRESQL = {
    "backup": "The database is PostgreSQL's, which has its own command for that: pg_dump --format=custom --file={path} "
    "NAME. docs/operating.md says more.",
    "restore": "The database is PostgreSQL's, which has its own command for that: stop every instance, then pg_restore "
    "--clean --if-exists --dbname=NAME {path}. docs/operating.md says what comes after it.",
}


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Replace a file that is there without asking.")
def backup(path: Path, yes: bool) -> None:
    """Copies the database to PATH, while the service runs or not; in a folder, under a name with the time.

    The copy is of one moment, and complete once it has its name. It holds customers' names and numbers, and is made
    so that its owner alone can read it. The settings (.env, SHOPS_FILE, the key file) are not in it. Exits with 1 if
    no copy was made. For SQLite; PostgreSQL has pg_dump.
    """
    _, database = _sqlite_or_exit(settings_or_exit(quiet=True), "backup", path)
    if path.is_dir():
        path /= f"connector-{SystemClock().now():%Y-%m-%d-%H%M%S}.db"
    if path.exists() and not yes:
        _confirm_or_exit(f"{path} is there already. Replace it?", f"{path} is there already. Replace it with --yes.")
    try:
        count = back_up(database, path)
    except CopyError as error:
        exit_with([str(error)], code=_NOT_DONE)
    say(f"{path} holds the database with {_orders(count)}. It can be read by its owner alone; keep it so.")


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Ask nothing.")
def restore(path: Path, yes: bool) -> None:
    """Puts the backup PATH into the database's place, and keeps what stood there under another name.

    Refuses while a service is running on the database, and a file that is damaged, not the connector's, or of a later
    version. One of an earlier version is brought up to date. No row is doubled: the service reads from the spreadsheet
    which orders stand there before it writes. Exits with 1 if nothing was changed. For SQLite; PostgreSQL has
    pg_restore.
    """
    settings = settings_or_exit(quiet=True)
    url, place = _sqlite_or_exit(settings, "restore", path)
    now = SystemClock().now()
    try:
        with ready_to_restore(path, place, url) as restored:
            contents = restored.contents
            if not yes:
                _confirm_or_exit(
                    f"Put {path} with {_orders(contents.orders)} into the place of {place}?",
                    f"Nothing was changed. To put {path} into the place of {place}, use --yes.",
                )
            aside = restored.put_in_place(now=now)
    except CopyError as error:
        exit_with([str(error)], code=_NOT_DONE, secrets=settings.secrets)
    _tell(contents, place, aside, many=settings.shops_file is not None)


def _tell(contents: Contents, place: Path, aside: Path | None, *, many: bool) -> None:
    newest = f", the latest of {_utc(contents.newest)}" if contents.orders and contents.newest else ""
    say(f"{place} is the backup now, with {_orders(contents.orders)}{newest}.")
    if aside is not None:
        say(f"What stood there before is {aside}.")
    say("The service first reads from the spreadsheet which orders stand there, and writes none of them again.")
    if contents.newest is not None:
        since = f"{contents.newest - _SURE_TO_BE_IN:%Y-%m-%d}"
        command = terminal.command("backfill", "--since", since, *(["--shop", "NAME"] if many else []))
        each = "For each shop, take in" if many else "Take in"
        say(f"{each} what came since the backup, once the service runs: {command}")
    say("The service that worked on the former database must not run elsewhere any more: this one takes over.")


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _orders(count: int) -> str:
    return "1 order" if count == 1 else f"{count:,} orders"


def _sqlite_or_exit(settings: Settings, command: str, path: Path) -> tuple[URL, Path]:
    try:
        url = parse_url(settings.database_url)
        if url.get_backend_name() != "sqlite":
            exit_with([_POSTGRESQL[command].format(path=path)])
        return url, sqlite_path(url)
    except StoreError as error:
        exit_with([str(error)], secrets=settings.secrets)


def _confirm_or_exit(question: str, otherwise: str) -> None:
    """Goes on if somebody says so; `otherwise`: what is said where nobody can be asked."""
    if not terminal.is_answered():
        exit_with([otherwise], code=_NOT_DONE)
    if not click.confirm(question, default=False, err=True):
        _unchanged()


def _unchanged() -> NoReturn:
    exit_with(["Nothing was changed."], code=_NOT_DONE)
