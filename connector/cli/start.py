"""What most commands begin with: settings, logging and the store, with plain sentences where one is wrong."""

import sys
from collections.abc import Iterable
from typing import NoReturn

import click

from connector.log import Redactor, set_up_logging
from connector.runtime.service import Service, build_service
from connector.settings import Settings, SettingsError, load_settings
from connector.sheets.credentials import CredentialsError
from connector.store.database import Database, StoreError

MISCONFIGURED = 2
"""The exit code for settings that are missing or wrong."""


def settings_or_exit(*, quiet: bool = False) -> Settings:
    """The settings, with logging set up by them; or exit code 2 and a sentence for each problem.

    `quiet`, for commands that show their own progress: what goes well is logged only with LOG_LEVEL=DEBUG.
    """
    try:
        settings = load_settings()
    except SettingsError as error:
        exit_with(error.problems)
    level = "WARNING" if quiet and settings.log_level == "INFO" else settings.log_level
    set_up_logging(log_format=settings.log_format, level=level, secrets=settings.secrets)
    return settings


def database_or_exit(settings: Settings) -> Database:
    """The open store, or exit code 2 and a sentence."""
    try:
        return Database(settings.database_url)
    except StoreError as error:
        exit_with([str(error)], secrets=settings.secrets)


def service_or_exit(settings: Settings, database: Database) -> Service:
    """The service's parts on this database; or exit code 2 and a sentence, with the database closed."""
    try:
        return build_service(settings, database)
    except CredentialsError as error:
        database.close()
        exit_with([str(error)])


def exit_with(problems: Iterable[str], *, code: int = MISCONFIGURED, secrets: Iterable[str] = ()) -> NoReturn:
    """Ends the command with a sentence for each problem, from which secrets are taken out as they are from the log."""
    redact = Redactor(secrets).text
    for problem in problems:
        click.echo(redact(problem), err=True)
    sys.exit(code)
