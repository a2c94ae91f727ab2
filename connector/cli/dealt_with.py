"""`dealt-with`: says of orders, or of what is in quarantine, that nothing is left to do."""

import sys
from collections.abc import Callable

import click
from sqlalchemy import Connection

from connector.cli.start import database_or_exit, exit_with, shop_option, shop_or_exit
from connector.cli.work_left import say
from connector.clock import SystemClock
from connector.store import quarantine
from connector.store.dealt_with import By, deal_with_entry, deal_with_order
from connector.store.orders import find_order

_LARGEST_NUMBER = 2**53


@click.command(name="dealt-with")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--quarantined", is_flag=True, help="The IDs are of what came in and could not be understood.")
@shop_option
def dealt_with(ids: tuple[str, ...], quarantined: bool, name: str | None) -> None:
    """Marks orders that were given up or are odd as dealt with, as the button on the status page does.

    They stay as they are, with when and where that was said, and are no longer named as something to look at. Nothing
    is fetched, written or deleted. With --quarantined: entries in quarantine, by the ids that `orders --quarantined`
    lists. Exits with 1 if one of them isn't there, and then marks none; or if one needed no mark.
    """
    operator, shop = shop_or_exit(name, quiet=True)
    database = database_or_exit(operator)
    kept = _entries if quarantined else _orders
    wanted = list(dict.fromkeys(ids))

    def change(connection: Connection) -> tuple[list[str], list[str]]:
        return kept(connection, shop.name, wanted)

    unknown, needless = database.write(change)
    database.close()
    if unknown:
        exit_with(unknown, code=1)
    say(f"{len(wanted) - len(needless)} of {len(wanted)} are marked as dealt with.")
    for sentence in needless:
        say(sentence, indent=4)
    sys.exit(1 if needless else 0)


def _orders(connection: Connection, shop: str, ids: list[str]) -> tuple[list[str], list[str]]:
    """Sentences: of those that aren't there, and of those that needed no mark."""
    found = {order_id: find_order(connection, shop, order_id) for order_id in ids}
    unknown = [f"There is no order {order_id}." for order_id, order in found.items() if order is None]
    return unknown, [] if unknown else _needless(
        [(order.order_id, order.is_dealt_with) for order in found.values() if order is not None],
        lambda order_id: deal_with_order(connection, shop, order_id, By.COMMAND, now=SystemClock().now()),
        "it was neither given up nor is it odd.",
    )


def _entries(connection: Connection, shop: str, ids: list[str]) -> tuple[list[str], list[str]]:
    """The same."""
    numbers = {text: int(text) if text.isascii() and text.isdecimal() else 0 for text in ids}
    found = {
        text: quarantine.find_entry(connection, shop, number) if 0 < number < _LARGEST_NUMBER else None
        for text, number in numbers.items()
    }
    unknown = [f"Nothing with the id {text} is in quarantine." for text, entry in found.items() if entry is None]
    return unknown, [] if unknown else _needless(
        [(text, entry.dealt_with_at is not None) for text, entry in found.items() if entry is not None],
        lambda text: deal_with_entry(connection, shop, numbers[text], By.COMMAND, now=SystemClock().now()),
        "it is there no longer.",
    )


def _needless(marked: list[tuple[str, bool]], mark: Callable[[str], bool], otherwise: str) -> list[str]:
    """Marks those that aren't yet; of the others a sentence each."""
    sentences = []
    for name, is_marked in marked:
        if is_marked:
            sentences.append(f"{name}: it was marked already.")
        elif not mark(name):
            sentences.append(f"{name}: {otherwise}")
    return sentences
