"""Whatever is asked with one shop's secret: nothing of another shop is shown, and nothing of it changes."""

import copy
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from connector.store.shops import UNROUTED
from connector.store.tables import metadata
from tests.service.many import Many, payload

OTHERS = "Zwingli-of-the-other-shop"
TABLES = [table for table in metadata.sorted_tables if "shop" in table.c and table.name != "shops"]


class Place:
    """Two shops. The secret of `rye` is the caller's; `oat` has an order and an entry in quarantine."""

    def __init__(self, folder: Path) -> None:
        self.many = Many(folder, "rye", "oatmeal").start(work=False)
        self.own, self.others = self.many.shop("rye"), self.many.shop("oatmeal")
        # What happens by itself may use random numbers, which Hypothesis takes for a part of what it draws.
        self.many.service.scheduler.stop()
        self.client: FlaskClient = self.many.app.test_client()
        theirs = self.many.of("oatmeal")
        message = self.many.sandbox.orders.make("normal").message()
        self.messages = [self.many.sandbox.orders.make("normal").message() for _ in range(5)]
        self.order_id = message["order"]["order_id"]
        theirs.post("/webhooks/whapi", json={"messages": [{**message, "from_name": OTHERS}]})
        theirs.post("/webhooks/whapi", json={"messages": [{"type": "order", "order": {"title": OTHERS}}]})
        self.entry_id = theirs.get("/quarantine").json()["quarantined"][0]["id"]
        self.message_id = message["id"]
        self.hidden = [
            OTHERS,
            "oatmeal",
            self.order_id,
            self.others.secret,
            self.others.token,
            self.others.channel_id,
            self.others.spreadsheet_id,
            self.many.sandbox.secret,
        ]
        self.before = self.state()

    def state(self) -> dict[str, Sequence[Any]]:
        """All that the store has of others than `rye`."""
        with self.many.service.database.read() as connection:
            return {
                table.name: connection.execute(sa.select(table).where(table.c.shop != "rye")).all() for table in TABLES
            }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("shops"))
    yield place
    place.many.close()


OTHER = "/shops/oatmeal"
PREFIXES = ["", "", OTHER, OTHER, "/shops/rye", "/shops/OATMEAL", "/shops/nobodys", "/shops/", f"/shops/{UNROUTED}"]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


def part(draw: st.DrawFn, place: Place) -> Any:
    """A payload that may name any channel, and may speak of the other shop's order."""
    channel_id = draw(st.sampled_from([place.own.channel_id, place.others.channel_id, "NOBODY-1", None]))
    message = copy.deepcopy(draw(st.sampled_from(place.messages)))
    if draw(st.booleans()):
        message["order"]["order_id"] = place.order_id
    if draw(st.booleans()):
        message["channel_id"] = draw(st.sampled_from([place.own.channel_id, place.others.channel_id]))
    around = {} if channel_id is None else {"channel_id": channel_id}
    kinds = {
        "payload": {"messages": [message], **around},
        "message": {**message, **around},
        "removed": {"messages_removed": [place.message_id], "event": {"type": "messages"}, **around},
        "bare": {"order_id": place.order_id, "items": [{"name": "Loaf"}], **around},
        "unclear": {"messages": [{"type": "order", "order": {}}], **around},
    }
    return kinds[draw(st.sampled_from(sorted(kinds)))]


@st.composite
def requests(draw: st.DrawFn, place: Place) -> dict[str, Any]:
    rules = sorted(place.many.app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
    rule = draw(st.sampled_from(rules))
    path = rule.rule
    for given_, value in (("order_id", place.order_id), ("entry_id", str(place.entry_id)), ("_event", "messages")):
        start = path.find("<")
        if start >= 0 and f"{given_}>" in path:
            path = path[:start] + value + path[path.index(">") + 1 :]
    secrets = draw(
        st.sampled_from([{"X-Webhook-Secret": place.own.secret}, {"Authorization": f"Bearer {place.own.secret}"}])
    )
    return {
        "method": draw(st.sampled_from(sorted(rule.methods or ())) | st.sampled_from(METHODS)),
        "path": draw(st.sampled_from(PREFIXES)) + path,
        "headers": secrets,
        "json": [part(draw, place) for _ in range(draw(st.integers(0, 3)))],
    }


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_with_one_shops_secret_nothing_of_another_is_shown_or_changed(place: Place, data: st.DataObject) -> None:
    request = data.draw(requests(place))

    with capture_logs() as lines:
        answer = place.client.open(
            request["path"], method=request["method"], headers=request["headers"], json=request["json"]
        )

    asked = json.dumps([request["path"], request["json"]])
    said = "\n".join([answer.get_data(as_text=True), str(answer.headers), json.dumps(lines, default=str)])
    # What the caller says itself may be said back.
    assert [text for text in place.hidden if text not in asked and text in said] == []
    assert place.state() == place.before


def test_an_order_lands_in_the_sheet_of_its_own_shop_alone(tmp_path: Path) -> None:
    many = Many(tmp_path, "rye", "oat").start()
    sent = {name: [many.sandbox.orders.make("normal") for _ in range(2)] for name in ("rye", "oat")}
    for name, some in sent.items():
        for order in some:
            many.shop(name).whapi.add(order)

    first = [payload(many.shop(name).channel_id, some[0]) for name, some in sent.items()]
    many.operator.post("/webhooks/whapi", json=first)
    for name, some in sent.items():
        many.of(name).post("/webhooks/whapi", json=payload(many.shop(name).channel_id, some[1]))
        other = next(other for other in sent if other != name)
        many.of(other).post("/webhooks/whapi", json=payload(many.shop(name).channel_id, some[1]))
    many.wait_until_synced(sent)

    for name, some in sent.items():
        assert sorted(many.ids_in_sheet(name)) == sorted(order.order_id for order in some)
        assert {str(row[0]) for row in many.shop(name).rows("Items")[1:]} == {order.order_id for order in some}
    many.close()
