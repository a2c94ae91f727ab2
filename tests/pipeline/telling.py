"""What a receiver of events that was down all the time would be told."""

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from connector.models import Order, Shown
from connector.store.tables import outbox

ORDER_OF_EVENTS = ("order.received", "order.waiting", "order.failed", "order.synced")
LAST_TOLD = {
    None: "order.received",
    Shown.WAITING: "order.waiting",
    Shown.UNAVAILABLE: "order.failed",
    Shown.COMPLETE: "order.synced",
}


def told_of_each(connection: sa.Connection) -> dict[str, list[str]]:
    """Of each order, and of each part."""
    told: dict[str, list[str]] = {}
    for about, kind in connection.execute(sa.select(outbox.c.about, outbox.c.type).order_by(outbox.c.id)):
        if kind != "order.changed":  # told whenever it comes
            told.setdefault(about, []).append(kind)
    return told


def is_told_once_and_in_order(told: Mapping[str, list[str]], answered: Iterable[str], stored: Sequence[Order]) -> None:
    """Each order's events came once and in their order, and the last says where the order stands."""
    for order_id in answered:
        assert told[order_id] == [kind for kind in ORDER_OF_EVENTS if kind in told[order_id]]
    for order in stored:
        assert told[order.order_id][-1] == LAST_TOLD[order.shown]
    for part in ("channel", "sheet"):
        begun, ended = (told.get(part, []).count(f"connector.{kind}") for kind in ("problem", "recovered"))
        assert begun >= ended
