"""How long a login counts: until it runs out, is ended, or the password or the secret changes; nowhere any longer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from connector.app import create_app
from connector.dashboard.session import COOKIE, LASTS
from connector.runtime.service import build_service
from connector.store.database import Database
from tests.clock import FakeClock
from tests.page.visitor import PASSWORD
from tests.service.shop import Shop

SECRET = "a secret of the shop"
OTHER = "another password"


class Installation:
    """The page alone, on a database; `start` makes a further instance, as after a restart or on another machine."""

    def __init__(self, shop: Shop, url: str) -> None:
        self.url = url
        self.clock = FakeClock()
        self._settings = shop.settings
        self._databases: list[Database] = []

    def start(self, password: str = PASSWORD, secret: str = SECRET) -> FlaskClient:
        self.database = Database(self.url)
        self._databases.append(self.database)
        settings = replace(self._settings, webhook_secret=secret, admin_password=password)
        return create_app(build_service(settings, self.database, clock=self.clock)).test_client()

    def close(self) -> None:
        for database in self._databases:
            database.close()


@pytest.fixture
def installation(shop: Shop, database_url: str) -> Iterator[Installation]:
    installation = Installation(shop, database_url)
    yield installation
    installation.close()


def token_of(client: FlaskClient) -> str:
    return client.get("/").text.partition('name="form_token" value="')[2][:64]


def log_in(client: FlaskClient, password: str = PASSWORD) -> str:
    """The cookie."""
    answer = client.post("/status/login", data={"form_token": token_of(client), "password": password})
    assert answer.status_code == 303
    return cookie_of(client)


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def log_out(client: FlaskClient) -> None:
    assert client.post("/status/logout", data={"form_token": token_of(client)}).status_code == 303


def is_in(client: FlaskClient, cookie: str) -> bool:
    """Whether somebody with this cookie, and nothing else, is let in."""
    client.delete_cookie(COOKIE)
    client.set_cookie(COOKIE, cookie)
    status = client.get("/status/quarantine/1").status_code
    assert status in {404, 303}
    return status == 404


def test_a_login_outlives_a_restart_and_counts_at_every_instance(installation: Installation) -> None:
    cookie = log_in(installation.start())

    assert is_in(installation.start(), cookie)
    assert is_in(installation.start(), cookie)


def test_a_login_runs_out(installation: Installation) -> None:
    client = installation.start()
    cookie = log_in(client)

    installation.clock.advance(LASTS.total_seconds() - 1)
    assert is_in(client, cookie)
    installation.clock.advance(timedelta(seconds=1).total_seconds())
    assert not is_in(client, cookie)


@pytest.mark.parametrize("changed", [{"password": OTHER}, {"secret": "another secret, long"}])
def test_a_change_of_the_password_or_the_secret_ends_all_logins_also_after_it_is_changed_back(
    installation: Installation, changed: dict[str, str]
) -> None:
    cookie = log_in(installation.start())

    assert not is_in(installation.start(**changed), cookie)
    again = installation.start()
    assert not is_in(again, cookie)
    assert is_in(again, log_in(again))


def test_a_password_that_was_in_use_while_nobody_looked_has_ended_the_logins_too(installation: Installation) -> None:
    cookie = log_in(installation.start())
    installation.start(OTHER)

    assert not is_in(installation.start(), cookie)


def test_a_copy_of_a_cookie_that_was_logged_out_is_of_no_use_anywhere(installation: Installation) -> None:
    client, other = installation.start(), installation.start()
    cookie = log_in(client)
    stays = log_in(other)

    log_out(client)

    assert [is_in(place, cookie) for place in (client, other, installation.start())] == [False] * 3
    assert is_in(client, stays)


def test_ended_logins_are_forgotten_once_they_have_run_out(installation: Installation) -> None:
    client = installation.start()
    for _ in range(2):
        log_in(client)
        log_out(client)
        installation.clock.advance(LASTS.total_seconds() + 1)

    with installation.database.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM ended_logins")).scalar_one() == 1


class FullDisk:
    """The database, of which nothing can be written while it is full."""

    def __init__(self, database: Database) -> None:
        self.is_full = True
        self._database = database

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    def write(self, change: Any) -> Any:
        if self.is_full:
            raise sa.exc.OperationalError("INSERT", {}, Exception("database or disk is full"))
        return self._database.write(change)


@pytest.fixture
def full(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> FullDisk:
    """An installation that was there before its disk was full."""
    installation.start()
    full = FullDisk(installation.database)
    monkeypatch.setattr("tests.page.test_logins.Database", lambda _url: full)
    return full


def test_with_a_database_that_cannot_be_written_one_logs_in_and_reads_the_page_and_a_logout_is_stored_later(
    installation: Installation, full: FullDisk
) -> None:
    client = installation.start()
    cookie = log_in(client)
    assert "Latest orders" in client.get("/").text
    log_out(client)
    assert not is_in(client, cookie)

    full.is_full = False
    log_in(client)
    client.get("/")

    assert not is_in(installation.start(), cookie)


def test_a_new_password_on_a_full_disk_lets_in_nobody_from_before(installation: Installation, full: FullDisk) -> None:
    full.is_full = False
    cookie = log_in(installation.start())
    installation.start(OTHER)
    full.is_full = True

    client = installation.start()

    assert not is_in(client, cookie)
    assert is_in(client, log_in(client))


def test_a_cookie_that_was_changed_is_nobodys(installation: Installation) -> None:
    client = installation.start()
    cookie = log_in(client)

    for changed in ("x", cookie[:-1], cookie[1:], cookie + "x", cookie.swapcase(), "." * 50):
        assert not is_in(client, changed)
    assert is_in(client, cookie)


def test_what_comes_without_the_cookie_gets_none_but_at_the_login(installation: Installation) -> None:
    client = installation.start()

    def cookies(path: str) -> list[str]:
        with client.get(path) as answer:
            return answer.headers.getlist("Set-Cookie")

    paths = ("/status/overview", "/status/static/page.css", "/healthz", "/orders")
    assert [cookies(path) for path in paths] == [[]] * len(paths)
    assert len(cookies("/")) == 1
    assert cookies("/") == []
