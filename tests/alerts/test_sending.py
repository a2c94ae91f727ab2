"""How alerts are sent: gathered, with growing pauses, in their order, and only where they may go."""

import threading
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from connector.alerts.by_apprise import ByApprise
from connector.alerts.delivery import AlertDelivery
from connector.alerts.target import parse_alerts
from connector.alerts.text import Alert, Kind
from connector.events.sender import Sender
from connector.runtime.alerts import Alerts
from connector.runtime.clients import whapi_client
from connector.store import outbox
from connector.store.database import Database
from connector.store.outbox import NewEvent
from connector.store.time_zones import put_zone
from tests.clock import FakeClock
from tests.context import shop_context
from tests.events.receiver import Receiver, status, trickles
from tests.made_once import sqlite_url

ALERT = Alert(Kind.PROBLEM, "Orders", "Mend it.")
SHOP = "default"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(sqlite_url(tmp_path))
    yield database
    database.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


def way(receiver: Receiver, *, allow_private: bool = True, query: str = "") -> ByApprise:
    (target,) = parse_alerts(f"json://127.0.0.1:{receiver.port}/t0ken-of-a-messenger{query}")
    return ByApprise(target, allow_private=allow_private, redact=str)


def sender(database: Database, clock: FakeClock, receiver: Receiver) -> tuple[Sender, str]:
    (target,) = parse_alerts(f"json://127.0.0.1:{receiver.port}/t0ken-of-a-messenger")
    delivery = AlertDelivery(lambda: way(receiver), shop="rye", zone=lambda: UTC)
    return Sender(database, delivery, target, shop=SHOP, clock=clock, jitter=lambda: 0.0), target.key


def put(database: Database, clock: FakeClock, key: str, *types: str) -> None:
    body = '{"data": {"reason": "Share the sheet.", "since": "2024-04-16T10:49:03Z"}}'
    new = [NewEvent(f"msg_{clock.now()}_{number}", type_, "sheet", body) for number, type_ in enumerate(types)]
    database.write(lambda connection: outbox.add(connection, SHOP, [key], new, now=clock.now()))


def test_what_flaps_all_day_makes_no_storm_and_loses_no_ending(
    database: Database, clock: FakeClock, receiver: Receiver
) -> None:
    sending, key = sender(database, clock, receiver)
    ends_at = clock.now() + timedelta(hours=2)
    while clock.now() < ends_at:
        put(database, clock, key, "connector.problem", "connector.recovered")
        for _ in range(6):
            sending.run()
            clock.advance(10)
    while sending.run() < 3600:
        clock.advance(600)

    assert len(receiver.taken) < 25
    text = "\n".join(delivery.event["message"] for delivery in receiver.taken)
    assert "And 10 more. The status page shows all." in text
    assert receiver.taken[-1].event["title"].endswith("(rye)")
    with database.read() as connection:
        assert outbox.count_waiting(connection, SHOP, key) == 0


def test_one_that_fails_comes_again_before_those_behind_it_and_both_in_one_message(
    database: Database, clock: FakeClock, receiver: Receiver
) -> None:
    sending, key = sender(database, clock, receiver)
    put(database, clock, key, "connector.problem")
    receiver.answers.append(status(503))
    assert sending.run() == 0
    with database.read() as connection:
        held = outbox.held(connection, SHOP, key)
    assert (held.number, (held.error or "").startswith("apprise did not get the message through: ")) == (1, True)
    put(database, clock, key, "connector.recovered")
    again, _ = sender(database, clock, receiver)  # As after a restart.

    again.run()

    assert [delivery.event["message"].splitlines() for delivery in receiver.taken] == [
        [
            "• Orders: something must be mended",
            "Share the sheet.",
            "Since 2024-04-16 10:49 UTC.",
            "• Orders: mended",
            f"This is over since {clock.now():%Y-%m-%d %H:%M} UTC, and nothing is left to do: Share the sheet. It had "
            "begun 2024-04-16 10:49 UTC.",
        ]
    ]


@pytest.mark.parametrize("query", ["", "?redirect=yes"])
def test_nothing_in_the_own_network_is_reached_unless_the_settings_allow_it(receiver: Receiver, query: str) -> None:
    refused = way(receiver, allow_private=False, query=query).send(ALERT)

    assert refused.reason == (
        "The name in ALERT_URLS leads to a private address. If that is meant, because the receiver is in the own "
        "network, set EVENTS_ALLOW_PRIVATE=true."
    )
    assert receiver.came == []
    receiver.answers.append(status(307, Location=f"http://127.0.0.1:{receiver.port}/elsewhere"))
    assert not way(receiver, query=query).send(ALERT).delivered
    assert [delivery.path for delivery in receiver.came] == ["/t0ken-of-a-messenger"]


def test_a_receiver_that_never_ends_its_answer_holds_up_nothing_and_is_not_asked_again_meanwhile(
    receiver: Receiver,
) -> None:
    receiver.always = trickles
    (target,) = parse_alerts(f"json://127.0.0.1:{receiver.port}/t0ken-of-a-messenger")
    before = {*threading.enumerate()}
    slow = ByApprise(target, allow_private=True, redact=str, deadline=0.5)

    assert [slow.send(ALERT).reason, slow.send(ALERT).reason] == [
        "It took longer than 0.5 seconds.",
        "The last try at json (address 1) still hangs.",
    ]
    assert len(receiver.came) == 1
    assert all(thread.daemon for thread in {*threading.enumerate()} - before)


def test_an_address_that_no_messenger_has_is_told_without_showing_it() -> None:
    (target,) = parse_alerts("tgram://not-a-token")

    assert ByApprise(target, allow_private=True, redact=str).send(ALERT).reason == (
        "tgram (address 1) in ALERT_URLS is no address that apprise can use. Compare it with what "
        "https://appriseit.com/services/ says of its kind."
    )


def test_times_are_told_in_a_zone_of_the_spreadsheet_that_has_no_name_but_its_hours(
    database: Database, clock: FakeClock, receiver: Receiver
) -> None:
    url = f"json://127.0.0.1:{receiver.port}/t0ken-of-a-messenger"
    settings = shop_context(database, clock, alert_urls=url, events_allow_private=True).settings
    alerts = Alerts(settings=settings, client=whapi_client(settings), redact=str, shop=None)
    (sending,) = alerts.senders(SHOP, database, clock)
    database.write(lambda connection: put_zone(connection, settings.spreadsheet_id, "GMT-07:00", None))
    put(database, clock, settings.alert_targets[0].key, "connector.problem")

    sending.run()

    (told,) = receiver.taken
    assert told.event["message"] == "Share the sheet.\nSince 2024-04-16 03:49 UTC-07:00."
