import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from connector.store import batches, breakers, intake, orders, quarantine, schema
from connector.store.breakers import CircuitBreaker, Part
from connector.store.commit import StoreClosedError
from connector.store.database import Database, StoreError, parse_url
from connector.store.fleet_tables import accounts
from tests.clock import FakeClock
from tests.store.helpers import GRACE, SHOP, add, get, new_order


def test_the_migrations_lead_to_the_tables_that_the_code_uses(empty_database_url: str) -> None:
    database = Database(empty_database_url)

    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        # Of all tables: with those of several instances their module has brought the others in.
        assert compare_metadata(context, accounts.metadata) == []
    database.close()
    scripts = ScriptDirectory(str(Path(schema.__file__).parent / "migrations"))
    assert scripts.get_current_head() == schema.HEAD


def test_what_is_stored_is_there_after_opening_again(database_url: str, clock: FakeClock) -> None:
    first = Database(database_url)
    add(first, clock, new_order("1"))
    before = get(first)
    first.close()

    second = Database(database_url)
    assert get(second) == before
    second.close()


def test_an_older_database_is_brought_up_to_date_with_all_its_orders(empty_database_url: str, clock: FakeClock) -> None:
    engine = sa.create_engine(parse_url(empty_database_url))
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            sa.text(
                "INSERT INTO orders (shop, order_id, order_token, received_at, stored_at, items_state, attempts,"
                " next_attempt_at, write_due_at)"
                " VALUES ('default', '1', 'token', 1795000000000, 1795000000000, 'due', 2,"
                " 1795000000000, 1795000000000)"
            )
        )
        connection.execute(
            sa.text(
                "INSERT INTO batches (id, shop, spreadsheet_id, marker_id, state, created_at)"
                " VALUES ('b', 'default', 'sheet', 7, 'open', 1795000000000)"
            )
        )
    engine.dispose()

    database = Database(empty_database_url)

    assert (get(database).order_token, get(database).attempts) == ("token", 2)
    with database.read() as connection:
        assert batches.open_batches(connection, SHOP) == [batches.Batch("b", "sheet", 7, "marker")]
    assert add(database, clock, new_order("1"), new_order("2")) == [False, True]
    database.close()


def test_a_file_with_damaged_pages_is_refused_with_a_sentence_and_kept(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "connector.db"
    database = Database(f"sqlite:///{path}")
    add(database, clock, *(new_order(str(number)) for number in range(500)))
    database.close()
    damaged = path.read_bytes()[:100] + b"\x00" * 20_000 + path.read_bytes()[20_100:]
    path.write_bytes(damaged)

    with pytest.raises(StoreError, match="can't be opened"):
        Database(f"sqlite:///{path}")
    assert path.read_bytes() == damaged


def test_a_damaged_file_is_refused_with_a_sentence_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "connector.db"
    path.write_bytes(b"this is no database" * 1000)

    with pytest.raises(StoreError, match="can't be opened"):
        Database(f"sqlite:///{path}")
    assert path.read_bytes() == b"this is no database" * 1000


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://u:geheim@host/x", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_cannot_serve_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(StoreError, match="DATABASE_URL") as caught:
        Database(url)
    assert "geheim" not in str(caught.value)


def test_a_database_that_cannot_be_reached_is_refused_without_showing_the_password() -> None:
    with pytest.raises(StoreError, match="can't be opened") as caught:
        Database("postgresql://user:geheim@127.0.0.1:1/x")
    assert "geheim" not in str(caught.value)


def test_sqlite_flushes_each_commit_to_disk(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/connector.db")
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    database.close()


def test_changes_handed_in_together_are_each_made_once(database: Database, clock: FakeClock) -> None:
    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lambda number: add(database, clock, new_order(str(number % 50))), range(200)))

    assert sum(is_new for (is_new,) in results) == 50
    with database.read() as connection:
        assert len(orders.list_orders(connection, SHOP, limit=1000)) == 50


def test_a_change_that_fails_takes_none_of_its_neighbours_with_it(database: Database, clock: FakeClock) -> None:
    hold, held = threading.Event(), threading.Event()

    def wait(_connection: sa.Connection) -> None:
        held.set()
        hold.wait(10)

    def fail(connection: sa.Connection) -> None:
        intake.add_orders(connection, SHOP, [new_order("bad")], now=clock.now(), grace=GRACE)
        raise ValueError("no")

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(database.write, wait)
        held.wait(10)
        # These three gather behind the first, and go into one transaction.
        good = pool.submit(add, database, clock, new_order("good"))
        bad = pool.submit(database.write, fail)
        hold.set()
        first.result(10)
        assert good.result(10) == [True]
        with pytest.raises(ValueError, match="no"):
            bad.result(10)
    with database.read() as connection:
        assert [order.order_id for order in orders.list_orders(connection, SHOP)] == ["good"]


def test_a_closed_store_says_so(tmp_path: Path, clock: FakeClock) -> None:
    database = Database(f"sqlite:///{tmp_path}/connector.db")
    add(database, clock, new_order("1"))
    database.close()

    with pytest.raises(StoreClosedError):
        add(database, clock, new_order("2"))


def test_another_process_may_write_at_the_same_time(tmp_path: Path, clock: FakeClock) -> None:
    database = Database(f"sqlite:///{tmp_path}/connector.db")
    other = sqlite3.connect(tmp_path / "connector.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(add, database, clock, new_order("1"))
        other.execute("COMMIT")
        assert waiting.result(10) == [True]
    other.close()
    database.close()


def test_a_pause_counts_failures_and_ends_with_a_success(database: Database, clock: FakeClock) -> None:
    def get_breaker() -> CircuitBreaker:
        with database.read() as connection:
            return breakers.get_breaker(connection, SHOP, Part.SHEET)

    def failed(seconds: float) -> None:
        until = clock.now() + timedelta(seconds=seconds)
        database.write(
            lambda connection: breakers.record_failure(
                connection, SHOP, Part.SHEET, reason="Full.", until=until, now=clock.now()
            )
        )

    assert get_breaker() == CircuitBreaker()
    failed(10)
    started = clock.now()
    clock.advance(10)
    assert not get_breaker().is_open(clock.now())
    failed(20)
    assert get_breaker().is_open(clock.now())
    assert (get_breaker().failures, get_breaker().since, get_breaker().reason) == (2, started, "Full.")
    database.write(lambda connection: breakers.reset(connection, SHOP, now=clock.now()))
    assert not get_breaker().is_open(clock.now())
    database.write(lambda connection: breakers.record_success(connection, SHOP, Part.SHEET, now=clock.now()))
    assert get_breaker() == CircuitBreaker(worked_at=clock.now())


def test_a_success_of_a_call_that_began_before_the_pause_does_not_end_it(database: Database, clock: FakeClock) -> None:
    def get_breaker() -> CircuitBreaker:
        with database.read() as connection:
            return breakers.get_breaker(connection, SHOP, Part.CHANNEL)

    until = clock.now() + timedelta(seconds=60)
    asked_to_wait = CircuitBreaker(1, until, clock.now(), "Whapi asks for a pause.", clock.now())
    database.write(
        lambda connection: breakers.record_failure(
            connection, SHOP, Part.CHANNEL, reason="Whapi asks for a pause.", until=until, now=clock.now()
        )
    )
    database.write(lambda connection: breakers.record_success(connection, SHOP, Part.CHANNEL, now=clock.now()))
    assert get_breaker() == asked_to_wait
    database.write(lambda connection: breakers.record_recovery(connection, SHOP, Part.CHANNEL, now=clock.now()))
    assert get_breaker() == asked_to_wait

    clock.advance(60)
    database.write(lambda connection: breakers.record_recovery(connection, SHOP, Part.CHANNEL, now=clock.now()))
    assert get_breaker() == CircuitBreaker(worked_at=asked_to_wait.worked_at)


def test_a_payload_is_quarantined_once_without_its_picture(database: Database, clock: FakeClock) -> None:
    part = quarantine.quarantined(
        "messages[0]", "Odd.", {"order": {"preview": "data:image/jpeg;base64,AAAA", "x": "\ud800\x00"}}
    )
    for _ in range(2):
        database.write(lambda connection: quarantine.keep(connection, SHOP, [part], now=clock.now()))

    with database.read() as connection:
        assert quarantine.count_quarantined(connection, SHOP) == 1
    assert part.payload == '{"order":{"x":"\\ud800\\u0000"}}'


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://shop:a@b@127.0.0.1:1/orders",
        "postgresql://shop:a@b/c@127.0.0.1:1/orders",
        "postgresql://shop@127.0.0.1:1/or@ders",
        "postgresql://shop:a@b?c@127.0.0.1:1/orders",
        "postgresql://shop:a@b?c=d@127.0.0.1:1/orders",
        "postgresql://sh/op:a-b@127.0.0.1:1/orders",
    ],
)
def test_an_address_with_an_at_sign_in_the_wrong_place_says_how_to_write_it(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        Database(url)

    assert str(caught.value) == (
        "DATABASE_URL can't be read without doubt, because of an @ in it. Write it as sqlite:///data/connector.db or "
        "postgresql://USER:PASSWORD@HOST/NAME; in the password an @ is written as %40, a / as %2F, a ? as %3F, and a % "
        "as %25."
    )


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://shop:very-secret@127.0.0.1:1/orders",
        "postgresql://shop@127.0.0.1:1/orders?password=very-secret",
        "postgresql://shop:very%2Dsecret@127.0.0.1:1/orders",
    ],
)
def test_a_database_that_cannot_be_reached_is_told_by_its_name_and_host(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        Database(url)

    assert str(caught.value).startswith("The database orders at 127.0.0.1:1 can't be opened: ")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite://data/x.db", "DATABASE_URL names a host, as what stands behind two slashes is one. Write three "),
        ("sqlite:///~/x.db", "DATABASE_URL begins with a ~ or a variable, which only a shell replaces. Write the whole "
         "path, as in sqlite:////home/shop/x.db."),
        ("sqlite:////$HOME/x.db", "DATABASE_URL begins with a ~ or a variable, which only a shell replaces. Write the "
         "whole path, as in sqlite:////"),
        ("sqlite:///data/", "DATABASE_URL names a folder. Put the name of the file behind it, as in "),
        ("postgres://shop:s3cret?@127.0.0.1:1/x?sslmode", "DATABASE_URL has an option without a value behind the ?. "),
        ("postgres://shop:s3cret@127.0.0.1:1/x?sslmode=", "DATABASE_URL has an option without a value behind the ?. "),
        ("postgres://shop:s3cret@127.0.0.1:1/x?ssl=true", "DATABASE_URL has the option ssl behind the ?, which "
         "PostgreSQL does not know. Take it out. (For an encrypted connection write sslmode=require.)"),
        ("POSTGRES://shop:s3cret?@127.0.0.1:1/x?sslmode=require", "The database x at 127.0.0.1:1 can't be opened: "),
        ("postgres://shop:s3cret@127.0.0.1:1", "The database at 127.0.0.1:1 can't be opened: "),
    ],
)  # fmt: skip
def test_an_address_of_another_kind_makes_no_file_and_says_how_to_write_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/shop")

    with pytest.raises(StoreError) as caught:
        Database(url)

    assert str(caught.value).startswith(sentence)
    assert "s3cret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_database_in_a_folder_of_the_name_of_a_tilde_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~").mkdir()
    (tmp_path / "~" / "x.db").touch()

    with pytest.raises(StoreError) as caught:
        Database("sqlite:///~/x.db")

    assert str(caught.value).endswith(f" The one that was used until now is {tmp_path}/~/x.db.")


def test_options_of_an_sqlite_database_are_refused_without_being_shown(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        Database(f"sqlite:///{tmp_path}/x.db?password=secret")

    assert str(caught.value) == (
        "DATABASE_URL has options after a ?, which an SQLite database takes none of. Take them out."
    )
