"""Neither the addresses that are secrets nor what signs events is seen anywhere."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from connector.logs import set_up_logging
from tests.events.receiver import SECRET, Receiver, hangs, status
from tests.service.shop import Shop
from tests.waiting import wait_until


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_the_log_names_receivers_without_what_is_secret_of_them(
    open_shop: Callable[..., Shop], receiver: Receiver, second: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", log := io.StringIO())
    hidden = ["ada-login", "geheim-pass", "hook-path-1234567", "query-key-1234567", "other-path-1234567"]
    urls = (
        f"http://ada-login:geheim-pass@127.0.0.1:{receiver.port}/hook-path-1234567?key=query-key-1234567,"
        f"http://127.0.0.1:{receiver.port}/other-path-1234567, http://127.0.0.1:{second.port}/events"
    )
    receiver.answers.extend([status(500), status(404), status(302, Location="http://x/?key=query-key-1234567")])
    second.always = hangs
    shop = open_shop(events_url=urls)
    set_up_logging(log_format="json", level="DEBUG", secrets=shop.settings.secrets)
    shop.start()

    shop.sandbox.send("normal")
    wait_until(lambda: len(receiver.came) >= 2 and second.came)
    wait_until(lambda: log.getvalue().count("event.failed") >= 2)
    shop.stop()
    for line in (urls, SECRET, SECRET.removeprefix("whsec_"), "/hook-path-1234567?key=query-key-1234567"):
        structlog.get_logger().error("somebody.careless", text=f"at {line}")

    text = log.getvalue()
    for secret in (*hidden[1:], SECRET.removeprefix("whsec_")):
        assert secret not in text
    named = {entry["to"] for line in text.splitlines() if (entry := json.loads(line))["event"].startswith("event.")}
    assert named == {f"http://127.0.0.1:{receiver.port} (number {number})" for number in (1, 2)}
