"""`kill -9` between the commit of a change and the delivery of its event: it comes all the same, with the same id."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.sandbox import Sandbox
from tests.events.receiver import SECRET, Receiver, status
from tests.process.here import ServiceHere
from tests.process.service_process import ServiceProcess
from tests.process.test_commands import run
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


@pytest.fixture
def again(sandbox: Sandbox, telling: ServiceProcess) -> Iterator[ServiceHere]:
    """What the store of that service is started with in this process."""
    again = ServiceHere(sandbox, telling.folder, **telling.environment)
    yield again
    again.stop()


@pytest.mark.parametrize(
    ("urls", "allow", "code", "line"),
    [
        ("http://127.0.0.1:1/secret-path-of-a-hook", "true", 0,
         "ok     events    Events may be sent to http://127.0.0.1:1. Nothing was sent now."),
        ("https://127.0.0.1:1/secret-path-of-a-hook", "false", 1,
         "wrong  events    https://127.0.0.1:1: The name in EVENTS_URL leads to a private address. If that is meant, "
         "because the receiver is in the own network, set EVENTS_ALLOW_PRIVATE=true."),
    ],
)  # fmt: skip
def test_check_tells_whether_events_may_be_sent_where_they_shall(
    telling: ServiceProcess, tmp_path: Path, urls: str, allow: str, code: int, line: str
) -> None:
    result = run("check", cwd=tmp_path, **{**telling.environment, "EVENTS_URL": urls, "EVENTS_ALLOW_PRIVATE": allow})

    assert (result.returncode, result.stdout.splitlines()[-1]) == (code, line)


@pytest.mark.parametrize(
    ("place", "when", "came_before"),
    [
        ("connector.events.delivery:Delivery.send", "after", ["order.received"]),
        ("connector.jobs.write:WriteStage._applied", "after", None),
    ],
)
def test_an_event_outlives_the_process(
    sandbox: Sandbox,
    telling: ServiceProcess,
    again: ServiceHere,
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

    again.start_and_wait()

    wait_until(lambda: ("order.synced", order.order_id) in receiver.told()[len(before) :])
    ids = {delivery.about: delivery.id for delivery in receiver.taken}
    assert all(ids[delivery.about] == delivery.id for delivery in receiver.taken)
    told = [kind for kind, _ in dict.fromkeys(receiver.told())]
    assert [kind for kind in told if kind != "order.waiting"] == ["order.received", "order.synced"]
    assert all(delivery.verified() for delivery in receiver.taken)


def test_the_log_names_receivers_without_what_is_secret_of_them(
    sandbox: Sandbox, telling: ServiceProcess, receiver: Receiver
) -> None:
    place = f"127.0.0.1:{receiver.port}"
    telling.environment |= {
        "EVENTS_URL": f"http://ada:geheim-pass@{place}/hook-path-1234567?key=query-key, http://{place}/other-path-12345",
        "LOG_LEVEL": "DEBUG",
    }
    receiver.always = status(302, Location=f"http://{place}/?key=query-key")
    telling.start_and_wait()

    sandbox.send("normal")
    wait_until(lambda: telling.log.count('"event": "event.failed"') == 2)
    assert telling.signal() == 0

    for secret in ("geheim-pass", "hook-path", "query-key", "other-path", SECRET.removeprefix("whsec_")):
        assert secret not in telling.log
    lines = [json.loads(line) for line in telling.log.splitlines()]
    told = {line["to"] for line in lines if line["event"] == "event.failed"}
    assert told == {f"http://{place} (number 1)", f"http://{place} (number 2)"}
