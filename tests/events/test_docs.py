"""docs/events.md tells the truth: its examples are what is sent, and its program takes it."""

import json
import re
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from connector.events.delivery import Delivery
from connector.events.payload import EventType, Spreadsheet, about_order, about_part
from connector.events.sender import DELAYS
from connector.events.target import Signer, parse_targets
from connector.gateways.whapi.client import CHANNEL_STATES
from connector.models import Item, ItemsState, NewOrder, Order, Place, Shown
from connector.store import intake
from connector.store.breakers import CircuitBreaker, Part
from connector.store.database import Database
from connector.store.orders import find_order
from connector.store.outbox import Event
from tests.events.receiver import SECRET
from tests.made_once import sqlite_url

DOCS = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
RECEIVED, SYNCED = datetime(2024, 4, 16, 10, 49, 3, tzinfo=UTC), datetime(2024, 4, 16, 10, 49, 5, tzinfo=UTC)
SHEET = Spreadsheet("1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms", "https://docs.google.com")
LINK = "https://orders.example/rows/rJ0pN4yq0pT0cH7mX2bWq9sVd1uK8eLzF5aG3iYtRwo"
PLACE = Place(SHEET.id, 1, 1)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCS, re.DOTALL)


def example(type_: EventType) -> Any:
    return next(found for block in blocks("json") if (found := json.loads(block))["type"] == type_)


def sample(tmp_path: Path, **state: Any) -> Order:
    """The order of the examples, as the store has it."""
    database = Database(sqlite_url(tmp_path))
    new = NewOrder(
        "964278151888836",
        RECEIVED,
        "token",
        "MANTIS-M72HC",
        "Gerald",
        "919984351847",
        "Jonathan",
        None,
        2,
        159,
        "AUD",
        chat_id="919984351847@s.whatsapp.net",
    )
    database.write(
        lambda connection: intake.add_orders(connection, "default", [new], now=RECEIVED, grace=SYNCED - RECEIVED)
    )
    with database.read() as connection:
        order = find_order(connection, "default", new.order_id)
    database.close()
    assert order is not None
    for name, value in state.items():
        object.__setattr__(order, name, value)
    return order


def items() -> tuple[Item, ...]:
    lines = (("6895432100000000", "LS-M", "Linen shirt", 120.5), ("6895432100000001", "CT-1", "Canvas tote", 38.5))
    return tuple(
        Item(product_id, sku, name, 1, price, "AUD", f"https://media.example/{sku}.jpg")
        for product_id, sku, name, price in lines
    )


def test_the_example_of_a_synced_order_is_what_is_sent(tmp_path: Path) -> None:
    order = sample(
        tmp_path,
        items=items(),
        items_state=ItemsState.READY,
        shown=Shown.COMPLETE,
        synced_at=SYNCED,
        next_attempt_at=None,
        place=PLACE,
    )

    assert json.loads(about_order(EventType.SYNCED, order, row_url=LINK, spreadsheet=SHEET, now=SYNCED)) == example(
        EventType.SYNCED
    )


@pytest.mark.parametrize(
    ("type_", "state"),
    [
        (EventType.RECEIVED, {}),
        (EventType.WAITING, {"shown": Shown.WAITING, "attempts": 1, "place": PLACE}),
        (
            EventType.FAILED,
            {"shown": Shown.UNAVAILABLE, "items_state": ItemsState.UNAVAILABLE, "attempts": 2, "place": PLACE},
        ),
        (EventType.CHANGED, {"change": "Deleted by the customer", "changed_at": SYNCED}),
    ],
)
def test_the_examples_of_the_other_orders_name_all_that_differs(
    tmp_path: Path, type_: EventType, state: dict[str, Any]
) -> None:
    differs = example(type_)["data"]
    moment = differs["next_attempt_at"]
    order = sample(
        tmp_path,
        **state,
        last_error=differs.get("last_error"),
        next_attempt_at=datetime.fromisoformat(moment) if moment else None,
    )

    row_url = LINK if order.shown else None
    sent = json.loads(about_order(type_, order, row_url=row_url, spreadsheet=SHEET, now=RECEIVED))["data"]

    assert sent == {**example(EventType.SYNCED)["data"], **differs}


def test_the_example_of_a_problem_is_what_is_sent() -> None:
    breaker = CircuitBreaker(failures=1, since=RECEIVED, reason=CHANNEL_STATES["QR"])

    sent = about_part(EventType.PROBLEM, Part.CHANNEL, breaker, spreadsheet=SHEET, now=RECEIVED)

    assert json.loads(sent) == example(EventType.PROBLEM)


def test_every_type_and_the_schedule_are_named() -> None:
    for type_ in EventType:
        assert f"| `{type_}` |" in DOCS
    assert [delay / 3600 for delay in DELAYS[3:]] == [2, 5, 10, 14, 20, 24]
    assert "after 5 seconds, 5 minutes, 30 minutes, 2, 5, 10, 14, 20 and 24 hours" in DOCS


def test_the_python_program_takes_each_event_once_and_refuses_what_is_not_signed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EVENTS_SECRET", SECRET)
    (program,) = blocks("python")
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(program, "docs/events.md", "exec"), names)
    server = make_server("127.0.0.1", 0, names["app"])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    (target,) = parse_targets(f"http://127.0.0.1:{server.server_port}/orders")
    event = Event(1, "msg_1", EventType.SYNCED, "1", RECEIVED, 0, json.dumps(example(EventType.SYNCED)))

    outcomes = []
    for secret in (SECRET, SECRET, "whsec_" + "A" * 32):
        delivery = Delivery(target, Signer([secret]), allow_private=True)
        outcomes.append(delivery.send(event, now=datetime.now(UTC)))
        delivery.rest()
    server.shutdown()
    server.server_close()
    thread.join(10)

    assert [outcome.delivered for outcome in outcomes] == [True, True, False]
    assert outcomes[2].reason == (
        "The receiver refused the event (401). See that it knows the EVENTS_SECRET of this service."
    )
    assert capsys.readouterr().out.count("Thank you, Gerald") == 1
