"""Whatever Google does in the middle of a write: no order is lost, and none is written twice."""

import pytest

from sandbox.faults import Fault
from sandbox.google.calls import Call
from sandbox.google.errors import ApiError
from sandbox.google.standin import Answer
from tests.service.shop import Shop
from tests.service.standing import Standing
from tests.waiting import wait_until

WRITE = ":batchUpdate"
READ = "developerMetadata:search"


def strike(
    shop: Shop, kind: str, *, path: str = WRITE, times: int = 1, seconds: float = 0.0, status: int = 503
) -> None:
    shop.sandbox.faults.add(
        Fault("google", kind, times=times, seconds=seconds, status=status, path_contains=path, method="POST")
    )


def nothing_comes_late(shop: Shop) -> None:
    wait_until(lambda: shop.sandbox.google.late_commits() == 0)


@pytest.mark.parametrize(
    "kind",
    [
        "html_502",
        "html_200",
        "hang",
        "drop",
        "commit_then_503",
        "commit_then_drop",
        "commit_then_hang",
        "truncated",
        "expire_tokens",
        "latency",
    ],
)
@pytest.mark.parametrize("times", [1, 3])
def test_orders_are_in_the_sheet_once_after(standing: Standing, kind: str, times: int) -> None:
    strike(standing.shop, kind, times=times, seconds=3.0 if "hang" in kind else 0.2)

    orders = standing.send(3)

    standing.shop.wait_until_synced(orders, within=40)
    assert standing.shop.differences(standing.sent) == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_orders_are_in_the_sheet_once_after_the_status(standing: Standing, status: int) -> None:
    strike(standing.shop, "status", status=status, times=3)

    orders = standing.send(3)

    standing.shop.wait_until_synced(orders)
    assert standing.shop.differences(standing.sent) == []


@pytest.mark.parametrize("kind", ["late_commit", "late_commit_503"])
@pytest.mark.parametrize("seconds", [0.02, 0.4, 1.5])
def test_a_commit_that_comes_late_is_the_only_one(standing: Standing, kind: str, seconds: float) -> None:
    strike(standing.shop, kind, seconds=seconds)

    orders = standing.send(3)

    standing.shop.wait_until_synced(orders)
    nothing_comes_late(standing.shop)
    assert standing.shop.differences(standing.sent) == []


@pytest.mark.parametrize("kind", ["late_commit", "commit_then_drop", "commit_then_503", "drop", "hang"])
def test_making_the_tabs_may_be_unclear_too(shop: Shop, kind: str) -> None:
    strike(shop, kind, seconds=1.0)

    orders = shop.sandbox.send("normal", 2)

    shop.wait_until_synced(orders)
    nothing_comes_late(shop)
    assert shop.differences(orders) == []
    assert list(shop.sandbox.google.titles(shop.sandbox.spreadsheet_id)) == ["Sheet1", "Orders", "Items", "Summary"]


def test_several_unclear_answers_in_a_row_to_the_batch_and_to_its_fence_are_settled(standing: Standing) -> None:
    for kind in ("late_commit", "commit_then_503", "late_commit_503", "commit_then_drop"):
        strike(standing.shop, kind, seconds=0.5)
    strike(standing.shop, "drop", path=READ, times=2)

    orders = standing.send(5)

    standing.shop.wait_until_synced(orders, within=40)
    nothing_comes_late(standing.shop)
    assert standing.shop.differences(standing.sent) == []


def test_no_token_for_a_while_delays_the_rows_and_nothing_else(standing: Standing) -> None:
    standing.shop.sandbox.faults.add(Fault("google", "expire_tokens"))
    standing.shop.sandbox.faults.add(Fault("token", "status", times=8))

    orders = standing.send(2)

    standing.shop.wait_until_synced(orders, within=40)
    assert standing.shop.differences(standing.sent) == []


def test_a_restart_in_the_middle_of_an_unclear_write_settles_it(shop: Shop) -> None:
    shop.wait_until_synced(before := shop.sandbox.send("normal"))
    strike(shop, "late_commit", seconds=2.0)
    orders = shop.sandbox.send("normal", 2)
    wait_until(lambda: shop.sandbox.google.late_commits() == 1)
    shop.stop()
    shop.start()

    shop.wait_until_synced(orders)
    nothing_comes_late(shop)
    assert shop.differences(before + orders) == []


@pytest.mark.parametrize(
    ("role", "enabled", "sentence"),
    [
        ("none", True, "The spreadsheet is not shared with connector@sandbox-project.iam.gserviceaccount.com."),
        (
            "reader",
            True,
            "The spreadsheet is shared with connector@sandbox-project.iam.gserviceaccount.com for viewing",
        ),
        ("writer", False, "The Google Sheets API is switched off in the key's project."),
    ],
)
def test_missing_rights_are_said_with_their_remedy_and_writing_goes_on_once_they_are_there(
    shop: Shop, role: str, enabled: bool, sentence: str
) -> None:
    spreadsheet = shop.sandbox.google.spreadsheets[shop.sandbox.spreadsheet_id]
    spreadsheet.role = role
    shop.sandbox.google.api_enabled = enabled
    orders = shop.sandbox.send("normal", 2)

    problem = wait_until(lambda: shop.http.get("/readyz").json()["problems"])
    assert problem[0].startswith(sentence)

    spreadsheet.role, shop.sandbox.google.api_enabled = "writer", True
    shop.wait_until_synced(orders)
    assert shop.differences(orders) == []


def test_one_order_whose_rows_google_refuses_does_not_hold_up_the_others(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.wait_until_synced(before := shop.sandbox.send("normal"))
    shop.sandbox.google.latency = 0.3  # so that the others gather in one batch
    orders = shop.sandbox.send("normal", 9)
    bad = orders[4]
    real = shop.sandbox.google.answer

    def refuse(call: Call, *, counted: bool = True) -> Answer:
        if call.body and bad.order_id.encode() in call.body:
            return Answer(400, ApiError(400, "Invalid requests[2].updateCells: no.").body())
        return real(call, counted=counted)

    monkeypatch.setattr(shop.sandbox.google, "answer", refuse)
    good = [order for order in orders if order is not bad]
    shop.wait_until_synced(good, within=120)

    error = wait_until(lambda: shop.http.get(f"/orders/{bad.order_id}").json()["last_error"])
    assert error == "Google refused the rows: Invalid requests[2].updateCells: no."
    monkeypatch.undo()
    assert shop.http.post(f"/orders/{bad.order_id}/resync").status_code == 200
    shop.wait_until_synced([bad])
    assert shop.differences(before + orders) == []
