"""Reads from the sheet what this store doesn't know of it, before anything is written there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from connector.clock import Clock
from connector.events.publisher import Publisher
from connector.language import gettext as _
from connector.language import ngettext, number
from connector.log import get_logger
from connector.models import Shown
from connector.sheets.key_columns import OrderRows, SheetRows
from connector.sheets.rows import WAITING_COLUMNS
from connector.sheets.words import ENGLISH_WORDS, Words, shown_by
from connector.store import learned as learned_rows
from connector.store import numbers, spreadsheets
from connector.store.database import Database
from connector.store.learned import Learned, Standing

log = get_logger(__name__)

_NAMED = 20
Numbers = Mapping[str, int | None]
"""By the ids of orders."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was found in the sheet."""

    rows: int
    """Orders that stand there."""
    new: int
    """Those of them that the store did not have."""
    lacking: int
    """Those that count as complete, and have no item rows: somebody deleted them, or they are only half there."""
    named: tuple[str, ...] = ()
    """The first of these."""


def standing_of(there: OrderRows, words: Words = ENGLISH_WORDS) -> Standing:
    """How an order stands, by what its row says of the items, and by its rows in the other tab.

    Item rows come with `complete`, in one piece. So where there are some, there are all, whatever the merchant has
    made of the cell since.
    """
    lines = there.lines
    says = shown_by(there.state, words)
    if lines or says is Shown.COMPLETE:
        return Standing(Shown.COMPLETE, lines)
    if says is Shown.UNAVAILABLE:
        return Standing(Shown.UNAVAILABLE, lines, WAITING_COLUMNS[Shown.UNAVAILABLE])
    return Standing(Shown.WAITING, lines, WAITING_COLUMNS[Shown.WAITING])


def learn_rows(
    database: Database,
    rows: SheetRows,
    *,
    shop: str,
    spreadsheet_id: str,
    last_batch: str,
    events: Publisher,
    clock: Clock,
) -> Lesson:
    """Makes the store know of all orders in the sheet; `last_batch` is the one that was the last before the look.

    May die anywhere: until the end it is not on record that the store knows, and it is done again.
    """
    count = new = lacking = 0
    named: list[str] = []
    highest = rows.highest_number
    database.write(lambda connection: numbers.pass_over(connection, shop, highest))
    for page in rows.pages():  # As many in one commit that no webhook waits long behind it.
        standings = {there.order_id: standing_of(there, rows.words) for there in page}
        said = _numbers_said(database, shop, rows, page)

        def change(connection: Connection, standings: dict[str, Standing] = standings, said: Numbers = said) -> Learned:
            now = clock.now()
            learned = learned_rows.learn(connection, shop, standings, now=now)
            numbers.put_numbers(connection, shop, said)
            events.shown(connection, learned.shown, now=now)
            return learned

        count += len(page)
        new += database.write(change).new
        without_items = [there.order_id for there in page if there.times and standings[there.order_id].lacks_items]
        lacking += len(without_items)
        named += without_items[: _NAMED - len(named)]
    with database.read() as connection:
        unwritten = numbers.unwritten_numbers(connection, shop)
    taken = [key for key, (order_id, number) in unwritten.items() if rows.is_of_another(number, order_id)]

    def end(connection: Connection) -> None:
        numbers.number_anew(connection, shop, taken)
        spreadsheets.learned(connection, spreadsheet_id, last_batch, orders=new, now=clock.now())

    database.write(end)
    log.info("sheet.rows_known", orders=count, new=new)
    if lacking:
        log.warning("sheet.items_missing", orders=lacking, order_ids=named)
    return Lesson(count, new, lacking, tuple(named))


def _numbers_said(database: Database, shop: str, rows: SheetRows, page: Sequence[OrderRows]) -> Numbers:
    """What the rows of orders say, where the store says otherwise. An order whose row says nothing has none where
    another order's row says the number that the store has for it."""
    with database.read() as connection:
        known = numbers.numbers_of(connection, shop, [there.order_id for there in page if there.times])
    return {
        there.order_id: there.number
        for there in page
        if there.number != (number := known.get(there.order_id))
        and (there.number is not None or rows.is_of_another(number, there.order_id))
    }


def lacking_sentence(lesson: Lesson) -> str:
    """Names the orders whose item rows are missing."""
    count, unnamed = lesson.lacking, lesson.lacking - len(lesson.named)
    which = ", ".join(lesson.named)
    if unnamed:
        which = _("{named} and {count} more").format(named=which, count=number(unnamed))
    return ngettext(
        "One order counts as complete in the sheet and has no item rows: {which}. If nobody has deleted them, write "
        "them by hand.",
        "{count} orders count as complete in the sheet and have no item rows: {which}. If nobody has deleted them, "
        "write them by hand.",
        count,
    ).format(count=number(count), which=which)
