"""What could not be understood, on the command line: listed, and read again after an update."""

import json
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from connector.clock import SystemClock
from connector.settings import SHOP
from connector.store import quarantine
from connector.store.database import Database
from sandbox.sandbox import Sandbox
from sandbox.verify import differences
from sandbox.whapi.order import SandboxOrder
from tests.process.child import run_child
from tests.process.here import ServiceHere
from tests.process.test_commands import run
from tests.waiting import wait_until


def put_aside(here: ServiceHere, *parts: Any) -> None:
    """As a version did that understood less than this one."""
    database = Database(here.environment["DATABASE_URL"])
    kept = [quarantine.quarantined("messages[0]", "Odd.", part) for part in parts]
    database.write(lambda connection: quarantine.keep(connection, SHOP, kept, now=SystemClock().now()))
    database.close()


def kept_orders(sandbox: Sandbox, here: ServiceHere, count: int) -> list[SandboxOrder]:
    orders = [sandbox.orders.make() for _ in range(count)]
    for order in orders:
        sandbox.whapi.add(order)
    put_aside(here, *(order.message() for order in orders))
    return orders


def test_the_quarantine_is_listed_without_tokens(here: ServiceHere, sandbox: Sandbox, tmp_path: Path) -> None:
    nothing = run("orders", "--quarantined", cwd=tmp_path, **here.environment)
    (order,) = kept_orders(sandbox, here, 1)
    put_aside(here, 7)

    table = run("orders", "--quarantined", cwd=tmp_path, **here.environment)
    lines = run("orders", "--quarantined", "--json", cwd=tmp_path, **here.environment)

    assert nothing.stdout == "Nothing is quarantined.\n"
    assert re.match(r"ID +Received \(Australia/Sydney\) +Bytes +Field +Reason", table.stdout)
    assert [line.split()[0] for line in table.stdout.splitlines()[1:]] == ["2", "1"]
    newest, oldest = (json.loads(line) for line in lines.stdout.splitlines())
    assert (newest["id"], newest["field"], newest["payload"]) == (2, "messages[0]", 7)
    assert oldest["payload"]["order"]["order_id"] == order.order_id
    assert oldest["payload"]["order"]["token"] == "[secret]"
    assert order.token not in table.stdout + lines.stdout
    both = run("orders", "--quarantined", "--status", "failed", cwd=tmp_path, **here.environment)
    assert both.returncode == 2


@pytest.mark.parametrize("running", [True, False])
def test_replay_takes_in_what_is_understood_now(
    here: ServiceHere, sandbox: Sandbox, tmp_path: Path, running: bool
) -> None:
    orders = kept_orders(sandbox, here, 3)
    put_aside(here, 7)
    if running:
        here.start_and_wait()

    one = run("replay", "1", cwd=tmp_path, **here.environment)
    rest = run("replay", "--all", cwd=tmp_path, **here.environment)

    then = (
        "The running service fetches and writes them, beginning within 0.5 seconds."
        if running
        else "{0} of {0} new orders are complete in the sheet now."
    )
    assert (one.returncode, one.stdout.splitlines()) == (
        0,
        ["1 of 1 are understood now: 1 new orders, 0 known ones, 0 without an order.", then.format(1)],
    )
    assert (rest.returncode, rest.stdout.splitlines()) == (
        0,
        [
            "2 of 3 are understood now: 2 new orders, 0 known ones, 0 without an order.",
            "4: Odd.",
            then.format(2),
        ],
    )
    wait_until(lambda: not differences(sandbox, orders), within=30)
    assert "7" in run("orders", "--quarantined", "--json", cwd=tmp_path, **here.environment).stdout


def test_replay_says_what_is_not_there(here: ServiceHere, tmp_path: Path) -> None:
    unknown = run("replay", "5", cwd=tmp_path, **here.environment)
    nothing = run("replay", cwd=tmp_path, **here.environment)
    empty = run("replay", "--all", cwd=tmp_path, **here.environment)

    assert (unknown.returncode, unknown.stderr) == (1, "Nothing with the id 5 is in quarantine.\n")
    assert nothing.returncode == 2
    assert empty.stdout == "Nothing is in quarantine.\n"


@pytest.mark.parametrize(
    ("step", "when"),
    [
        ("connector.jobs.receive:ReceiveStage.receive", "before"),
        ("connector.store.quarantine:drop", "after"),
        ("connector.store.intake:add_orders", "after"),
        ("connector.jobs.receive:ReceiveStage.receive", "after"),
    ],
)
def test_a_replay_that_is_killed_loses_and_doubles_nothing(
    here: ServiceHere, sandbox: Sandbox, tmp_path: Path, step: str, when: str
) -> None:
    orders = kept_orders(sandbox, here, 3)
    command = ["tests.process.wounded", step, when, "1", "replay", "--all"]
    killed = run_child(*command, cwd=tmp_path, env=here.environment)
    assert killed.returncode == -signal.SIGKILL

    run("replay", "--all", cwd=tmp_path, **here.environment)
    here.start_and_wait()

    wait_until(lambda: not differences(sandbox, orders), within=30)
    assert run("orders", "--quarantined", cwd=tmp_path, **here.environment).stdout == "Nothing is quarantined.\n"
