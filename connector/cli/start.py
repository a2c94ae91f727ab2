"""What most commands begin with: settings, logging and the store, with plain sentences where one is wrong."""

import sys
from collections.abc import Callable, Iterable
from typing import NoReturn

import click

from connector.config import Settings, SettingsError
from connector.logs import set_up_logging
from connector.store.database import Database, StoreError

MISCONFIGURED = 2
"""The exit code for settings that are missing or wrong."""


def settings_or_exit(load: Callable[[], Settings] | None = None, *, quiet: bool = False) -> Settings:
    """The settings, with logging set up by them; or exit code 2 and a sentence for each problem.

    `load`: where they come from, if not from `load_settings`.

    `quiet`, for commands that show their own progress: what goes well is logged only with LOG_LEVEL=DEBUG.
    """
    if load is None:
        from connector.environment import load_settings  # noqa: PLC0415 - `serve` goes without it

        load = load_settings
    try:
        settings = load()
    except SettingsError as error:
        exit_with(error.problems)
    level = "WARNING" if quiet and settings.log_level == "INFO" else settings.log_level
    set_up_logging(log_format=settings.log_format, level=level, secrets=settings.secrets)
    return settings


def database_or_exit(settings: Settings, *, has_threads: bool = True) -> Database:
    """The open store, or exit code 2 and a sentence; `has_threads`: see Database."""
    try:
        return Database(settings.database_url, has_threads=has_threads)
    except StoreError as error:
        exit_with([str(error)])


def exit_with(problems: Iterable[str], *, code: int = MISCONFIGURED) -> NoReturn:
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(code)
