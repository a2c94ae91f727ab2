"""When an event is sent, sent again, and given up. The clock is the test's, the connections are real."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from standardwebhooks import Webhook

from connector.jobs.housekeeping import prune_events
from connector.store.database import Database
from tests.clock import FakeClock
from tests.events.receiver import SECRET, Receiver, status
from tests.events.sending import SHOP, names, new_sender, put, run, run_for, target_of, waiting
from tests.made_once import sqlite_url

HOUR, DAY = 3600, 86_400


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = Database(sqlite_url(tmp_path))
    yield database
    database.close()


def test_an_event_is_tried_again_by_the_schedule_with_the_same_id_and_body_and_then_given_up(
    store: Database, clock: FakeClock, receiver: Receiver
) -> None:
    sender, began, moments = new_sender(store, clock, receiver), clock.now(), []
    receiver.always = status(500)
    put(store, clock, target_of(receiver), "one")

    while waiting(store, receiver) == (1, 0):
        before = len(receiver.came)
        sleep = run(sender)
        if len(receiver.came) > before:
            moments.append(str(clock.now() - began))
        clock.advance(sleep)

    assert moments == [
        "0:00:00", "0:00:05", "0:05:05", "0:35:05", "2:35:05", "7:35:05", "17:35:05", "1 day, 7:35:05",
        "2 days, 3:35:05", "3 days, 3:35:05",
    ]  # fmt: skip
    assert len({(delivery.id, delivery.body) for delivery in receiver.came}) == 1
    assert len({delivery.headers["webhook-timestamp"] for delivery in receiver.came}) == 10
    assert waiting(store, receiver) == (0, 1)


def test_each_try_is_signed_with_its_own_time(store: Database, receiver: Receiver) -> None:
    now = datetime.now(UTC)
    clock = FakeClock(now - timedelta(seconds=5))
    sender = new_sender(store, clock, receiver)
    receiver.answers.append(status(500))
    put(store, clock, target_of(receiver), "one")

    run_for(sender, clock, 10)

    first, second = receiver.came
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 5
    for delivery in receiver.came:
        moment = datetime.fromtimestamp(int(delivery.headers["webhook-timestamp"]), UTC)
        signature = Webhook(SECRET).sign(delivery.id, moment, delivery.body.decode())
        assert delivery.headers["webhook-signature"] == signature
        assert delivery.verified() == {"name": "one"}


def test_a_receiver_that_is_down_for_a_while_gets_everything_in_order_when_it_is_up(
    store: Database, clock: FakeClock, receiver: Receiver
) -> None:
    sender = new_sender(store, clock, receiver)
    receiver.always = status(503)
    put(store, clock, target_of(receiver), "1", "2")
    run_for(sender, clock, 400)
    put(store, clock, target_of(receiver), "3")
    assert set(names(receiver)) == {"1"}

    receiver.always = None
    run_for(sender, clock, HOUR)

    assert [delivery.event["name"] for delivery in receiver.taken] == ["1", "2", "3"]
    assert waiting(store, receiver) == (0, 0)


def test_one_that_the_receiver_never_takes_holds_back_the_others_for_the_schedule_only(
    store: Database, clock: FakeClock, receiver: Receiver
) -> None:
    sender = new_sender(store, clock, receiver)
    receiver.answers.extend([status(500)] * 10)
    put(store, clock, target_of(receiver), "poison", "1", "2")

    run_for(sender, clock, 3 * DAY)
    assert set(names(receiver)) == {"poison"}
    run_for(sender, clock, DAY)

    assert [delivery.event["name"] for delivery in receiver.taken] == ["1", "2"]
    assert waiting(store, receiver) == (0, 1)


def test_a_receiver_that_never_comes_back_costs_each_event_a_try_and_the_store_no_more_than_days(
    store: Database, clock: FakeClock, receiver: Receiver
) -> None:
    sender = new_sender(store, clock, receiver)
    receiver.always = status(502)
    for day in range(8):
        put(store, clock, target_of(receiver), *(f"{day}-{number}" for number in range(5)))
        run_for(sender, clock, DAY)
        prune_events(store, shop=SHOP, clock=clock)

    left, given_up = waiting(store, receiver)
    assert left <= 5 * 5
    assert given_up + left == 8 * 5
    assert len(receiver.came) < 8 * 5 + 30


def test_a_stop_and_start_tries_at_once_and_goes_on_in_the_schedule(
    store: Database, clock: FakeClock, receiver: Receiver
) -> None:
    receiver.always = status(500)
    put(store, clock, target_of(receiver), "one")
    run_for(new_sender(store, clock, receiver), clock, 2 * HOUR)
    assert len(receiver.came) == 4

    again = new_sender(store, clock, receiver)

    assert run(again) == 0
    assert len(receiver.came) == 5
    assert run(again) == 5 * HOUR


def test_many_restarts_use_up_no_event(store: Database, clock: FakeClock, receiver: Receiver) -> None:
    receiver.always = status(500)
    put(store, clock, target_of(receiver), "one")

    for _ in range(12):
        run(new_sender(store, clock, receiver))

    assert waiting(store, receiver) == (1, 0)
    receiver.always = None
    run(new_sender(store, clock, receiver))
    assert waiting(store, receiver) == (0, 0)


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize(("asked", "waits"), [("120", 120), ("1", 5), ("9999999", DAY), ("soon", 5)])
def test_a_receiver_may_ask_to_be_left_alone_for_longer(
    store: Database, clock: FakeClock, receiver: Receiver, code: int, asked: str, waits: int
) -> None:
    sender = new_sender(store, clock, receiver)
    receiver.answers.append(status(code, Retry_After=asked))
    put(store, clock, target_of(receiver), "one")

    assert (run(sender), run(sender)) == (0, waits)


def test_a_receiver_that_is_gone_gets_nothing_more_until_the_service_is_started_again(
    store: Database, clock: FakeClock, receiver: Receiver
) -> None:
    sender = new_sender(store, clock, receiver)
    receiver.answers.append(status(410))
    put(store, clock, target_of(receiver), "1", "2")

    with structlog.testing.capture_logs() as lines:
        run_for(sender, clock, DAY)

    assert names(receiver) == ["1"]
    assert [(line["event"], line["reason"], line["next_attempt_at"], line["waiting"]) for line in lines] == [
        (
            "event.failed",
            "The receiver wants no more events (410). Nothing is sent there until the service is started again.",
            None,
            2,
        )
    ]
    run_for(new_sender(store, clock, receiver), clock, 1)
    assert [delivery.event["name"] for delivery in receiver.taken] == ["1", "2"]


def test_the_log_tells_where_an_event_did_not_get_and_why(
    store: Database, clock: FakeClock, receiver: Receiver
) -> None:
    sender = new_sender(store, clock, receiver)
    receiver.answers.extend([status(404), status(302, Location="http://127.0.0.1:1/elsewhere")])
    put(store, clock, target_of(receiver), "one", "two")

    with structlog.testing.capture_logs() as lines:
        run_for(sender, clock, HOUR)

    where = {"to": f"http://127.0.0.1:{receiver.port}", "type": "order.synced"}
    one = {**where, "about": "one", "event_id": "msg_one"}
    failed = {**one, "event": "event.failed", "log_level": "warning", "waiting": 2}
    assert lines == [
        {
            **failed,
            "attempts": 1,
            "reason": "There is nothing at that address that takes events (404). Compare EVENTS_URL, and see that the "
            "workflow behind it is switched on.",
            "next_attempt_at": "2026-11-23T09:40:05+00:00",
        },
        {
            **failed,
            "attempts": 2,
            "reason": "The receiver answered with a redirection (302), which is not followed. Put the address to which "
            "it leads into EVENTS_URL.",
            "next_attempt_at": "2026-11-23T09:45:05+00:00",
        },
        {**one, "event": "event.delivered", "log_level": "info"},
        {**where, "about": "two", "event_id": "msg_two", "event": "event.delivered", "log_level": "info"},
    ]
