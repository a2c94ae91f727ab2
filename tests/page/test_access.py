"""Who is let in, who is not, and what every answer forbids the browser."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from connector.api.auth import WINDOW, Throttle
from connector.app import create_app
from connector.dashboard.auth import MOST_WRONG, MOST_WRONG_OF_ALL, Access
from connector.dashboard.routes import LARGEST_FORM
from connector.dashboard.session import COOKIE
from connector.runtime.service import Service
from tests.page.visitor import PASSWORD, Visitor
from tests.service.shop import Shop

SHOWING = ["/status/overview", "/status/orders", "/status/orders?q=1&open=1", "/status/quarantine/1"]
CHANGING = ["/status/retry", "/status/replay", "/status/logout"]
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture(scope="module")
def customer(shop: Shop) -> str:
    """A name that only somebody who is logged in may see."""
    name = "Customer Whom Nobody Sees"
    shop.post("/orders?wait=20", {"order_id": "secret-1", "customer_name": name, "items": [{"name": "Tea"}]})
    return name


@pytest.mark.parametrize("path", SHOWING)
def test_without_a_login_nothing_is_shown_and_everything_leads_to_it(
    stranger: Visitor, customer: str, path: str
) -> None:
    for headers in ({}, {"Cookie": f"{COOKIE}=x"}, {"Cookie": f"{COOKIE}=WyJhIiw5OTk5OTk5OTk5LHRydWVd.c2lnbmF0dXJl"}):
        answer = stranger.http.get(path, headers=headers)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
        assert customer not in answer.text
    assert customer not in stranger.get().text


@pytest.mark.parametrize("path", SHOWING)
def test_a_part_that_renews_itself_has_the_page_loaded_anew_where_the_login_has_ended(
    stranger: Visitor, path: str
) -> None:
    answer = stranger.get(path, headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Refresh"], answer.text) == (401, "true", "")


@pytest.mark.parametrize("path", CHANGING)
def test_without_a_login_nothing_is_changed(stranger: Visitor, path: str) -> None:
    stranger.get()

    answer = stranger.post(path)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_the_password_lets_in_and_the_way_goes_on_to_what_was_asked_for(
    shop: Shop, stranger: Visitor, customer: str
) -> None:
    page = stranger.get("/?q=nobody&status=failed&other=x").text
    assert '<input type="hidden" name="q" value="nobody">' in page

    answer = stranger.post("/status/login", password=PASSWORD, q="nobody", status="failed", other="x")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/?q=nobody&status=failed")
    assert customer in stranger.get().text
    # The webhook secret is another one, and stays so.
    assert httpx.get(shop.url + "/orders", cookies=dict(stranger.http.cookies)).status_code == 401


def test_a_wrong_password_is_said_to_be_wrong_and_not_repeated(stranger: Visitor, customer: str) -> None:
    for wrong in ("", "a password of the shop ", "ü" * 50, "wrong password"):
        answer = stranger.log_in(wrong)
        assert answer.status_code == 403
        assert "The password is wrong." in answer.text
        assert "wrong password" not in answer.text
    assert customer not in stranger.get().text


def test_the_cookie_is_kept_from_scripts_and_other_sites_and_travels_by_https_alone_where_the_page_does(
    shop: Shop,
) -> None:
    for headers, is_secure in (({}, False), ({"X-Forwarded-Proto": "https"}, True)):
        visitor = Visitor(shop, **headers)
        first = visitor.get().headers["Set-Cookie"]
        # By hand, because a cookie that travels by https alone is not sent to the test's own address.
        answer = visitor.post("/status/login", {"Cookie": first.partition(";")[0]}, password=PASSWORD)
        second = answer.headers["Set-Cookie"]
        for cookie in (first, second):
            parts = cookie.split("; ")
            assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(parts)
            assert ("Secure" in parts) is is_secure
            assert PASSWORD not in cookie
        assert first.partition(";")[0] != second.partition(";")[0]
        visitor.close()


@pytest.mark.parametrize("path", ["/status/login", *CHANGING])
def test_a_form_from_elsewhere_is_refused(visitor: Visitor, path: str) -> None:
    token = visitor.token
    for fields, headers in (
        ({}, {}),
        ({"form_token": ""}, {}),
        ({"form_token": "0" * 64}, {}),
        ({"form_token": "ü"}, {}),
        ({"form_token": token}, {"Sec-Fetch-Site": "cross-site"}),
        ({"form_token": token}, {"Sec-Fetch-Site": "same-site"}),
    ):
        answer = visitor.http.post(path, data={"password": PASSWORD, **fields}, headers=headers)
        assert answer.status_code == 403
        assert "This form is out of date, or was not sent from this page." in answer.text
    assert visitor.get().status_code == 200
    assert "Latest orders" in visitor.get().text


def test_a_form_that_is_larger_than_any_of_the_page_is_refused_unread(stranger: Visitor) -> None:
    stranger.get()

    answer = stranger.post("/status/login", password="x" * LARGEST_FORM)

    assert answer.status_code == 413
    assert "This form is larger than any of this page&#39;s." in answer.text


def test_another_browsers_form_is_refused_too(shop: Shop, visitor: Visitor) -> None:
    other = Visitor(shop)
    other.log_in()

    visitor.token = other.token

    assert visitor.post("/status/retry").status_code == 403
    other.close()


def test_a_logout_ends_the_login_and_a_copy_of_its_cookie(shop: Shop, visitor: Visitor) -> None:
    copied = dict(visitor.http.cookies)

    answer = visitor.post("/status/logout")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "Latest orders" not in visitor.get().text
    assert "Latest orders" not in httpx.get(shop.url, cookies=copied).text


@pytest.mark.parametrize("path", ["/", "/status/overview", "/status/quarantine/9", "/status/static/page.css"])
@pytest.mark.parametrize("is_in", [True, False])
def test_every_answer_forbids_what_the_page_does_not_need(shop: Shop, path: str, is_in: bool) -> None:
    visitor = Visitor(shop)
    if is_in:
        visitor.log_in()

    headers = visitor.get(path).headers

    assert headers["Content-Security-Policy"] == CSP
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == ("no-cache" if "static" in path else "no-store")
    visitor.close()


def test_without_a_password_the_page_says_how_to_set_one_and_has_nothing_else(tmp_path: Path) -> None:
    shop = Shop(tmp_path).start()
    shop.post("/orders", {"order_id": "1", "customer_name": "Gerald", "items": [{"name": "Tea"}]})
    stranger = Visitor(shop)

    page = stranger.get()

    assert page.status_code == 200
    assert (
        "To switch it on, set <code>ADMIN_PASSWORD</code> in the file <code>.env</code> to a password of at least "
        "8 characters and restart the service."
    ) in page.text
    assert "Gerald" not in page.text
    for path in SHOWING:
        assert stranger.get(path).headers["Location"] == "/"
    for path in ("/status/login", *CHANGING):
        assert stranger.post(path, password="").headers["Location"] == "/"
    stranger.close()
    shop.close()


class Seconds:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Door:
    """The page's application alone, with a throttle whose clock the test turns."""

    def __init__(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = Seconds()
        throttle = Throttle(most_wrong=MOST_WRONG, clock=self.seconds)
        of_all = Throttle(most_wrong=MOST_WRONG_OF_ALL, clock=self.seconds)
        build = lambda service: Access(service, throttle=throttle, throttle_of_all=of_all)  # noqa: E731
        monkeypatch.setattr("connector.app.Access", build)
        service.settings = replace(service.settings, webhook_secret="x" * 16, admin_password=PASSWORD)
        self._app = create_app(service)
        self.client = self._app.test_client()

    def new_browser(self) -> None:
        self.client = self._app.test_client()

    def log_in(self, password: str = PASSWORD, *, address: str = "127.0.0.1") -> int:
        page = self.client.get("/").text
        token = page.partition('name="form_token" value="')[2][:64]
        fields = {"form_token": token, "password": password}
        self.answer = self.client.post("/status/login", data=fields, environ_base={"REMOTE_ADDR": address})
        return self.answer.status_code


@pytest.fixture
def door(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Door:
    return Door(shop.whole, monkeypatch)


def test_after_ten_wrong_passwords_not_even_the_right_one_is_looked_at_until_the_minute_is_over(door: Door) -> None:
    assert [door.log_in(f"guess {n}") for n in range(MOST_WRONG)] == [403] * MOST_WRONG

    door.seconds.now = 15.5
    assert door.log_in() == 429
    assert door.answer.headers["Retry-After"] == "45"
    assert "Too many wrong passwords. Try again in 45 seconds." in door.answer.text
    door.new_browser()
    assert door.log_in() == 429

    door.seconds.now = WINDOW
    assert door.log_in() == 303


@pytest.mark.parametrize("address", ["10.0.{n}.1", "2001:db8:1:{n:x}::1"])
def test_strangers_from_many_addresses_have_fifty_wrong_passwords_in_a_minute_together(
    door: Door, address: str
) -> None:
    assert door.log_in() == 303
    known = door.client
    door.new_browser()

    statuses = [door.log_in(f"guess {n}", address=address.format(n=n)) for n in range(MOST_WRONG_OF_ALL + 5)]

    assert statuses == [403] * MOST_WRONG_OF_ALL + [429] * 5
    assert door.log_in(address=address.format(n=999)) == 429
    door.client = known
    assert door.log_in() == 303
    door.new_browser()
    door.seconds.now = WINDOW
    assert door.log_in(address=address.format(n=999)) == 303


def test_strangers_at_the_same_proxy_cannot_lock_out_a_browser_that_was_here_before(door: Door) -> None:
    assert door.log_in() == 303
    page = door.client.get("/").text
    token = page.partition('name="form_token" value="')[2][:64]
    assert door.client.post("/status/logout", data={"form_token": token}).status_code == 303
    known = door.client
    door.new_browser()
    assert [door.log_in("guess") for _ in range(MOST_WRONG + 1)] == [403] * MOST_WRONG + [429]

    door.client = known
    assert door.log_in() == 303


def test_a_page_that_is_off_gives_nobody_a_session(shop: Shop) -> None:
    whole = shop.whole
    settings = whole.settings
    whole.settings = replace(settings, admin_password=None)
    app = create_app(whole)
    whole.settings = settings

    answer = app.test_client().get("/")

    assert "The status page is off" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert app.secret_key is None
