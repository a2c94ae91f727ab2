"""`setup`: from an empty folder to a service that is ready to start."""

import sys
from functools import partial
from typing import NoReturn

import click

from connector.cli.shops import set_up
from connector.cli.start import exit_with, shop_option, shop_or_exit, speak_as_set
from connector.log import set_up_logging
from connector.settings import SettingsError, environment, settle_libraries
from connector.setup.closing import say_all_is_well, say_it_goes_on, say_what_is_left
from connector.setup.env_file import EnvFileError
from connector.setup.run import column_step, missing, run_setup, summary_step, take_over_step
from connector.setup.shop_values import ShopValues
from connector.setup.talk import CannotAskError, Talk, Values
from connector.sheets.columns import OPTIONAL
from connector.store.database import StoreError


@click.command()
@click.option(
    "--yes", is_flag=True, help="Ask nothing: take all from the environment and .env, or say what is missing."
)
@click.option("--summary", is_flag=True, help="Nothing but this: make the tab Summary anew.")
@click.option(
    "--take-over",
    "takes_over",
    is_flag=True,
    help="Nothing but this: make this installation the one that writes into the spreadsheet.",
)
@click.option(
    "--add-column",
    "column",
    type=click.Choice([column.key for column in OPTIONAL]),
    help="Nothing but this: add a column to a tab Orders that was made without it. Rows that come later are filled.",
)
@shop_option
def setup(yes: bool, summary: bool, takes_over: bool, column: str | None, name: str | None) -> None:
    """Asks for what is missing, keeps it in .env, makes the tabs, and registers the webhook at Whapi.

    May be run again at any time: what is there already is looked at and left as it is. Exits with 0 if all is well,
    1 if something is wrong, 2 if something is missing. With --shop all this is done for a shop of SHOPS_FILE.
    """
    speak_as_set()
    talk = Talk(asks=not yes)
    if summary or takes_over or column:
        _, shop = shop_or_exit(name, quiet=True)
        step = take_over_step if takes_over else summary_step
        if column:
            step = partial(column_step, key=column)
        try:
            sys.exit(0 if step(shop.settings, talk, shop=shop.name) else 1)
        except StoreError as error:
            exit_with([str(error)])
    if name is not None or _has_many():
        operator, shop = shop_or_exit(name, quiet=True)
        if operator.shops_file is not None:
            set_up(ShopValues(operator, shop.name, {}), talk, f"All is set up for the shop {shop.name}.")
            return
    set_up_logging(level="CRITICAL")
    _set_up(talk)


def _set_up(talk: Talk) -> NoReturn:
    """Takes all steps, and ends the command."""
    try:
        settle_libraries()
        values = Values()
        if not talk.asks and (problems := missing(values)):
            exit_with(problems)
        is_well = run_setup(talk, values)
    except SettingsError as error:
        exit_with(error.problems)
    except (EnvFileError, StoreError) as error:
        exit_with([str(error)])
    except CannotAskError:
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        say_it_goes_on(talk)
        sys.exit(1)
    if not is_well:
        say_what_is_left(talk)
        sys.exit(1)
    say_all_is_well(talk, has_changed=values.changed)
    sys.exit(0)


def _has_many() -> bool:
    try:
        return bool(environment().get("SHOPS_FILE"))
    except SettingsError:
        return False  # What is wrong is said by what reads the settings.
