"""What the store knows of each shop beside its orders: its channel, and when it is to be looked at next."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.dialect import insert_of
from connector.store.tables import shops

UNROUTED = "-unrouted"
"""Stands for a shop in the quarantine, with payloads that no shop could be found for. No shop's name begins with a
dash."""


class ShopState(StrEnum):
    """How far a shop has come."""

    SERVED = "served"
    LEAVING = "leaving"
    """It takes no new orders; what is open is being settled. From here a shop only goes on to be archived."""
    ARCHIVED = "archived"
    """It stands in no file of shops, and nothing is done for it; its orders are kept. Added again, it is served."""


class Next(StrEnum):
    """What is done for a shop now and then."""

    CHECK = "next_check_at"
    RECONCILE = "next_reconcile_at"


@dataclass(frozen=True, slots=True)
class Known:
    """One shop, as the store knows it."""

    state: ShopState
    channel_id: str | None
    """None: nobody has asked the channel yet."""
    next_at: Mapping[Next, datetime | None]


def known_shops(connection: Connection) -> dict[str, Known]:
    """All shops that the store has ever served."""
    return {
        row.shop: Known(ShopState(row.state), row.channel_id, {what: getattr(row, what) for what in Next})
        for row in connection.execute(sa.select(shops))
    }


def channels_of_shops(connection: Connection) -> dict[str, str]:
    """Which shop's each channel is, by the channels' ids."""
    rows = connection.execute(sa.select(shops.c.channel_id, shops.c.shop).where(shops.c.channel_id.is_not(None)))
    return {row.channel_id: row.shop for row in rows}


def leaving_shops(connection: Connection) -> frozenset[str]:
    """The shops that somebody has told to leave."""
    return frozenset(connection.execute(sa.select(shops.c.shop).where(shops.c.state == ShopState.LEAVING)).scalars())


def put_shops(connection: Connection, names: Sequence[str], state: ShopState) -> None:
    """From now on the shops are in this state; those that are new are made known. A shop that is leaving can't be
    served any more: it keeps its state then."""
    if not names:
        return
    statement = insert_of(connection.dialect.name)(shops)
    # A service may have read the file of shops just before somebody told one of them to leave.
    unless_leaving = shops.c.state != ShopState.LEAVING if state is ShopState.SERVED else None
    statement = statement.on_conflict_do_update(index_elements=["shop"], set_={"state": state}, where=unless_leaving)
    connection.execute(statement, [{"shop": name, "state": state} for name in names])


def archive(connection: Connection, names: Sequence[str]) -> None:
    """Shops that were leaving have left. One that isn't leaving any more stays as it is: somebody has seen to it."""
    connection.execute(
        sa.update(shops)
        .where(shops.c.shop.in_(names), shops.c.state == ShopState.LEAVING)
        .values(state=ShopState.ARCHIVED)
    )


def put_channel(
    connection: Connection, shop: str, channel_id: str, *, served: Collection[str] | None = None
) -> str | None:
    """The shop's channel is this one. The name of another shop that is being served and has it, and then nothing is
    changed; from a shop that isn't served any more it is taken.

    `served`: the shops that are; None: as their states in the store say.
    """
    holder = connection.execute(
        sa.select(shops.c.shop, shops.c.state).where(shops.c.channel_id == channel_id, shops.c.shop != shop)
    ).first()
    if holder is not None:
        if holder.state != ShopState.ARCHIVED and (served is None or holder.shop in served):
            return str(holder.shop)
        connection.execute(sa.update(shops).where(shops.c.shop == holder.shop).values(channel_id=None))
    connection.execute(sa.update(shops).where(shops.c.shop == shop).values(channel_id=channel_id))
    return None


def put_next(connection: Connection, shop: str, what: Next, at: datetime) -> None:
    """The moment at which this is to be done for the shop again."""
    connection.execute(sa.update(shops).where(shops.c.shop == shop).values({what: at}))
