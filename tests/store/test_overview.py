"""The overview of all shops says of each what is said when it is asked for alone."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import ItemsState, Shown, Status
from connector.store import breakers, hours, orders, quarantine
from connector.store.breakers import Part
from connector.store.database import Database
from connector.store.dealt_with import count_given_up
from connector.store.overview import ShopFigures, read_overview
from connector.store.quarantine import OTHER_ORDER
from connector.store.shops import ShopState, put_shops
from connector.store.standing import read_standing
from connector.store.tables import orders as table
from connector.store.tables import quarantine as entries

NOW = datetime(2026, 11, 23, 9, 40, tzinfo=UTC)
SINCE, ODD_SINCE = NOW - timedelta(hours=24), NOW - timedelta(days=3)
SHOPS = ("barley", "oat", "rye", "spelt")


def alone(connection: Connection, shop: str) -> ShopFigures:
    counts = orders.count_by_status(connection, shop)
    return ShopFigures(
        read_standing(connection, shop),
        lately=hours.count_since(connection, shop, SINCE),
        received=counts[Status.RECEIVED],
        waiting=counts[Status.WAITING],
        failed=count_given_up(connection, shop),
        has_orders=sum(counts.values()) > 0,
        odd=orders.count_odd(connection, shop, since=ODD_SINCE),
        quarantined=quarantine.count_to_look_at(connection, shop).number,
        other_orders=quarantine.count_to_look_at(connection, shop).other_orders,
    )


def some_order(random: Random, shop: str, number: int) -> dict[str, Any]:
    def sometimes(value: Any, chance: float = 0.3) -> Any:
        return value if random.random() < chance else None

    at = NOW - timedelta(minutes=random.randint(0, 6000))
    return {
        "shop": shop,
        "order_id": f"{shop}-{number}",
        "received_at": at,
        "stored_at": at + timedelta(seconds=random.randint(0, 9)),
        "items_state": random.choice(list(ItemsState)),
        "attempts": 1,
        "shown": random.choice([None, *Shown]),
        "write_due_at": sometimes(at + timedelta(minutes=random.randint(0, 60))),
        "rows_refused_at": sometimes(at),
        "refusal": "The row is refused.",
        "items_refused_at": sometimes(at),
        "last_error": "The items are refused.",
        "warning": sometimes("Odd."),
        "change": sometimes("deleted by the customer"),
        "changed_at": sometimes(NOW),
        "dealt_with_at": sometimes(NOW - timedelta(minutes=1)),
    }


def fill(connection: Connection) -> None:
    random = Random(7)
    put_shops(connection, SHOPS, ShopState.SERVED)
    rows = [some_order(random, shop, n) for shop in SHOPS[1:] for n in range(random.randint(20, 60))]
    connection.execute(sa.insert(table), rows)
    kept = [("oat", "messages", None), ("oat", OTHER_ORDER, None), ("rye", "messages", None), ("rye", OTHER_ORDER, NOW)]
    connection.execute(
        sa.insert(entries),
        [
            {
                "shop": shop,
                "digest": str(n),
                "received_at": NOW,
                "field": field,
                "reason": "No.",
                "payload": "{}",
                "dealt_with_at": dealt_with_at,
            }
            for n, (shop, field, dealt_with_at) in enumerate(kept)
        ],
    )
    for shop, part in (("rye", Part.SHEET), ("rye", Part.CHANNEL), ("spelt", Part.SHEET)):
        breakers.record_failure(connection, shop, part, reason="It is not shared.", until=NOW, now=NOW)


def test_each_shops_figures_are_those_that_it_has_alone(database: Database) -> None:
    database.write(fill)

    with database.read() as connection:
        found = read_overview(connection, since=SINCE, odd_since=ODD_SINCE)
        expected = {shop: alone(connection, shop) for shop in SHOPS}

    assert found == expected
    assert expected["barley"] == ShopFigures()
    assert (expected["rye"].quarantined, expected["rye"].other_orders) == (1, 0)
    for shop in SHOPS[1:]:
        aside = expected[shop].standing.rows_refused
        assert aside.number > len(aside.first) > 0


def test_a_shop_that_is_archived_is_not_counted(database: Database) -> None:
    database.write(fill)
    database.write(lambda connection: put_shops(connection, ["barley"], ShopState.ARCHIVED))

    with database.read() as connection:
        assert "barley" not in read_overview(connection, since=SINCE, odd_since=ODD_SINCE)
