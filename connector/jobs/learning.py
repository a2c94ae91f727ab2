"""Reads from the sheet what this store doesn't know of it, before anything is written there."""

from dataclasses import dataclass

from sqlalchemy import Connection

from connector.clock import Clock
from connector.events.publisher import Publisher
from connector.log import get_logger
from connector.models import Shown
from connector.sheets.key_columns import SheetRows
from connector.sheets.rows import COMPLETE, UNAVAILABLE, WAITING_COLUMNS
from connector.store import learned as learned_rows
from connector.store import spreadsheets
from connector.store.database import Database
from connector.store.learned import Learned, Standing

log = get_logger(__name__)

_AT_ONCE = 500
"""Orders in one commit, so that no webhook waits long behind it."""
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was found in the sheet."""

    rows: int
    """Orders that stand there."""
    new: int
    """Those of them that the store did not have."""
    lacking: tuple[str, ...]
    """Those that count as complete, and have no item rows: somebody deleted them, or they are only half there."""


def standing_of(state: str, lines: int) -> Standing:
    """How an order stands, by what its row says of the items, and by its rows in the other tab.

    Item rows come with `complete`, in one piece. So where there are some, there are all, whatever the merchant has
    made of the cell since.
    """
    if lines or state.startswith(COMPLETE):
        return Standing(Shown.COMPLETE, lines)
    if state.startswith(UNAVAILABLE):
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
    standings = {
        order_id: standing_of(rows.states.get(order_id, COMPLETE), rows.lines.get(order_id, 0))
        for order_id in rows.order_ids
    }
    ids = list(standings)
    new = 0
    for start in range(0, len(ids), _AT_ONCE):
        some = {order_id: standings[order_id] for order_id in ids[start : start + _AT_ONCE]}

        def change(connection: Connection, some: dict[str, Standing] = some) -> Learned:
            now = clock.now()
            learned = learned_rows.learn(connection, shop, some, now=now)
            events.shown(connection, learned.shown, now=now)
            return learned

        new += database.write(change).new
    database.write(
        lambda connection: spreadsheets.learned(connection, spreadsheet_id, last_batch, orders=new, now=clock.now())
    )
    lacking = tuple(
        order_id for order_id, standing in standings.items() if order_id in rows.states and standing.lacks_items
    )
    log.info("sheet.rows_known", orders=len(standings), new=new)
    if lacking:
        log.warning("sheet.items_missing", orders=len(lacking), order_ids=list(lacking[:_NAMED]))
    return Lesson(len(standings), new, lacking)


def lacking_sentence(lesson: Lesson) -> str:
    """Names the orders whose item rows are missing."""
    count = len(lesson.lacking)
    which = ", ".join(lesson.lacking[:_NAMED]) + (f" and {count - _NAMED} more" if count > _NAMED else "")
    return (
        f"{'An order counts' if count == 1 else f'{count} orders count'} as complete in the sheet and "
        f"{'has' if count == 1 else 'have'} no item rows: {which}. If nobody has deleted them, write them by hand."
    )
