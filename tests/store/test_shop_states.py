"""How far a shop has come: a shop that is to leave goes no other way."""

from connector.store.database import Database
from connector.store.shops import ShopState, archive, known_shops, leaving_shops, put_shops

SERVED, LEAVING, ARCHIVED = ShopState.SERVED, ShopState.LEAVING, ShopState.ARCHIVED


def put(database: Database, state: ShopState, *names: str) -> None:
    database.write(lambda connection: put_shops(connection, names, state))


def states(database: Database) -> dict[str, ShopState]:
    with database.read() as connection:
        return {name: known.state for name, known in known_shops(connection).items()}


def test_a_shop_that_is_to_leave_is_not_served_again_by_a_service_that_knew_nothing_of_it(database: Database) -> None:
    put(database, SERVED, "rye", "oat")
    put(database, LEAVING, "rye")

    put(database, SERVED, "rye", "oat", "spelt")

    assert states(database) == {"rye": LEAVING, "oat": SERVED, "spelt": SERVED}
    with database.read() as connection:
        assert leaving_shops(connection) == {"rye"}


def test_only_a_shop_that_was_leaving_has_left_and_one_that_has_may_come_again(database: Database) -> None:
    put(database, SERVED, "oat")
    put(database, LEAVING, "rye", "spelt")

    database.write(lambda connection: archive(connection, ["rye", "oat"]))
    assert states(database) == {"rye": ARCHIVED, "oat": SERVED, "spelt": LEAVING}

    put(database, SERVED, "rye")
    assert states(database)["rye"] == SERVED
