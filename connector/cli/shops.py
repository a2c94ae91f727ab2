"""`shops`: the shops of SHOPS_FILE listed, checked, added and removed."""

import json
import sys
from collections.abc import Iterator
from typing import NoReturn

import click

from connector.checks.shops import check_shop
from connector.cli.check import run_checks, show
from connector.cli.start import database_or_exit, exit_with, no_such_shop, settings_or_exit
from connector.cli.table import Column
from connector.cli.table import show as show_table
from connector.log import set_up_logging
from connector.settings import SHOP_SETTINGS, Settings, SettingsError, how_to_get
from connector.setup.remove import remove_shop
from connector.setup.shop import set_up_shop
from connector.setup.shop_values import ShopValues, account_with_least
from connector.setup.talk import CannotAskError, Talk
from connector.shops.edit import EditError, has_no_shops
from connector.shops.file import NAMES, is_name
from connector.shops.settings import ACCOUNT, Shops, read_shops
from connector.store.database import StoreError
from connector.store.lock import LockError
from connector.store.shops import Known, ShopState, known_shops

_yes = click.option("--yes", is_flag=True, help="Ask nothing.")
_OUT = "out"


@click.group()
def shops() -> None:
    """Lists, checks, adds and removes the shops of SHOPS_FILE."""


@shops.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_command(as_json: bool) -> None:
    """Lists the shops, and whether each is served, out or leaving.

    A shop is out if its entry in SHOPS_FILE is wrong, and the list says why.
    """
    operator = _operator()
    found = read_shops(operator)
    database = database_or_exit(operator)
    with database.read() as connection:
        known = known_shops(connection)
    database.close()
    entries = [_listed(name, found, known.get(name)) for name in sorted({*found.good, *found.out})]
    for entry in entries if as_json else ():
        click.echo(json.dumps(entry, ensure_ascii=False))
    if entries and not as_json:
        _show(entries)
    for sentence in found.problems:
        click.echo(sentence, err=True)
    if not entries and not as_json:
        click.echo("No shops.")
    sys.exit(1 if found.problems else 0)


@shops.command(name="check")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: shop, name, level, sentence.")
def check_command(names: tuple[str, ...], as_json: bool) -> None:
    """Tests these shops for real, each as `check --shop` does; without a name as `check` does.

    Exits with 0 only if everything holds.
    """
    set_up_logging(level="CRITICAL")
    if not names:
        sys.exit(0 if show(run_checks(), as_json=as_json) else 1)
    found = read_shops(_operator())
    unknown = [name for name in names if name not in found.good and name not in found.out]
    if unknown:
        exit_with([*found.problems, *(no_such_shop(name, found) for name in unknown)])
    all_hold = True
    for name in dict.fromkeys(names):
        if not as_json and len(names) > 1:
            click.echo(click.style(name, bold=True))
        all_hold = show(check_shop(found, name), as_json=as_json, shop=name) and all_hold
    sys.exit(0 if all_hold else 1)


@shops.command()
@click.argument("name")
@click.option("--token", metavar="VALUE", help="Its channel's token at Whapi; also env:NAME or file:PATH.")
@click.option("--spreadsheet", metavar="ADDRESS", help="The address of its spreadsheet, or the id.")
@click.option("--secret", metavar="VALUE", help="Its webhook secret; also env:NAME or file:PATH. None: one is made up.")
@click.option("--password", metavar="VALUE", help="Of its status page; also env:NAME or file:PATH.")
@click.option("--account", metavar="NAME", help="Its Google account; else the one with the fewest shops.")
@click.option("--set", "others", metavar="NAME=VALUE", multiple=True, help="Any other setting of the shop.")
@click.option("--yes", is_flag=True, help="Ask nothing: take all from the options, or say what is missing.")
def add(
    name: str,
    token: str | None,
    spreadsheet: str | None,
    secret: str | None,
    password: str | None,
    account: str | None,
    others: tuple[str, ...],
    yes: bool,
) -> None:
    """Adds a shop: tries its token and spreadsheet, makes the tabs, registers the webhook, and writes the entry.

    Asks for what no option gives. Nothing is written into SHOPS_FILE unless all that is needed is right. Exits with 0
    if all is well, 1 if something is wrong, 2 if something is missing.
    """
    operator = _operator()
    found = read_shops(operator)
    _refuse_name(operator, name, found)
    given = {
        "whapi_token": token,
        "spreadsheet_id": spreadsheet,
        "webhook_secret": secret,
        "admin_password": password,
        ACCOUNT: account,
        **dict(_pairs(others)),
    }
    if account is None and len(found.accounts) > 1 and "google_credentials" not in given:
        given[ACCOUNT] = account_with_least(found)
    values = ShopValues(operator, name, {key: value for key, value in given.items() if value})
    if yes and (missing := [key for key in ("whapi_token", "spreadsheet_id") if not given[key]]):
        exit_with([f"{key} is not given. {how_to_get(key.upper())}" for key in missing])
    set_up(values, Talk(asks=not yes), f"The shop {name} is added.")


@shops.command()
@click.argument("name")
@_yes
def remove(name: str, yes: bool) -> None:
    """Removes a shop: it takes no more orders, what is open is written, and its entry goes from SHOPS_FILE.

    Its orders stay in the database. May be run again where it was cut off. Exits with 0 if all went well.
    """
    operator = _operator()
    found = read_shops(operator)
    database = database_or_exit(operator)
    with database.read() as connection:
        known = known_shops(connection).get(name)
    database.close()
    is_there = name in found.good or name in found.out
    if not is_there and known is not None and known.state is ShopState.ARCHIVED:
        click.echo(f"{name} is removed already.")
        return
    if not is_there and (known is None or known.state is not ShopState.LEAVING):
        exit_with([*found.problems, no_such_shop(name, found)])
    if is_there and not found.is_usable:
        exit_with(found.problems)
    question = f"Remove the shop {name}? It takes no more orders then."
    if not yes and not click.confirm(question, default=False, err=True):
        sys.exit(1)
    talk = Talk(asks=not yes)
    entry = found.good.get(name)
    _quiet(operator, [] if entry is None else entry.settings.secrets)
    try:
        is_well = remove_shop(operator, name, entry, talk)
    except (StoreError, EditError, LockError) as error:
        exit_with([str(error)], code=1)
    sys.exit(0 if is_well else 1)


def set_up(values: ShopValues, talk: Talk, done: str) -> None:
    """Takes the steps of setup for a shop, and ends the command."""
    _quiet(values.operator, [])
    database = database_or_exit(values.operator)
    try:
        values.settings()  # What is wrong by itself is said before anything is asked.
        is_well = set_up_shop(values, talk, database)
    except SettingsError as error:
        exit_with(error.problems)
    except (StoreError, EditError) as error:
        exit_with([str(error)], code=1)
    except CannotAskError:
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        end_early(talk, f"{values.path} is written only at the end, so the answers are asked for again.")
    finally:
        database.close()
    if not is_well:
        talk.title("Not all is well yet.")
        talk.say("Mend what is marked as wrong above and run the command again.")
        sys.exit(1)
    talk.title(done)


def end_early(talk: Talk, sentence: str) -> NoReturn:
    """Ends a command at whose question somebody pressed Ctrl-C."""
    talk.title("Ended before the end.")
    talk.say(sentence)
    sys.exit(1)


def _operator() -> Settings:
    operator = settings_or_exit(quiet=True)
    if operator.shops_file is None:
        exit_with(
            ["SHOPS_FILE is not set, so there is one shop, that of .env. Set it to the path of a file or a folder."]
        )
    return operator


def _refuse_name(operator: Settings, name: str, found: Shops) -> None:
    """Exits with a sentence where no shop of this name can be added."""
    if not is_name(name):
        exit_with([f"A shop's name is {NAMES}."])
    if name in found.good or name in found.out:
        exit_with([f"There is a shop {name} already. setup --shop {name} looks whether all is well with it."])
    assert operator.shops_file is not None
    # A file that is still to be made is no mistake, and neither is one that has no shop yet.
    if not found.is_usable and not (len(found.problems) == 1 and has_no_shops(operator.shops_file)):
        exit_with(found.problems)


def _pairs(others: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for each in others:
        key, equals, value = each.partition("=")
        if not equals or key.strip() not in SHOP_SETTINGS:
            raise click.UsageError(
                "--set takes NAME=VALUE with a setting that a shop may have, such as timezone=Europe/Berlin."
            )
        yield key.strip(), value.strip()


def _quiet(operator: Settings, secrets: list[str]) -> None:
    set_up_logging(level="CRITICAL", secrets=[*operator.secrets, *secrets])


def _listed(name: str, found: Shops, known: Known | None) -> dict[str, str | None]:
    entry = found.good.get(name)
    state = ShopState.LEAVING if known is not None and known.state is ShopState.LEAVING else ShopState.SERVED
    return {
        "shop": name,
        "state": _OUT if entry is None else str(state),
        "reason": " ".join(found.out[name]) if entry is None else None,
        "spreadsheet_id": None if entry is None else entry.settings.spreadsheet_id,
        "channel_id": None if known is None else known.channel_id,
        "account": None if entry is None else entry.account,
    }


def _show(entries: list[dict[str, str | None]]) -> None:
    names = ("shop", "state", "channel_id", "account")
    rows = [
        [*(entry[name] or "" for name in names), entry["reason"] or entry["spreadsheet_id"] or ""] for entry in entries
    ]
    titles = ("Shop", "State", "Channel", "Account", "Spreadsheet")
    show_table([Column(title, is_whole=title != "Spreadsheet") for title in titles], rows)
