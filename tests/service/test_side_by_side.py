"""The service on a database that a later version has migrated already."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from connector.cli import main
from connector.clock import SystemClock
from connector.store.database import parse_url
from connector.store.schema import HEAD
from sandbox.orders import OrderMaker
from tests.as_it_was import logging_as_it_was
from tests.page.visitor import PASSWORD, Visitor
from tests.service.shop import Shop


def _make_newer(url: str) -> None:
    """What a later version may have done: a further table, and further columns in each."""
    engine = sa.create_engine(parse_url(url))
    with engine.begin() as connection:
        for table in set(sa.inspect(connection).get_table_names()) - {"alembic_version", "compat"}:
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN later_text TEXT")
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN later_count INTEGER NOT NULL DEFAULT 7")
        connection.exec_driver_sql("CREATE TABLE later (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.exec_driver_sql(f"UPDATE compat SET oldest_code = {int(HEAD)}, oldest_version = '0.2.0'")
    engine.dispose()


def test_it_works_on_the_database_of_a_later_version_that_lets_it(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _make_newer(database_url)
    monkeypatch.chdir(tmp_path)
    shop = Shop(tmp_path, database_url=database_url, admin_password=PASSWORD, retry_first_delay=30).start()
    environment = shop.sandbox.environment(tmp_path / "credentials.json") | {"DATABASE_URL": database_url}

    def invoke(*arguments: str) -> Result:
        with logging_as_it_was():
            return CliRunner().invoke(main, arguments, env=environment)

    def run(*arguments: str) -> list[object]:
        result = invoke(*arguments)
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]

    try:
        maker = OrderMaker(clock=SystemClock(), seed=1)
        complete, late = maker.make("normal"), maker.make("normal")
        shop.sandbox.whapi.add(complete)
        odd = {"type": "order", "order": {}}
        answer = shop.post("/webhooks/whapi", {"messages": [complete.message(), late.message(), odd]})
        shop.wait_until_synced([complete])
        visitor = Visitor(shop)
        visitor.log_in()
        page = visitor.get("/")
        visitor.close()
        listed = run("orders", "--json")
        quarantined = run("orders", "--quarantined", "--json")
        resynced = invoke("resync", late.order_id)
        audited = run("audit", "--json")
        shop.stop()
        shop.sandbox.whapi.add(late)
        shop.start()
        shop.wait_until_synced([complete, late])
    finally:
        shop.close()

    assert answer.json() == {"accepted": 2, "duplicates": 0, "ignored": 0, "quarantined": 1}
    assert page.status_code == 200
    assert shop.differences([complete, late]) == []
    assert (len(listed), len(quarantined), len(audited)) == (2, 1, 1)
    assert resynced.exit_code == 1  # Whapi didn't know the order yet.
    engine = sa.create_engine(parse_url(database_url))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "9999"
        assert connection.exec_driver_sql("SELECT DISTINCT later_text, later_count FROM orders").all() == [(None, 7)]
    engine.dispose()
