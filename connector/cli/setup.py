"""`setup`: from an empty folder to a service that is ready to start."""

import sys

import click

from connector.cli.start import exit_with, settings_or_exit
from connector.log import set_up_logging
from connector.settings import SettingsError
from connector.setup.env_file import EnvFileError
from connector.setup.run import missing, run_setup, summary_step, take_over_step
from connector.setup.talk import CannotAskError, Talk, Values
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
def setup(yes: bool, summary: bool, takes_over: bool) -> None:
    """Asks for what is missing, keeps it in .env, makes the tabs, and registers the webhook at Whapi.

    May be run again at any time: what is there already is looked at and left as it is. Exits with 0 if all is well,
    1 if something is wrong, 2 if something is missing.
    """
    talk = Talk(asks=not yes)
    if summary or takes_over:
        settings = settings_or_exit(quiet=True)
        step = take_over_step if takes_over else summary_step
        try:
            sys.exit(0 if step(settings, talk) else 1)
        except StoreError as error:
            exit_with([str(error)])
    set_up_logging(level="CRITICAL")
    try:
        values = Values()
        if yes and (problems := missing(values)):
            exit_with(problems)
        is_well = run_setup(talk, values)
    except SettingsError as error:
        exit_with(error.problems)
    except (EnvFileError, StoreError) as error:
        exit_with([str(error)])
    except CannotAskError:
        sys.exit(1)
    if not is_well:
        talk.title("Not all is well yet.")
        talk.say("Mend what is marked as wrong above and run setup again; it asks only for what is missing.")
        sys.exit(1)
    restart = " (again, if it is running: it must take the new settings)" if values.changed else ""
    talk.title(f"All is set up. Start the service{restart}: python -m connector serve")
