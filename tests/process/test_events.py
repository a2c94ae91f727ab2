"""`kill -9` between the commit of a change and the delivery of its event: it comes all the same, with the same id."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sandbox.sandbox import Sandbox
from tests.events.receiver import SECRET, Receiver
from tests.process.service_process import ServiceProcess
from tests.waiting import wait_until


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def telling(sandbox: Sandbox, receiver: Receiver, tmp_path: Path) -> Iterator[ServiceProcess]:
    """A service that sends events; not started yet."""
    settings = {"EVENTS_URL": receiver.url, "EVENTS_SECRET": SECRET, "EVENTS_ALLOW_PRIVATE": "true"}
    service = ServiceProcess(sandbox, tmp_path, **settings)
    yield service
    service.stop()


@pytest.mark.parametrize(
    ("place", "when", "came_before"),
    [
        ("connector.events.post:Poster.send", "after", ["order.received"]),
        ("connector.sync.write:WriteStage._applied", "after", None),
    ],
)
def test_an_event_outlives_the_process(
    sandbox: Sandbox,
    telling: ServiceProcess,
    receiver: Receiver,
    place: str,
    when: str,
    came_before: list[str] | None,
) -> None:
    telling.start(place, when, "1")
    wait_until(telling.is_alive)
    (order,) = sandbox.send("normal")
    assert telling.wait_for_death() == -signal.SIGKILL
    before = list(receiver.taken)
    if came_before is not None:
        assert [delivery.about[0] for delivery in before] == came_before

    telling.start_and_wait()

    wait_until(lambda: ("order.synced", order.order_id) in receiver.told()[len(before) :])
    ids = {delivery.about: delivery.id for delivery in receiver.taken}
    assert all(ids[delivery.about] == delivery.id for delivery in receiver.taken)
    told = [kind for kind, _ in dict.fromkeys(receiver.told())]
    assert [kind for kind in told if kind != "order.waiting"] == ["order.received", "order.synced"]
    assert all(delivery.verified() for delivery in receiver.taken)
