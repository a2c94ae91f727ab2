"""Reconciliation and the channel's circuit breaker: what fails while the history is read."""

from collections.abc import Iterator

import pytest

from connector.gateways.whapi.errors import Scope, WhapiError
from connector.store import fetching
from connector.store.database import Database
from sandbox.faults import Fault
from tests.clock import FakeClock
from tests.service.past_channel import PastChannel

HOUR = 3600


@pytest.fixture
def channel(database: Database, clock: FakeClock) -> Iterator[PastChannel]:
    channel = PastChannel(database, clock)
    yield channel
    channel.close()


def test_a_429_in_the_middle_pauses_the_channel_for_as_long_as_whapi_asks(channel: PastChannel) -> None:
    channel.texts(1000, ago=10 * HOUR)
    missed = [channel.order(ago=10 * HOUR - 10 * number) for number in range(100)]
    channel.sandbox.faults.add(
        Fault("whapi", "status", status=429, retry_after="120", skip=2, path_contains="/messages/list")
    )

    first = channel.reconcile.run()
    assert channel.calls == 3
    assert channel.history.seconds_open() == 120
    assert channel.history.breaker().reason == "Whapi asks for a pause: too many requests (429). It goes on by itself."

    channel.clock.advance(119)
    assert (channel.reconcile.run(), channel.calls) == (0, 3)

    channel.clock.advance(1)
    second = channel.reconcile.run()
    assert 0 < first < 100
    assert (first + second, channel.ids) == (100, {order.order_id for order in missed})
    # It went on with the third page.
    assert channel.calls == 3 + 4


def test_a_success_of_the_history_alone_does_not_clear_the_channel_while_orders_wait_for_it(
    channel: PastChannel,
) -> None:
    channel.order(ago=HOUR)
    channel.reconcile.run()
    channel.history.failed(WhapiError("Down.", scope=Scope.CHANNEL, kind="rate_limit"))
    channel.clock.advance(HOUR)

    channel.reconcile.run()
    assert channel.history.breaker().failures == 1

    (order,) = channel.stored
    channel.database.write(lambda connection: fetching.give_up(connection, order, error="No.", now=channel.clock.now()))
    channel.reconcile.run()
    assert channel.history.breaker().failures == 0


@pytest.mark.parametrize(
    ("status", "pauses"), [(401, True), (402, True), (429, True), (403, False), (404, False), (500, False)]
)
def test_only_a_failure_that_is_surely_the_channels_keeps_orders_from_being_fetched(
    channel: PastChannel, status: int, pauses: bool
) -> None:
    channel.sandbox.faults.add(Fault("whapi", "status", status=status, times=None, path_contains="/messages/list"))
    channel.order(ago=HOUR)

    for _ in range(5):
        assert channel.reconcile.run() == 0

    assert (channel.history.seconds_open() > 0) is pauses
    assert channel.calls == (1 if pauses else 5)


def test_a_phone_that_is_not_linked_is_named_as_the_reason(channel: PastChannel) -> None:
    channel.whapi.state = "QR"

    channel.reconcile.run()

    reason = channel.history.breaker().reason
    assert reason == "The phone is not linked. Open the channel in Whapi's panel and scan the QR code with WhatsApp."
