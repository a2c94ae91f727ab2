"""What the page shows: orders with their history, figures, problems, the quarantine; and what its buttons do."""

import json
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from connector.findings import Finding
from connector.models import Order
from connector.settings import SHOP
from connector.store import breakers
from connector.store.breakers import Part
from connector.store.tables import orders
from sandbox.whapi.order import SandboxOrder
from tests.attack.hostile import TEXTS
from tests.page.visitor import Visitor
from tests.service.shop import Shop
from tests.waiting import wait_until

HX = {"HX-Request": "true"}
SCRIPT = "<script>alert(1)</script>"


pytestmark = pytest.mark.usefixtures("nothing_remembered")


@pytest.fixture(scope="module")
def sent(shop: Shop) -> dict[str, SandboxOrder]:
    """One order of each kind, each as far as it gets."""
    orders = {sample: shop.sandbox.send(sample)[0] for sample in ("normal", "never_items", "no_token", "hostile")}
    wanted = {"normal": "synced", "never_items": "waiting", "no_token": "failed", "hostile": "synced"}
    wait_until(lambda: dict(zip(orders, shop.statuses(list(orders.values())), strict=True)) == wanted)
    # Once the channel's last try was long ago, the waiting order rests until it is asked for.
    return orders


def rows(page: str) -> list[str]:
    """The numbers of the orders that are listed."""
    return re.findall(r'<tr id="o-(\d+)"', page)


def figures(page: str) -> dict[str, str]:
    return {label: number for number, label in re.findall(r"<b>([\d,]+)</b> <span>([\w ]+)</span>", page)}


def test_the_figures_count_and_lead_to_the_orders(shop: Shop, visitor: Visitor, sent: dict[str, SandboxOrder]) -> None:
    page = visitor.get().text

    assert figures(page) == {"today": "4", "received": "0", "waiting": "1", "unavailable": "1"}
    assert rows(page) == [str(shop.stored(order).id) for order in reversed(sent.values())]
    for status, sample in (("waiting", "never_items"), ("failed", "no_token")):
        assert f'href="/?status={status}#list"' in page
        assert rows(visitor.get(f"/?status={status}").text) == [str(shop.stored(sent[sample]).id)]


def test_orders_are_found_by_number_name_and_phone(shop: Shop, visitor: Visitor, sent: dict[str, SandboxOrder]) -> None:
    order = sent["normal"]
    number = str(shop.stored(order).id)

    for text in (order.order_id, order.order_id[3:9], order.customer_name.upper(), f"+{order.customer_phone[:5]}"):
        found = visitor.get("/", params={"q": text})
        assert number in rows(found.text)
        part = visitor.get("/status/orders", params={"q": text})
        assert number in rows(part.text)
    assert rows(visitor.get("/?q=nobody-has-this-name").text) == []
    assert "No order fits." in visitor.get("/?q=nobody-has-this-name").text
    assert rows(visitor.get("/", params={"q": order.order_id, "status": "failed"}).text) == []


def test_a_part_tells_the_browser_under_which_address_it_is_found_again_but_not_with_every_poll(
    visitor: Visitor,
) -> None:
    answer = visitor.get("/status/orders", params={"q": "a b&c", "status": "waiting", "open": "3", "before": "x"})

    assert answer.headers["HX-Replace-Url"] == "/?q=a+b%26c&status=waiting&open=3"
    assert "HX-Replace-Url" not in visitor.get("/status/orders?q=a&poll=1").headers


@pytest.mark.parametrize(
    "query",
    ["status=lost", "before=-1", "before=9e9", "open=" + "9" * 5000, "open=٣", "q=%00", "q=%FF%FE", "q=" + "x" * 5000,
     "q=%25_%5C%27", "note=x", "before=0", "open=9007199254740993"],
)  # fmt: skip
def test_what_is_asked_for_wrongly_counts_as_not_asked_for(visitor: Visitor, query: str) -> None:
    for path in ("/", "/status/orders"):
        assert visitor.get(f"{path}?{query}").status_code == 200


def test_a_history_tells_of_the_arrival_of_each_failed_try_and_of_what_comes(
    shop: Shop, visitor: Visitor, sent: dict[str, SandboxOrder]
) -> None:
    order = shop.stored(sent["never_items"])

    page = visitor.get(f"/?open={order.id}").text

    history = page.partition('class="history"')[2].partition("</tr>")[0]
    told = [" ".join(re.sub(r"<[^>]+>", "", line).split()) for line in re.findall(r"<li class=.*?</li>", history)]
    texts = [re.sub(r"^[\d:]+ +", "", line) for line in told]
    failure = "The items could not be fetched"
    reason = "Whapi does not know the order yet, or no longer (404). It will be tried again."
    assert texts[:2] == ["Received.", f"{failure}: {reason}"]
    assert "Row written, without items." in texts
    assert set(texts[2:-1]) <= {"Row written, without items.", f"{failure}, as before."}
    assert texts[-1] in {"The next try to fetch the items.", "The items are fetched now."}
    assert 'aria-expanded="true"' in page


def test_a_history_of_an_order_that_went_well_tells_of_its_rows_and_its_items(
    shop: Shop, visitor: Visitor, sent: dict[str, SandboxOrder]
) -> None:
    order = shop.stored(sent["normal"])

    history = visitor.get(f"/?open={order.id}").text.partition('class="history"')[2].partition("</table>")[0]

    assert "Row and items written." in history
    assert "could not" not in history
    assert history.count("\N{MULTIPLICATION SIGN}</b>") == len(order.items)
    assert history.count(" each</span>") == len(order.items)
    assert f'<a href="https://wa.me/{order.customer_phone}" target="_blank" rel="noopener noreferrer">' in history
    assert "Try again" not in history


def test_no_customers_text_becomes_markup(shop: Shop, visitor: Visitor) -> None:
    texts = [SCRIPT, '"><img src=x onerror=alert(1)>', "</bdi></a></table><hx-partial hx-target=body>", *TEXTS]
    orders = [
        {
            "order_id": f'<b title="{n}">\'&amp;',
            **dict.fromkeys(("customer_name", "customer_phone", "title", "note", "currency"), text),
            "items": [{**dict.fromkeys(("name", "sku", "currency"), text), "price": 1}],
        }
        for n, text in enumerate(texts)
    ]
    assert shop.post("/orders", orders).status_code == 200
    numbers = [found.id for order in orders if (found := shop.order(str(order["order_id"]))) is not None]
    assert len(numbers) == len(texts)

    page = "".join(
        visitor.get("/", params={"before": number + 1, "open": number}).text + visitor.get("/", params={"q": text}).text
        for number, text in zip(numbers, texts, strict=True)
    )

    assert page.count('class="history"') == len(texts)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert page.count("<script") == page.count('<script src="/status/static/')
    assert not re.search(r"<img|<hx-|onerror=alert\(1\)>", page)
    assert "&lt;/bdi&gt;&lt;/a&gt;" in page
    assert "&lt;b title=&#34;" in page


def test_no_secret_and_no_token_stands_in_a_page(shop: Shop, visitor: Visitor, sent: dict[str, SandboxOrder]) -> None:
    order = shop.stored(sent["never_items"])
    assert order.order_token == sent["never_items"].token
    pages = visitor.get(f"/?open={order.id}").text + visitor.get("/status/overview").text

    for secret in (*shop.settings.secrets, order.order_token):
        assert secret not in pages


def test_a_waiting_order_is_tried_again_at_once(shop: Shop, visitor: Visitor, sent: dict[str, SandboxOrder]) -> None:
    order = shop.stored(sent["never_items"])
    fetches = shop.sandbox.whapi.fetches(order.order_id)

    answer = visitor.post("/status/retry", number=str(order.id), q="x y", open=str(order.id))

    address = f"/?q=x+y&open={order.id}&note=retried"
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert "The order is being tried again." in visitor.get(address).text
    wait_until(lambda: shop.sandbox.whapi.fetches(order.order_id) > fetches)


def test_the_same_for_all_that_lack_something_and_for_a_page_with_scripts(
    shop: Shop, visitor: Visitor, sent: dict[str, SandboxOrder]
) -> None:
    fetches = shop.sandbox.whapi.fetches(sent["never_items"].order_id)

    answer = visitor.post("/status/retry", HX, status="waiting")

    assert answer.status_code == 200
    assert rows(answer.text) == [str(shop.stored(sent["never_items"]).id)]
    assert '<hx-partial hx-target="#note" hx-swap="innerHTML">Every order that lacks something' in answer.text
    for target in ("#overview", "#state"):
        assert f'<hx-partial hx-target="{target}" hx-swap="innerMorph">' in answer.text
    wait_until(lambda: shop.sandbox.whapi.fetches(sent["never_items"].order_id) > fetches)


def test_an_order_without_a_token_is_said_to_have_nothing_to_try_with(
    shop: Shop, visitor: Visitor, sent: dict[str, SandboxOrder]
) -> None:
    order = shop.stored(sent["no_token"])

    assert "There is nothing to try" in visitor.post("/status/retry", HX, number=str(order.id)).text
    history = visitor.get(f"/?open={order.id}").text
    assert "Given up: nothing more is tried by itself." in history
    assert "The order came without its token" in history


@pytest.mark.parametrize("number", ["999999", "", "x", "-1", "9" * 5000, "1; DROP TABLE orders"])
@pytest.mark.parametrize("path", ["/status/retry", "/status/replay"])
def test_what_is_not_there_can_not_be_tried(visitor: Visitor, path: str, number: str) -> None:
    answer = visitor.post(path, number=number)

    assert answer.status_code == 404
    assert "That did not work" in answer.text


@pytest.fixture
def entry(shop: Shop) -> Iterator[int]:
    """Something in quarantine, and nothing else."""
    odd = {"messages": [{"type": "order", "order": {"note": SCRIPT, "token": "geheim", "x": "A" * 60}}]}
    assert shop.post("/webhooks/whapi", odd).json()["quarantined"] == 1
    with shop.service.database.read() as connection:
        yield connection.execute(sa.text("SELECT max(id) FROM quarantine")).scalar_one()
    shop.service.database.write(lambda connection: connection.execute(sa.text("DELETE FROM quarantine")))


def test_the_quarantine_is_shown_with_secrets_hidden_and_markup_as_text(visitor: Visitor, entry: int) -> None:
    page = visitor.get().text
    assert "1 message could not be understood." in page
    assert f'<tr id="q-{entry}">' in page

    shown = visitor.get(f"/status/quarantine/{entry}").text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert shown.count("[secret]") == 2
    assert SCRIPT not in shown
    assert "geheim" not in shown
    assert visitor.get(f"/status/quarantine/{entry + 1}").status_code == 404


def test_what_is_not_understood_stays_and_what_is_understood_now_is_taken_in(
    shop: Shop, visitor: Visitor, entry: int
) -> None:
    answer = visitor.post("/status/replay", number=str(entry))
    assert answer.headers["Location"] == "/#quarantine"
    assert "It is still not understood, and stays here." in visitor.get().text

    # As if an update understood it: the payload is one that this version understands.
    payload = json.dumps({"type": "order", "order": {"order_id": "replayed-1"}})
    shop.service.database.write(
        lambda connection: connection.execute(sa.text("UPDATE quarantine SET payload = :p"), {"p": payload})
    )
    answer = visitor.post("/status/replay", HX)

    assert "1 message was understood now and taken in." in answer.text
    assert shop.order("replayed-1") is not None
    assert "Nothing is here." in visitor.get().text


def test_a_part_that_fails_is_seen_with_its_remedy(shop: Shop, visitor: Visitor) -> None:
    # A batch of the test before that ends just now would say that the part works.
    wait_until(lambda: shop.service.work.is_idle and shop.service.write.next_run_at() is None)
    now = shop.service.clock.now()
    sentence = f"The spreadsheet is not shared with <b> {shop.secret}."

    def fail(connection: sa.Connection) -> None:
        for _ in range(3):
            breakers.record_failure(connection, SHOP, Part.SHEET, reason=sentence, until=None, now=now)

    shop.service.database.write(fail)
    try:
        page = visitor.get().text
    finally:
        shop.service.database.write(lambda c: breakers.record_success(c, SHOP, Part.SHEET, now=now))

    assert '<div id="verdict" class="verdict bad" role="status">' in page
    assert "The sheet can&#39;t be written at present. New orders are kept until it can." in page
    assert "The spreadsheet is not shared with &lt;b&gt; [secret]." in page
    assert re.search(
        r'id="part-sheet" class="bad">\s*<h3>Spreadsheet</h3>\s*<p class="state">.*</span> fails</p>', page
    )


def test_what_the_checks_found_is_among_the_problems(shop: Shop, visitor: Visitor) -> None:
    now = shop.service.clock.now()
    shop.service.findings.replace([Finding.problem("webhook", "No webhook <b> leads here. Run `setup`.")], at=now)
    page = visitor.get().text
    shop.service.findings.replace([], at=now)

    assert "Something in the set-up needs mending." in page
    assert 'No webhook &lt;b&gt; leads here. Run `setup`.</bdi> <span class="quiet">Checked <time' in page
    assert "No webhook" not in visitor.get().text


def test_an_open_order_is_shown_also_where_the_list_has_others(
    shop: Shop, visitor: Visitor, sent: dict[str, SandboxOrder]
) -> None:
    order, waiting = shop.stored(sent["normal"]), shop.stored(sent["never_items"])

    page = visitor.get(f"/?status=waiting&open={order.id}").text

    assert rows(page) == [str(order.id), str(waiting.id)]
    assert "Row and items written." in page


def test_an_id_of_whatsapps_own_is_no_number_to_write_to_and_amounts_have_their_currencys_decimals(
    shop: Shop, visitor: Visitor
) -> None:
    order = stored_in(shop, total_price=1234.5, currency="KWD", customer_phone="919984351847")
    shown = visitor.get(f"/?open={order.id}").text
    assert shown.count("1,234.500 KWD") == 3
    assert 'href="https://wa.me/919984351847"' in shown

    order = stored_in(shop, chat_id="919984351847@lid")

    shown = visitor.get(f"/?open={order.id}").text
    assert "919984351847" in shown
    assert "wa.me" not in shown
    assert [visitor.get(path).headers["Location"] for path in ("/status", "/status/")] == ["/", "/"]


def stored_in(shop: Shop, **values: object) -> Order:
    """An order with these values, as an earlier version may have stored it."""
    assert shop.post("/orders", {"order_id": "early-1", "items": [{"name": "Tea"}]}).status_code == 200
    query = sa.update(orders).where(orders.c.order_id == "early-1").values(**values)
    shop.service.database.write(lambda connection: connection.execute(query))
    found = shop.order("early-1")
    assert found is not None
    return found


def test_a_database_that_does_not_answer_is_a_503_that_says_so(shop: Shop, visitor: Visitor) -> None:
    shop.service.database.write(lambda connection: connection.execute(sa.text("ALTER TABLE pauses RENAME TO gone")))
    try:
        answers = [visitor.get("/"), visitor.get("/status/overview", headers=HX)]
    finally:
        shop.service.database.write(lambda connection: connection.execute(sa.text("ALTER TABLE gone RENAME TO pauses")))

    for answer in answers:
        assert answer.status_code == 503
        assert "The database does not answer, so nothing can be shown or changed." in answer.text
        assert "pauses" not in answer.text


def test_addresses_below_the_page_that_are_not_there_belong_to_the_api(shop: Shop, visitor: Visitor) -> None:
    assert visitor.get("/status/nowhere").status_code == 401
    assert shop.http.get("/status/nowhere").status_code == 404
