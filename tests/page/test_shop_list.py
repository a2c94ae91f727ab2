"""The list of shops: the worst first, each in one sentence, found by name, page by page."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from connector.dashboard.shop_list import PAGE
from connector.findings import Finding
from connector.jobs.reasons import LONGEST_DELAY
from connector.store import breakers
from connector.store.breakers import Part
from tests.page.host import OPERATORS_PASSWORD, Guest, Host

DISK = "The disk that holds /var/lib/orders.db has only 12 MiB left."
_ROW = re.compile(
    r'<tr id="s-([^"]+)">.*?<bdi>(.*?)</bdi>.*?class="badge (\w+)".*?<td class="amount">(.*?)</td>\s*'
    r'<td class="wide amount">(.*?)</td>',
    re.DOTALL,
)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    monkeypatch.setattr("connector.dashboard.data.SHORTEST", 0.0)
    monkeypatch.setattr("connector.dashboard.data._REST", 0)
    host = Host(tmp_path)
    yield host
    host.close()


def operator(host: Host) -> Guest:
    guest = Guest(host.app)
    assert guest.log_in(OPERATORS_PASSWORD) == 303
    return guest


def rows(page: str) -> list[tuple[str, ...]]:
    """Name, sentence, state, orders that wait, orders lately."""
    return [tuple(re.sub("<.*?>", " ", part).strip() for part in row) for row in _ROW.findall(page)]


def names(page: str) -> list[str]:
    return [row[0] for row in rows(page)]


def test_the_worst_stands_first_and_of_those_alike_the_one_that_waits_for_the_longest(host: Host) -> None:
    host.start(dict.fromkeys(("a-well", "b-late", "c-later", "d-new", "e-refused", "f-odd", "g-broken")))
    host.post("c-later", "1")
    host.clock.advance(60)
    host.post("b-late", "1")
    host.clock.advance(LONGEST_DELAY.total_seconds() + 60)
    host.post("a-well", "1")
    now = host.clock.now()

    def refuse(connection: sa.Connection) -> None:
        for _ in range(3):
            breakers.record_failure(
                connection, "e-refused", Part.CHANNEL, reason="No. Put it right.", until=None, now=now
            )

    host.service.database.write(refuse)
    shops = host.service.shops
    shops["f-odd"].findings.replace([Finding.warning("webhook", "No webhook leads here. Run setup.")], at=now)
    host.service.set_out({"g-broken": "It is wrong. Mend it.", "h-new": "account is wrong. Look it up."})

    page = operator(host).get().text

    assert rows(page) == [
        ("g-broken", "It is wrong. Mend it.", "out", "", "0"),
        ("h-new", "account is wrong. Look it up.", "out", "", "0"),
        ("c-later", "Orders don&#39;t reach the sheet at present.", "problem", "1 for 7 min", "1"),
        ("b-late", "Orders don&#39;t reach the sheet at present.", "problem", "1 for 6 min", "1"),
        ("e-refused", "Orders reach the sheet, but Whapi doesn&#39;t give their items at present.", "problem", "", "0"),
        ("f-odd", "No webhook leads here.", "warning", "", "0"),
        ("a-well", "All is well.", "well", "1 for 0 s", "1"),
        ("d-new", "All is well.", "well", "", "0"),
    ]
    assert "2 shops are out. 3 shops have problems." in page
    assert 'href="/shops/g-broken/"' in page
    assert 'href="/shops/h-new/"' not in page


def test_shops_that_are_gone_from_the_file_are_not_listed(host: Host) -> None:
    host.start({"rye": None, "oat": None})
    host.post("oat", "1")
    guest = operator(host)
    assert "All is well in all 2 shops." in guest.get().text

    host.service.remove("oat")

    page = guest.get().text
    assert names(page) == ["rye"]
    assert "oat" not in page


def test_what_the_shops_share_stands_on_top_once_and_on_no_shops_own_page(host: Host) -> None:
    host.start({"rye": "the password of rye", "oat": None})
    for shop in host.service.shops.values():
        shop.findings.replace([Finding.warning("database", DISK)], at=host.clock.now())
    host.service.file_problems = ("There is no file <shops.toml>.",)
    host.service.put_out("rye", "There is no file /run/secrets/rye.")
    rye = Guest(host.app)
    rye.log_in("the password of rye", "/shops/rye/")

    page = operator(host).get().text

    assert page.count(DISK) == 1
    assert "<bdi>There is no file &lt;shops.toml&gt;.</bdi>" in page
    own = rye.get("/shops/rye/").text
    assert "The settings of this shop are wrong, so nothing is fetched and written for it." in own
    for hidden in (DISK, "/run/secrets", "shops.toml", "SQLite", "Google&#39;s quota"):
        assert hidden not in own
    seen = operator(host).get("/shops/rye/").text
    for shown in (DISK, "/run/secrets/rye", "SQLite", "Google&#39;s quota"):
        assert shown in seen


def test_no_sentence_shows_a_secret(host: Host) -> None:
    host.start({"rye": None})
    rye = host.service.shops["rye"]
    rye.problems.put("stage", f"Refused: {rye.settings.whapi_token}.", at=host.clock.now())

    page = operator(host).get().text

    assert rows(page)[0][:3] == ("rye", "Something keeps orders from coming in or from reaching the sheet.", "problem")
    assert rye.settings.whapi_token not in page


def test_shops_are_found_by_a_part_of_the_name_and_by_their_state_and_shown_page_by_page(host: Host) -> None:
    host.start({f"{kind}-{n:02}": None for kind in ("rye", "oat") for n in range(30)})
    host.service.set_out({"barley": "It is wrong."})
    guest = operator(host)

    assert names(guest.get("/").text) == [
        "barley",
        *(f"oat-{n:02}" for n in range(30)),
        *(f"rye-{n:02}" for n in range(19)),
    ]
    second = guest.get("/?page=2").text
    assert names(second) == [f"rye-{n:02}" for n in range(19, 30)]
    assert f"{PAGE + 1} to 61 of 61" in second
    assert names(guest.get("/?page=99").text) == names(second)
    assert names(guest.get("/?q=RYE-1").text) == [f"rye-{n}" for n in range(10, 20)]
    assert names(guest.get("/?state=out").text) == ["barley"]
    assert "No shop fits." in guest.get("/?q=<b>&state=problem").text
    assert names(guest.get("/?state=nonsense&page=-1&q=barley").text) == ["barley"]


def test_the_list_renews_itself_by_a_part_that_says_where_it_was_asked_for(host: Host) -> None:
    host.start({"rye": None, "oat": None})
    guest = operator(host)

    asked, renewed = guest.get("/status/shops?q=rye"), guest.get("/status/shops?q=rye&poll=1")

    assert asked.headers["HX-Replace-Url"] == "/?q=rye"
    assert "HX-Replace-Url" not in renewed.headers
    assert names(asked.text) == names(renewed.text) == ["rye"]
    assert '<hx-partial hx-target="#overview"' in renewed.text
    assert "<html" not in renewed.text


def test_with_no_shop_the_list_says_where_to_write_one(host: Host) -> None:
    host.start({})

    page = operator(host).get().text

    assert "No shop is served. Add one to the file that SHOPS_FILE names." in page
    assert "No shop is here yet." in page


def test_an_order_of_yesterday_is_not_among_the_latest(host: Host) -> None:
    host.start({"rye": None})
    host.post("rye", "1")
    host.clock.advance(timedelta(hours=24, seconds=1).total_seconds())

    assert rows(operator(host).get().text)[0][4] == "0"
