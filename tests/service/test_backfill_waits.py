"""`backfill` and the channel's pauses: waited for where that is short, respected where it is long."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connector.jobs.backfill import Backfilled, BackfillStoppedError, backfill
from connector.store.database import Database
from sandbox.faults import Fault
from tests.clock import FakeClock
from tests.context import POLICY
from tests.service.past_channel import DAY, PastChannel


@pytest.fixture
def channel(database: Database, clock: FakeClock) -> Iterator[PastChannel]:
    channel = PastChannel(database, clock)
    yield channel
    channel.close()


def read(channel: PastChannel) -> tuple[Backfilled, list[str]]:
    """What was read, and what was said meanwhile. Waiting moves the clock."""
    so_far: Backfilled = Backfilled()
    said: list[str] = []
    since = channel.clock.now() - timedelta(days=30)

    def progress(sentence: str | None) -> None:
        if sentence:
            said.append(sentence)

    backfill(channel.history, since, so_far, policy=POLICY, wait=channel.clock.advance, progress=progress)
    return so_far, said


def test_the_whole_time_is_read_whatever_the_window_of_reconciliation(channel: PastChannel) -> None:
    channel.texts(500, ago=29 * DAY)
    missed = [channel.order(ago=29 * DAY - 60 * number) for number in range(30)]

    so_far, said = read(channel)

    assert (so_far.messages, so_far.total, said) == (530, 530, [])
    assert so_far.order_ids == set(so_far.new) == {order.order_id for order in missed} == channel.ids


def test_what_was_just_sent_is_left_to_its_webhook(channel: PastChannel) -> None:
    channel.order(ago=30)

    assert read(channel)[0] == Backfilled()


def test_a_short_pause_is_waited_for(channel: PastChannel) -> None:
    missed = channel.order(ago=DAY)
    channel.sandbox.faults.add(Fault("whapi", "status", status=429, retry_after="540", path_contains="/messages"))
    began = channel.clock.now()

    so_far, said = read(channel)

    assert so_far.new == [missed.order_id]
    assert channel.clock.now() - began == timedelta(seconds=540)
    assert said == ["Whapi asks for a pause: too many requests (429). It goes on by itself. Going on in 540 seconds."]


def test_a_long_one_is_respected(channel: PastChannel) -> None:
    channel.order(ago=DAY)
    channel.sandbox.faults.add(Fault("whapi", "status", status=429, retry_after="3600", path_contains="/messages"))

    with pytest.raises(BackfillStoppedError, match=r"\(429\).* Run the command again in 60 minutes\.$"):
        read(channel)
    with pytest.raises(BackfillStoppedError, match="60 minutes"):
        read(channel)
    assert (channel.calls, channel.ids) == (1, set())


def test_a_page_that_fails_now_and_then_is_tried_again(channel: PastChannel) -> None:
    channel.texts(600, ago=DAY)
    missed = [channel.order(ago=DAY - 10 * number) for number in range(50)]
    for skip in (0, 1, 2):
        channel.sandbox.faults.add(Fault("whapi", "status", status=500, times=2, skip=skip, path_contains="/messages"))

    so_far, _ = read(channel)

    assert (len(so_far.new), so_far.messages) == (50, 650)
    assert channel.ids == {order.order_id for order in missed}
    assert channel.history.breaker().failures == 0


def test_a_day_that_has_just_begun_holds_nothing_yet(channel: PastChannel) -> None:
    assert channel.history.begin(channel.clock.now()) is None
