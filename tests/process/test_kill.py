"""`kill -9` between any two steps: every order that was answered 200 is in the sheet once."""

import signal
from functools import partial

import pytest

from sandbox.faults import Fault
from sandbox.orders import whapi_sample
from sandbox.sandbox import Sandbox
from sandbox.verify import differences
from sandbox.whapi.order import SandboxOrder
from tests.process.service_process import SLOWEST_START, ServiceProcess
from tests.waiting import wait_until

RECEIVE = "connector.jobs.receive:ReceiveStage"
FETCH = "connector.jobs.fetch:FetchStage"
WRITE = "connector.jobs.write:WriteStage"
API = "connector.sheets.client:SheetsApi"

STEPS = {
    "before an order is stored": (f"{RECEIVE}._store", "before"),
    "after it is stored, before the answer": (f"{RECEIVE}._tell", "before"),
    "before its items are fetched": (f"{FETCH}.fetch", "before"),
    "after they came, before they are stored": (f"{FETCH}._store_items", "before"),
    "after they are stored": (f"{FETCH}._store_items", "after"),
    "after a failed fetch, before it is stored": (f"{FETCH}._store_failure", "before"),
    "after a failed fetch is stored": (f"{FETCH}._store_failure", "after"),
    "before the tabs are made": ("connector.sheets.tabs:prepare", "before"),
    "after the tabs are made": ("connector.sheets.tabs:prepare", "after"),
    "before a batch is stored": (f"{WRITE}._claim", "before"),
    "after a batch is stored, before it is sent": (f"{WRITE}._claim", "after"),
    "after a batch is applied, before that is stored": (f"{WRITE}._applied", "before"),
    "after that is stored": (f"{WRITE}._applied", "after"),
    "before the summary is made": ("connector.sheets.workbook:make_wanted_summary", "before"),
    "after the summary is made": ("connector.sheets.workbook:make_wanted_summary", "after"),
}


AT_THE_SECOND = [
    "before an order is stored",
    "after a failed fetch is stored",
    "before the tabs are made",
    "after a batch is stored, before it is sent",
    "after a batch is applied, before that is stored",
    "after the summary is made",
]
"""Steps that the second time have something before them which the first time had not: an order, a row, a tab."""


@pytest.mark.parametrize(("count", "step"), [*((1, step) for step in STEPS), *((2, step) for step in AT_THE_SECOND)])
def test_killed(sandbox: Sandbox, service: ServiceProcess, step: str, count: int) -> None:
    if "tabs" in step and count == 2:
        # The tabs are made once, unless the first try fails.
        sandbox.faults.add(Fault("google", "drop", path_contains=":batchUpdate"))
    if "summary" in step and count == 2:
        # So is the summary, right after the first batch. It alone has that name.
        sandbox.faults.add(Fault("google", "drop", text_contains="Summary"))
    place, when = STEPS[step]
    service.start(place, when, str(count))
    wait_until(service.is_alive_or_ended, within=SLOWEST_START)
    orders = sandbox.send("normal", 2) + sandbox.send("fails_then_good") + sandbox.send("normal")

    assert service.wait_for_death() == -signal.SIGKILL
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


@pytest.mark.parametrize(("place", "when", "kind"), UNCLEAR)
def test_killed_while_an_unclear_write_is_settled(
    sandbox: Sandbox, service: ServiceProcess, place: str, when: str, kind: str
) -> None:
    # What is written before the first batch (the tabs, the proof of the guard, the owner's number) holds no such text.
    # The searches do: they name what they look for.
    sandbox.faults.add(Fault("google", kind, seconds=1.0, path_contains=":batchUpdate", text_contains="wcsync.written"))
    service.start(place, when, "1")
    orders = sandbox.send("normal", 3)
    assert service.wait_for_death() == -signal.SIGKILL
    service.start_and_wait()

    wait_until(lambda: not differences(sandbox, orders), within=30)
    wait_until(lambda: sandbox.google.late_commits() == 0)
    assert differences(sandbox, orders) == []


def all_there(sandbox: Sandbox, orders: list[SandboxOrder]) -> bool:
    """Whether these orders are right, whatever others are in the sheet."""
    return not [sentence for sentence in differences(sandbox, orders) if not sentence.startswith("Nobody")]


def test_a_stop_by_signal_is_clean_and_loses_nothing(sandbox: Sandbox, service: ServiceProcess) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        service.start_and_wait()
        orders = sandbox.send("normal", 5)
        assert service.signal(number) == 0
        service.start_and_wait()
        wait_until(partial(all_there, sandbox, orders), within=30)
        assert service.signal() == 0
    assert "Traceback" not in service.log
    assert '"event": "service.stopped"' in service.log


def test_the_documented_sample_is_in_the_sheet(sandbox: Sandbox, service: ServiceProcess) -> None:
    service.start_and_wait()
    order = whapi_sample()

    sandbox.whapi.send(order)

    wait_until(lambda: not differences(sandbox, [order]))
