"""The links to rows lead to where each row stands now, need no login, and can't be made by anybody else; and what is
dealt with is no longer something to look at."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import sqlalchemy as sa

from connector.jobs import find_row
from connector.runtime.addresses import spreadsheets_site
from connector.runtime.row_links import RowLinks
from sandbox.whapi.order import SandboxOrder
from tests.page.host import OPERATORS_SECRET, Host
from tests.page.test_shown import HX
from tests.page.visitor import Visitor
from tests.service.shop import Shop
from tests.waiting import wait_until

_LINK = re.compile(r'href="(/rows/[^"]+)"[^>]*>Open in the sheet')


pytestmark = pytest.mark.usefixtures("nothing_remembered")


@pytest.fixture(scope="module")
def sent(shop: Shop) -> list[SandboxOrder]:
    orders = shop.sandbox.send("normal", 3)
    shop.wait_until_synced(orders)
    return orders


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = Host(tmp_path)
    host.start({"rye": None, "oat": None})
    yield host
    host.close()


def row_behind(shop: Shop, answer: httpx.Response) -> object:
    """The order id that stands in the row that an answer leads to."""
    assert answer.status_code == 303
    place = re.fullmatch(
        rf"{shop.sandbox.url}/spreadsheets/d/{shop.sandbox.spreadsheet_id}/edit#gid=(\d+)&range=A(\d+)",
        answer.headers["Location"],
    )
    assert place is not None
    content = shop.sandbox.google.spreadsheets[shop.sandbox.spreadsheet_id].content
    cells = content.sheets[int(place[1])].rows[int(place[2]) - 1] or {}
    return next(cell.value for cell in cells.values() if re.fullmatch(r"\d{16}", str(cell.value)))


def delete_row(shop: Shop, order: SandboxOrder) -> None:
    values = shop.sandbox.google.sheet_values(shop.sandbox.spreadsheet_id, "Orders")
    shop.sandbox.merchant.delete_rows("Orders", next(n for n, row in enumerate(values) if order.order_id in row))


def reads(shop: Shop) -> int:
    calls = shop.sandbox.google.calls.by_kind
    return sum(calls.values()) - calls["batchUpdate"] - calls["token"]


def test_a_link_follows_its_row_with_one_read_and_says_when_it_is_gone(
    shop: Shop, visitor: Visitor, sent: list[SandboxOrder]
) -> None:
    merchant = shop.sandbox.merchant
    links = dict(zip([order.order_id for order in reversed(sent)], _LINK.findall(visitor.get().text), strict=True))
    merchant.sort("Orders", "A", descending=True)
    merchant.insert_rows("Orders", 0, 2)
    merchant.move_column("Orders", "A", before=3)
    merchant.rename_tab("Orders", "Comandes")
    before = reads(shop)

    for order_id, link in links.items():
        assert row_behind(shop, visitor.get(link, follow_redirects=False)) == order_id
    assert reads(shop) - before == len(links)

    gone, there = sent[0], sent[1]
    merchant.rename_tab("Comandes", "Orders")
    merchant.snapshot("before")
    delete_row(shop, gone)
    answer = visitor.get(links[gone.order_id])
    assert (answer.status_code, answer.text.count("The order is no longer in the sheet: its row was deleted")) == (
        410,
        1,
    )
    assert row_behind(shop, visitor.get(links[there.order_id])) == there.order_id
    assert shop.stored(gone).gone_at is not None
    opened = visitor.get(f"/?open={shop.stored(gone).id}").text
    assert opened.count('<span class="badge gone">deleted</span>') == 1
    assert "Its row was looked for, and is no longer in the sheet." in opened

    # An older version of the sheet comes without tags.
    merchant.restore("before")
    assert row_behind(shop, visitor.get(links[gone.order_id])) == gone.order_id
    assert shop.stored(gone).gone_at is None
    delete_row(shop, gone)
    assert visitor.get(links[gone.order_id]).status_code == 410
    assert shop.post(f"/orders/{gone.order_id}/rewrite", None).json()["rewrites"] == "order_row"
    shop.wait_until_synced([gone])
    assert shop.stored(gone).gone_at is None
    assert row_behind(shop, visitor.get(links[gone.order_id])) == gone.order_id


def test_the_apis_link_needs_no_login_and_no_other_opens_a_row(
    shop: Shop, stranger: Visitor, sent: list[SandboxOrder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find_row, "REMEMBERED", 600.0)
    order = sent[0]
    link = shop.http.get(f"/orders/{order.order_id}").json()["row_url"]
    assert link.startswith(f"{shop.url}/rows/")
    assert order.order_id not in link
    token = link.rpartition("/")[2]
    foreign = RowLinks(shop.settings).token("another shop", order.order_id)

    assert row_behind(shop, stranger.http.get(link)) == order.order_id
    for wrong in (token[:-2], token[:9] + ("A" if token[9] != "A" else "B") + token[10:], foreign, "é", "A" * 3000):
        answer = stranger.http.get(f"{shop.url}/rows/{wrong}")
        assert (answer.status_code, order.order_id in answer.text) == (404, False)
    looks = reads(shop)
    answers = [stranger.http.get(link) for _ in range(3)]
    assert [row_behind(shop, answer) for answer in answers] == [order.order_id] * 3
    assert reads(shop) == looks


def test_strangers_can_not_spend_what_the_writer_needs_and_who_has_logged_in_goes_on(
    shop: Shop, stranger: Visitor, sent: list[SandboxOrder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find_row, "REMEMBERED", 0.0)
    link = shop.http.get(f"/orders/{sent[0].order_id}").json()["row_url"]

    answers = [stranger.http.get(link).status_code for _ in range(find_row.MOST_A_MINUTE + 1)]
    assert answers[-1] == 503
    refused = stranger.http.get(link)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert "Too many rows were looked up within a minute." in refused.text

    stranger.log_in()
    assert stranger.http.get(link).status_code == 303


def test_a_sheet_that_can_not_be_read_is_said_so_without_its_names(
    shop: Shop, visitor: Visitor, sent: list[SandboxOrder]
) -> None:
    link = urlsplit(shop.http.get(f"/orders/{sent[0].order_id}").json()["row_url"]).path
    shop.sandbox.merchant.share("none")
    # As after a start.
    shop.service.workbook._zone = None
    page = visitor.get().text
    answer = visitor.get(link)
    shop.sandbox.merchant.share("writer")

    assert (answer.status_code, "The spreadsheet can&#39;t be read at present." in answer.text) == (503, True)
    assert shop.service.account.api.account not in answer.text
    assert "Times are those of Australia/Sydney." in page


def test_a_shops_link_is_below_its_name_and_opens_nothing_at_another(host: Host) -> None:
    host.post("rye", "order-1")
    shop, links = host.service.shops["rye"], host.service.row_links
    token = links.token("rye", "order-1")
    client = host.app.test_client()

    def ask(path: str, **environ: str) -> int:
        status: int = client.get(path, environ_overrides=environ).status_code
        return status

    listed = client.get("/shops/rye/orders/order-1", headers={"X-Webhook-Secret": OPERATORS_SECRET}).get_json()
    assert listed["row_url"] is None
    # On its way: the link is right, and the row isn't there.
    assert ask(f"/shops/rye/rows/{token}", SCRIPT_NAME="/below") == 404
    assert "on its way to the sheet" in client.get(f"/shops/rye/rows/{token}").text
    assert "on its way" not in client.get(f"/shops/oat/rows/{token}").text
    assert [ask(f"/shops/oat/rows/{token}"), ask(f"/rows/{token}"), ask(f"/shops/no/rows/{token}")] == [404] * 3
    host.service.database.write(lambda connection: connection.execute(sa.text("UPDATE orders SET shown = 'complete'")))
    headers = {"X-Webhook-Secret": OPERATORS_SECRET}
    for below in ("", "/below"):
        found = client.get("/shops/rye/orders/order-1", headers=headers, environ_overrides={"SCRIPT_NAME": below})
        assert found.get_json()["row_url"] == f"http://localhost{below}/shops/rye/rows/{token}"
    assert spreadsheets_site(shop.settings) == "https://docs.google.com"


def test_what_is_dealt_with_is_no_longer_something_to_look_at(shop: Shop, visitor: Visitor) -> None:
    (order,) = shop.sandbox.send("no_token")
    wait_until(lambda: shop.statuses([order]) == ["failed"])
    odd = {"order_id": "odd-1", "total_price": 5, "items": [{"name": "Tea", "price": 1, "quantity": 1}]}
    assert shop.post("/orders?wait=20", odd).json()["orders"][0]["warning"]
    assert shop.post("/webhooks/whapi", {"messages": [{"type": "order", "order": {}}]}).json()["quarantined"] == 1
    page = visitor.get().text
    assert "Orders reach the sheet; something is worth a look." in page
    number = re.findall(r'<tr id="q-(\d+)"', page)[0]
    first, second = shop.stored(order).id, shop.order("odd-1")
    assert second is not None
    # There is nothing to try: it came without its token.
    assert "Try again" not in visitor.get(f"/?open={first}").text

    answer = visitor.post("/status/replay", HX, number=number).text
    beside = answer.partition(f'<tr id="q-{number}"')[2].partition("</tr>")[0]
    assert "It is still not understood, and stays here." in beside
    assert (
        visitor.post("/status/dealt-with", number=str(first), headers={"Sec-Fetch-Site": "cross-site"}).status_code
        == 403
    )
    for path, chosen in (("/", first), ("/", second.id), ("/quarantine/", number)):
        answer = visitor.post(f"/status{path}dealt-with", HX, number=str(chosen)).text

    assert "All is well" in answer
    assert (
        "Marked as dealt with on the status page" in answer.partition(f'<tr id="q-{number}"')[2].partition("</tr>")[0]
    )
    history = visitor.get(f"/?open={first}").text
    assert "Marked as dealt with on the status page." in history
    assert ">Dealt with<" not in history
    assert shop.http.get(f"/orders/{order.order_id}").json()["dealt_with_at"] is not None
