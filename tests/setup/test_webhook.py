"""The webhook at Whapi: ours is added or renewed, everybody else's stays, and a test is seen to arrive."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from connector.app import create_app
from connector.runtime.clients import whapi_client
from connector.runtime.service import build_service
from connector.server import WebServer
from connector.settings import SHOP, load_settings
from connector.setup.webhook import Registered, register
from connector.store.database import Database
from connector.store.orders import list_orders
from sandbox.faults import Fault
from tests.process.service_process import free_port
from tests.setup.desk import Desk
from tests.waiting import wait_until

SECRET = "the-secret-of-this-service"
OTHERS: list[Any] = [
    {"url": "https://crm.example/hook", "mode": "path", "events": [{"type": "messages", "method": "post"}],
     "headers": {"Authorization": "Bearer theirs", "X-Webhook-Secret": "theirs"}, "webhook_max_age_seconds": 60},
    {"url": "https://other-shop.example/webhooks/whapi", "mode": "body", "headers": {"X-Webhook-Secret": "theirs"}},
    {"url": "https://bare.example"},
]  # fmt: skip


def fill(desk: Desk, *webhooks: dict[str, Any]) -> None:
    desk.sandbox.whapi.settings.update({"webhooks": list(webhooks), "offline_mode": True})


def registered(desk: Desk) -> Registered:
    settings = load_settings(
        whapi_base_url=desk.sandbox.url,
        whapi_token=desk.sandbox.whapi.token,
        spreadsheet_id=desk.sandbox.spreadsheet_id,
        webhook_secret=SECRET,
    )
    client = whapi_client(settings)
    try:
        return register(client, desk.url, SECRET)
    finally:
        client.close()


def ours(desk: Desk, **changed: Any) -> dict[str, Any]:
    return {
        "url": desk.url,
        "mode": "body",
        "events": [{"type": "messages", "method": "post"}],
        "headers": {"X-Webhook-Secret": SECRET},
        **changed,
    }


def test_ours_is_added_behind_everybody_elses(desk: Desk) -> None:
    fill(desk, *OTHERS)
    before = desk.sandbox.whapi.settings.read()

    assert registered(desk) is Registered.ADDED

    assert desk.sandbox.whapi.settings.read() == {**before, "webhooks": [*before["webhooks"], ours(desk)]}
    assert desk.everybody_elses() == json.dumps(before)
    assert registered(desk) is Registered.NOTHING
    assert desk.sandbox.whapi.calls.count("PATCH /settings") == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"headers": {"X-Webhook-Secret": "old"}}, {}),
        (
            {"headers": {"x-webhook-secret": "old", "X-Shop": "1"}},
            {"headers": {"X-Shop": "1", "X-Webhook-Secret": SECRET}},
        ),
        ({"headers": {}, "mode": "path"}, {"mode": "path"}),
        (
            {"events": [{"type": "calls", "method": "post"}], "webhook_max_age_seconds": 900},
            {
                "events": [{"type": "calls", "method": "post"}, {"type": "messages", "method": "post"}],
                "webhook_max_age_seconds": 900,
            },
        ),
        ({"mode": "method", "url": "{url}?shop=1"}, {"mode": "method"}),
        ({"url": "{url}/"}, {}),
        ({"url": "https://old-address.example/webhooks/whapi"}, {}),
    ],
    ids=["secret", "another header", "mode kept", "events added to", "query dropped", "slash dropped", "moved"],
)
def test_ours_is_renewed_in_its_place(desk: Desk, old: dict[str, Any], new: dict[str, Any]) -> None:
    old = {**old, "url": old.get("url", "{url}").replace("{url}", desk.url)}
    fill(desk, OTHERS[0], ours(desk, **old), *OTHERS[1:])
    before = desk.webhooks()

    assert registered(desk) is Registered.RENEWED

    assert desk.webhooks() == [before[0], ours(desk, **new), *before[2:]]
    assert registered(desk) is Registered.NOTHING


def test_of_several_that_lead_here_the_right_one_stays(desk: Desk) -> None:
    fill(desk, ours(desk, headers={"X-Webhook-Secret": "old"}), OTHERS[0], ours(desk, mode="path"))
    before = desk.webhooks()

    assert registered(desk) is Registered.RENEWED

    assert desk.webhooks() == before[1:]


def test_a_webhook_that_another_program_adds_at_the_same_moment_stays(desk: Desk) -> None:
    fill(desk, OTHERS[0])
    desk.sandbox.faults.add(Fault("whapi", "latency", seconds=1.0, method="PATCH"))
    done: list[Registered] = []
    thread = threading.Thread(target=lambda: done.append(registered(desk)))

    thread.start()
    wait_until(lambda: desk.sandbox.whapi.calls.count("GET /settings") == 1)
    theirs = {"url": "https://quick.example/hook", "mode": "body", "headers": {}}
    desk.sandbox.whapi.settings.update({"webhooks": [*desk.webhooks(), theirs]})
    thread.join(20)

    assert done == [Registered.ADDED]
    assert desk.webhooks() == [OTHERS[0], theirs, ours(desk)]


@pytest.mark.parametrize("kind", ["commit_then_503", "commit_then_drop", "drop"])
def test_a_change_without_a_clear_answer_is_mended_by_another_run(desk: Desk, kind: str) -> None:
    fill(desk, *OTHERS)
    before = desk.webhooks()
    desk.sandbox.faults.add(Fault("whapi", kind, method="PATCH"))

    first = desk.setup([], "--yes", **desk.all_in_environment())
    second = desk.setup([], "--yes")

    assert (first.exit_code, second.exit_code) == (1, 0)
    assert desk.webhooks() == [*before, desk.ours()]


# The test webhook


@contextmanager
def service_running(desk: Desk, **settings: str) -> Iterator[None]:
    """A service with the settings in `.env`, at the address where setup looks for it."""
    values = load_settings(whapi_base_url=desk.sandbox.url, sheets_base_url=desk.sandbox.url, **settings)
    service = build_service(values, Database(values.database_url))
    server = WebServer(create_app(service), "127.0.0.1", desk.port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join(10)
        service.close()


def test_a_test_arrives_at_the_service_that_runs(desk: Desk) -> None:
    desk.setup(desk.answers)

    with service_running(desk):
        ran = desk.setup()

    assert (ran.exit_code, ran.wrong) == (0, [])
    assert ran.right[-1] == (
        f"A test webhook that Whapi sent to {desk.url} has arrived at the service that runs at {desk.public_url}."
    )


def test_a_service_that_still_has_the_old_secret_is_to_be_restarted(desk: Desk) -> None:
    desk.setup(desk.answers)

    with service_running(desk, webhook_secret="the-secret-it-had-before"):
        ran = desk.setup()

    assert (ran.exit_code, ran.wrong) == (
        1,
        [
            f"The service that runs at {desk.public_url} has another WEBHOOK_SECRET. Restart it, so that it takes the "
            "settings as they are now, and run setup again."
        ],
    )


def test_an_address_at_which_no_test_arrives_is_asked_for_anew_and_not_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.setup.webhook.WAIT", 0.5)
    others = desk.everybody_elses()
    right, mistyped = desk.public_url, f"http://127.0.0.1:{free_port()}"
    token, address, bringer, _, *password = desk.answers
    lost = (
        f"Whapi has sent a test webhook to {mistyped}/webhooks/whapi, but nothing arrived here, at {right} within 0.5 "
        f"seconds. See that the web server or tunnel at that address passes requests on to {right}, headers included"
    )

    left = desk.setup([token, address, bringer, mistyped, *password])
    kept = desk.kept
    script = desk.setup([], "--yes", PUBLIC_URL=mistyped)
    (desk.env_file).write_text("".join(f"{name}={value}\n" for name, value in kept.items()))
    kept_so = desk.setup([mistyped, "-"])
    mended = desk.setup(["", right])

    assert (left.exit_code, left.wrong, left.lines[-2]) == (
        1, [f"{lost}; or see that the address is right."], "Ended before the end."
    )  # fmt: skip
    assert "PUBLIC_URL" not in kept
    assert (script.exit_code, script.wrong) == (1, [f"{lost}, and run setup again."])
    assert (kept_so.exit_code, kept_so.lines[-2]) == (1, "Not all is well yet.")
    assert (mended.exit_code, len(mended.wrong), desk.kept["PUBLIC_URL"]) == (0, 2, right)
    assert (desk.webhooks()[-1], desk.everybody_elses()) == (desk.ours(), others)


def test_a_port_that_another_program_has_is_said(desk: Desk) -> None:
    desk.env["PORT"] = str(desk.sandbox.port)
    desk.public_url = f"http://127.0.0.1:{free_port()}"

    ran = desk.setup(desk.answers)

    assert (ran.exit_code, ran.wrong) == (
        1,
        [
            f"Another program listens on 127.0.0.1:{desk.sandbox.port}, so a test webhook could not be tried. "
            "Stop it, or set another PORT, and run setup again."
        ],
    )


def test_an_order_that_comes_in_while_setup_listens_is_stored(desk: Desk) -> None:
    desk.sandbox.whapi.deliveries.pace = 0.01
    desk.setup(desk.answers)
    # Nobody listens now, so Whapi keeps trying, and the test queues behind the order.
    (order,) = desk.sandbox.send("normal")
    wait_until(lambda: desk.sandbox.whapi.deliveries.latest(1)[0]["tries"] >= 1)

    assert desk.setup().exit_code == 0

    database = Database("sqlite:///data/connector.db")
    with database.read() as connection:
        assert [found.order_id for found in list_orders(connection, SHOP, status=None, limit=5)] == [order.order_id]
    database.close()
