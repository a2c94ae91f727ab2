"""What most commands begin with: settings, logging and the store, with plain sentences where one is wrong."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import click

from connector import terminal
from connector.checks.variables import remarks
from connector.language import parse_language, speak
from connector.log import Redactor, set_up_logging
from connector.runtime.service import Service
from connector.runtime.spreadsheet import speak_as_stored
from connector.settings import ENV_FILE, SHOP, Settings, SettingsError, environment, load_settings, settle_libraries
from connector.sheets.account import DEFAULT
from connector.sheets.credentials import CredentialsError
from connector.shops.file import shown
from connector.shops.settings import ShopEntry, Shops, read_shops
from connector.store.database import Database, StoreError

MISCONFIGURED = 2
"""The exit code for settings that are missing or wrong."""
_MOST_NAMED = 20

shop_option = click.option("--shop", "name", metavar="NAME", help="Which shop, where there are several.")


def settings_or_exit(*, quiet: bool = False) -> Settings:
    """The settings, with logging set up by them; or exit code 2 and a sentence for each problem.

    `quiet`, for commands that show their own progress: what goes well is logged only with LOG_LEVEL=DEBUG.
    """
    speak_as_set()
    try:
        settings = load_settings()
        settle_libraries()
    except SettingsError as error:
        # Of what is missing, a line that is left out or a name that is misspelt may be the reason.
        exit_with([*error.problems, *(finding.sentence for finding in remarks(Path(ENV_FILE)))])
    _log_by(settings, quiet=quiet)
    return settings


def shop_or_exit(name: str | None, *, quiet: bool = False) -> tuple[Settings, ShopEntry]:
    """The operator's settings, and the shop that the command is about: the one of `.env`, or the one of this name.

    Exits with 2 and sentences where settings are wrong, and where it can't be known which shop is meant.
    """
    operator = settings_or_exit(quiet=quiet)
    if operator.shops_file is None:
        if name not in {None, SHOP}:
            exit_with([not_several(name or "")])
        return operator, ShopEntry(SHOP, operator, DEFAULT)
    shops = read_shops(operator)
    if name is None:
        exit_with([*([] if shops.good or shops.out else shops.problems), which_shop(shops)])
    shop = shops.good.get(name)
    if shop is None:
        sentences = shops.out.get(name) or [*shops.problems, no_such_shop(name, shops)]
        exit_with(sentences, secrets=operator.secrets)
    _log_by(operator, quiet=quiet, more_secrets=shop.settings.secrets)
    if shop.settings.language is not None:
        speak(shop.settings.language)
    return operator, shop


def speak_as_set() -> None:
    """Speaks the language of LANGUAGE from now on, where that is set. Says nothing of what is wrong."""
    try:
        language = parse_language(environment().get("LANGUAGE", ""))
    except (SettingsError, ValueError):
        return
    if language is not None:
        speak(language)


def not_several(name: str) -> str:
    return f"There is no shop {shown(name)}: without SHOPS_FILE there is only one, which needs no --shop."


def which_shop(shops: Shops) -> str:
    """Says that a shop must be named, and which there are."""
    return f"There are several shops. Say which one is meant, with --shop NAME: {names_of(shops)}."


def no_such_shop(name: str, shops: Shops) -> str:
    return f"There is no shop {shown(name) if name not in shops.out else name}. There are: {names_of(shops)}."


def names_of(shops: Shops) -> str:
    """The first of the shops by their names, for a sentence."""
    names = sorted({*shops.good, *shops.out})
    more = len(names) - _MOST_NAMED
    listed = ", ".join(names[:_MOST_NAMED]) or "none"
    return f"{listed} and {more:,} more" if more > 0 else listed


def _log_by(settings: Settings, *, quiet: bool, more_secrets: Iterable[str] = ()) -> None:
    level = "WARNING" if quiet and settings.log_level == "INFO" else settings.log_level
    set_up_logging(log_format=settings.log_format, level=level, secrets=[*settings.secrets, *more_secrets])


def database_or_exit(settings: Settings, shop: ShopEntry | None = None) -> Database:
    """The open store, or exit code 2 and a sentence. What is said from then on is in the language of the shop, or of
    these settings, as far as that is known."""
    try:
        database = Database(settings.database_url)
    except StoreError as error:
        exit_with([str(error)], secrets=settings.secrets)
    speak_as_stored(settings if shop is None else shop.settings, database)
    return database


def service_or_exit(operator: Settings, shop: ShopEntry, database: Database) -> Service:
    """The service's parts for this one shop; or exit code 2 and a sentence, with the database closed."""
    service = Service(operator, database)
    try:
        service.add_shop(shop.name, shop.settings, shop.account)
    except CredentialsError as error:
        database.close()
        exit_with([str(error)])
    return service


def exit_with(problems: Iterable[str], *, code: int = MISCONFIGURED, secrets: Iterable[str] = ()) -> NoReturn:
    """Ends the command with a sentence for each problem, from which secrets are taken out as they are from the log."""
    redact = Redactor(secrets).text
    for problem in problems:
        click.echo(terminal.laid_out(redact(problem), stream=sys.stderr), err=True)
    sys.exit(code)
