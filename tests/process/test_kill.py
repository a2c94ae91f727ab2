"""`kill -9` between any two steps: every order that was answered 200 is in the sheet once."""

import signal
from collections.abc import Sequence

import pytest

from sandbox.faults import Fault
from sandbox.sandbox import Sandbox
from sandbox.verify import differences
from sandbox.whapi.order import SandboxOrder
from tests.process.service_process import SLOWEST_START, ServiceProcess
from tests.waiting import wait_until

RECEIVE = "connector.jobs.receive:ReceiveStage"
FETCH = "connector.jobs.fetch:FetchStage"
WRITE = "connector.jobs.write:WriteStage"
TABS = "connector.sheets.tabs:prepare"
SUMMARY = "connector.sheets.workbook:make_wanted_summary"
MADE_ONCE = {
    TABS: Fault("google", "drop", path_contains=":batchUpdate"),
    # Right after the first batch. It alone has that name.
    SUMMARY: Fault("google", "drop", text_contains="Summary"),
}

ON_THE_WAY_IN = [
    (f"{RECEIVE}._store", "before", 1),
    (f"{RECEIVE}._tell", "before", 1),  # It is stored, and not answered yet.
    (f"{FETCH}.fetch", "before", 1),
    (f"{FETCH}._store_items", "before", 1),
    (f"{FETCH}._store_failure", "before", 1),
    (f"{FETCH}._store_failure", "after", 1),
    (f"{FETCH}._store_items", "after", 1),
]
ON_THE_WAY_INTO_THE_SHEET = [
    (TABS, "before", 1),
    (TABS, "after", 1),
    (f"{WRITE}._claim", "before", 1),
    (f"{WRITE}._claim", "after", 1),  # The batch is stored, and not sent yet.
    (f"{WRITE}._applied", "before", 1),  # It is applied, and that is not stored yet.
    (SUMMARY, "before", 1),
    (SUMMARY, "after", 1),
    (f"{WRITE}._applied", "after", 1),
]
AT_THE_SECOND = [
    (SUMMARY, "after", 2),
    (f"{RECEIVE}._store", "before", 2),
    (f"{FETCH}._store_failure", "after", 2),
    (f"{WRITE}._applied", "before", 2),
]
"""Steps that the second time have something before them which the first time had not: an order, a row, a tab."""
AT_THE_SECOND_BEFORE_A_ROW = [(TABS, "before", 2), (f"{WRITE}._claim", "after", 2)]


@pytest.mark.parametrize(
    "steps",
    [ON_THE_WAY_IN, ON_THE_WAY_INTO_THE_SHEET, AT_THE_SECOND, AT_THE_SECOND_BEFORE_A_ROW],
    ids=["on the way in", "on the way into the sheet", "at the second", "at the second before a row"],
)
def test_killed_at_each_step_in_turn(
    sandbox: Sandbox, service: ServiceProcess, steps: Sequence[tuple[str, str, int]]
) -> None:
    """Each start finds what the kill before it has left, and gets a step further than that one."""
    orders: list[SandboxOrder] = []
    for place, when, count in steps:
        if count == 2 and place in MADE_ONCE:
            # It is done once, unless the first try fails.
            sandbox.faults.add(MADE_ONCE[place])
        service.start(place, when, str(count))
        wait_until(service.is_alive_or_ended, within=SLOWEST_START)
        orders += sandbox.send("normal", 2) + sandbox.send("fails_then_good") + sandbox.send("normal")
        assert service.wait_for_death() == -signal.SIGKILL, (place, when, count)
        service.process = None

    service.start_and_wait()

    wait_until(lambda: not differences(sandbox, orders), within=30, what=f"the rows: {differences(sandbox, orders)}")
    assert differences(sandbox, orders) == []
    assert sum(title.startswith("Summary") for title in sandbox.google.titles(sandbox.spreadsheet_id)) <= 1


FIND = "connector.sheets.idempotency.marker:Marker.find"
UNCLEAR = [
    *((FIND, "before", kind) for kind in ("late_commit", "commit_then_503", "drop")),
    *((FIND, "after", kind) for kind in ("late_commit", "commit_then_503", "drop")),
    ("connector.jobs.write:was_applied", "after", "late_commit"),
    ("connector.jobs.write:was_applied", "after", "commit_then_503"),
    (f"{WRITE}._void", "before", "late_commit"),
    (f"{WRITE}._void", "after", "late_commit"),
    (f"{WRITE}._void", "after", "drop"),
    (f"{WRITE}._pause", "before", "commit_then_503"),
]
"""The moments in which what became of a batch is being found out, each with the ways in which it may have become
unclear that lead to another outcome there. A batch that was applied is never declared void."""


@pytest.mark.parametrize("moments", [UNCLEAR[::2], UNCLEAR[1::2]], ids=["some", "others"])
def test_killed_while_an_unclear_write_is_settled(
    sandbox: Sandbox, service: ServiceProcess, moments: Sequence[tuple[str, str, str]]
) -> None:
    """Each start makes good what the kill before it has left; then it is the next one's turn."""
    orders: list[SandboxOrder] = []
    turn = service.folder / "turn"
    service.environment["WOUNDED_FROM"] = str(turn)
    for place, when, kind in moments:
        turn.unlink(missing_ok=True)
        service.start(place, when, "1")
        wait_until_right(sandbox, orders)
        new = [sandbox.orders.make() for _ in range(3)]
        # Nothing but a batch holds an order's id.
        text = new[0].order_id
        sandbox.faults.add(Fault("google", kind, seconds=1.0, path_contains=":batchUpdate", text_contains=text))
        turn.touch()
        for order in new:
            sandbox.whapi.send(order)
        orders += new
        assert service.wait_for_death() == -signal.SIGKILL, (place, when, kind)

    service.start_and_wait()
    wait_until_right(sandbox, orders)


def wait_until_right(sandbox: Sandbox, orders: Sequence[SandboxOrder]) -> None:
    """Waits until the sheet has these orders and no others, and nothing may come late any more."""
    wait_until(lambda: not differences(sandbox, orders), within=SLOWEST_START, what="the rows")
    wait_until(lambda: sandbox.google.late_commits() == 0)
    assert differences(sandbox, orders) == []
