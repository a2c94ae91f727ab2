"""With several shops: which password opens what, for how long, and how often one may guess."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.dashboard.auth import MOST_WRONG
from tests.page.host import OPERATORS_PASSWORD, Guest, Host

RYES, OATS = "the password of rye", "the password of oat"
SHOPS = {"rye": RYES, "oat": OATS, "spelt": None}
PARTS = ["status/overview", "status/orders", "status/quarantine/1"]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = Host(tmp_path)
    host.start(SHOPS)
    yield host
    host.close()


def opened_by(guest: Guest) -> list[str]:
    """The pages that somebody is let into."""
    return [path for path in ("/", "/shops/rye/", "/shops/oat/", "/shops/spelt/") if guest.is_in(path)]


@pytest.mark.parametrize("at", ["/", "/shops/oat/"])
def test_the_operators_password_opens_the_list_and_every_shop_wherever_it_is_given(host: Host, at: str) -> None:
    guest = Guest(host.app)

    assert guest.log_in(OPERATORS_PASSWORD, at) == 303
    assert guest.answer.headers["Location"] == at
    assert opened_by(guest) == ["/", "/shops/rye/", "/shops/oat/", "/shops/spelt/"]
    assert 'href="/">All shops</a>' in guest.get("/shops/rye/").text


def test_a_shops_password_opens_its_own_page_alone(host: Host) -> None:
    host.post("oat", "1", "Customer of oat")
    guest = Guest(host.app)

    assert [guest.log_in(RYES, at) for at in ("/", "/shops/oat/", "/shops/spelt/")] == [403, 403, 403]
    assert guest.log_in(RYES, "/shops/rye/") == 303
    assert opened_by(guest) == ["/shops/rye/"]
    for shop in ("oat", "spelt"):
        assert "Customer of oat" not in guest.get(f"/shops/{shop}/").text
        for part in PARTS:
            answer = guest.get(f"/shops/{shop}/{part}")
            assert (answer.status_code, answer.headers["Location"]) == (303, f"/shops/{shop}/")
    assert guest.get("/status/shops").headers["Location"] == "/"
    page = guest.get("/shops/rye/").text
    assert "All shops" not in page
    assert "oat" not in page


def test_what_a_shop_has_of_the_list_or_the_list_of_a_shop_is_not_there(host: Host) -> None:
    guest = Guest(host.app)
    guest.log_in(OPERATORS_PASSWORD)

    assert guest.get("/shops/rye/status/shops").status_code == 404
    assert [guest.get(f"/{part}").status_code for part in PARTS] == [404, 404, 404]
    assert guest.post("/status/retry").status_code == 404


@pytest.mark.parametrize("path", ["", "/", "/status/overview", "/status/login"])
def test_a_shop_that_is_not_there_has_no_page(host: Host, path: str) -> None:
    guest = Guest(host.app)

    for shop in ("barley", "Rye", "rye%2F..", ""):
        assert guest.get(f"/shops/{shop}{path}").status_code in {404, 405, 401}
        assert "Password" not in guest.answer.text


def test_one_browser_may_be_in_at_several_shops_and_leaves_each_by_itself(host: Host) -> None:
    guest = Guest(host.app)
    guest.log_in(RYES, "/shops/rye/")
    guest.log_in(OATS, "/shops/oat/")
    assert opened_by(guest) == ["/shops/rye/", "/shops/oat/"]
    before = guest.cookie

    assert guest.post("/shops/rye/status/logout").headers["Location"] == "/shops/rye/"

    assert opened_by(guest) == ["/shops/oat/"]
    guest.cookie = before
    assert opened_by(guest) == ["/shops/oat/"]


def test_a_new_password_of_a_shop_ends_its_logins_and_no_others_also_after_it_is_changed_back(host: Host) -> None:
    rye, oat, operator = (Guest(host.app) for _ in range(3))
    rye.log_in(RYES, "/shops/rye/")
    oat.log_in(OATS, "/shops/oat/")
    operator.log_in(OPERATORS_PASSWORD)

    for password in ("a new password of rye", RYES):  # Nobody looks in between.
        host.put("rye", password)
        host.service.serve(["rye"])

    assert opened_by(rye) == []
    assert opened_by(oat) == ["/shops/oat/"]
    assert operator.is_in("/shops/rye/")
    assert rye.log_in(RYES, "/shops/rye/") == 303


def test_a_new_password_of_the_operator_ends_his_logins_and_a_new_secret_all(host: Host) -> None:
    rye, operator = Guest(host.app), Guest(host.app)
    rye.log_in(RYES, "/shops/rye/")
    operator.log_in(OPERATORS_PASSWORD)
    cookies = [rye.cookie, operator.cookie]

    def seen(**changed: str) -> list[bool]:
        guest = Guest(host.start(SHOPS, **changed))
        found = []
        for cookie in cookies:
            guest.cookie = cookie
            found.append(guest.is_in("/shops/rye/"))
        return found

    assert seen() == [True, True]
    assert seen(password="another password") == [True, False]
    assert seen() == [True, False]
    assert seen(secret="another secret, long") == [False, False]
    assert seen() == [False, False]


def test_a_cookie_that_was_made_without_the_password_opens_nothing(host: Host) -> None:
    guest = Guest(host.app)
    guest.log_in(RYES, "/shops/rye/")
    with guest.client.session_transaction() as session:
        id_, until, number, proof = session["logins"]["rye"]
        # As somebody can make it who knows the operator's secret.
        session["logins"] = dict.fromkeys(("", "rye", "oat"), (id_, until, number, proof))

    assert opened_by(guest) == ["/shops/rye/"]


def test_without_the_operators_password_a_shops_own_still_opens_its_page(tmp_path: Path) -> None:
    host = Host(tmp_path)
    guest = Guest(host.start(SHOPS, password=None))

    assert guest.log_in(RYES, "/shops/rye/") == 303
    assert opened_by(guest) == ["/shops/rye/"]
    for path in ("/", "/shops/spelt/"):
        page = guest.get(path)
        assert page.status_code == 200
        assert "To switch it on, set <code>ADMIN_PASSWORD</code>" in page.text
    assert guest.get("/status/shops").headers["Location"] == "/"
    host.close()


def test_wrong_passwords_at_one_shop_lock_that_page_and_the_operator_out_and_no_other_shop(host: Host) -> None:
    known = Guest(host.app)
    known.log_in(RYES, "/shops/rye/")
    known.post("/shops/rye/status/logout")
    guest = Guest(host.app)

    assert [guest.log_in(f"guess {n}", "/shops/rye/") for n in range(MOST_WRONG)] == [403] * MOST_WRONG

    assert guest.log_in(RYES, "/shops/rye/") == 429
    assert "Too many wrong passwords. Try again in " in guest.answer.text
    # His password could be guessed at each shop's page otherwise, ten times a minute at each.
    assert [guest.log_in(OPERATORS_PASSWORD, at) for at in ("/", "/shops/oat/")] == [429, 429]
    assert guest.log_in(OATS, "/shops/oat/") == 303
    assert known.log_in(RYES, "/shops/rye/") == 303


def test_whoever_knows_one_shops_password_is_a_stranger_at_the_others(host: Host) -> None:
    for n in range(MOST_WRONG):
        guest = Guest(host.app)
        guest.log_in(RYES, "/shops/rye/")
        assert guest.log_in(f"guess {n}", "/shops/oat/") == 403

    guest = Guest(host.app)
    guest.log_in(RYES, "/shops/rye/")
    assert guest.log_in(OATS, "/shops/oat/") == 429


def test_a_key_is_made_at_the_start_and_for_a_password_when_somebody_has_logged_in_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    slow = hashlib.scrypt

    def noted(password: bytes, **how: Any) -> bytes:
        made.append(password.decode())
        return slow(password, **how)

    monkeypatch.setattr("hashlib.scrypt", noted)
    host = Host(tmp_path)

    guest = Guest(host.start({f"shop-{n}": f"password {n}" for n in range(40)}))
    assert guest.log_in("wrong", "/shops/shop-7/") == 403
    assert made == [""]
    for _ in range(2):
        assert guest.log_in("password 7", "/shops/shop-7/") == 303
        assert guest.is_in("/shops/shop-7/")
    assert made == ["", "password 7"]
    host.close()
