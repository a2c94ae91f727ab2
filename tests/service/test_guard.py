"""On what exactly-once rests: Google refuses a second thing with the same id. It is proved, or changed."""

import pytest
import sqlalchemy as sa

from connector.checks.run import check_with
from connector.jobs import housekeeping
from connector.runtime.clients import sheets_api
from connector.sheets.idempotency.guard import Found, marker_id, refuses_twice, was_applied
from connector.sheets.idempotency.marker import KEY, Marker
from connector.sheets.idempotency.named_range import NamedRange
from connector.store.spreadsheets import get_proof
from sandbox.faults import Fault
from tests.service.shop import Shop
from tests.waiting import wait_until


def proved_guard(shop: Shop) -> str | None:
    with shop.service.database.read() as connection:
        proof = get_proof(connection, shop.sandbox.spreadsheet_id)
    return proof.guard if proof else None


def named_ranges(shop: Shop) -> list[str]:
    content = shop.sandbox.google.spreadsheets[shop.sandbox.spreadsheet_id].content
    return [named.name for named in content.named_ranges.values()]


def markers_in_sheet(shop: Shop) -> list[int]:
    """Of batches; the owner's number has one as well."""
    api = sheets_api(shop.settings)
    found = api.find_metadata(shop.sandbox.spreadsheet_id, [{"metadataKey": KEY}])
    return [entry["metadataId"] for entry in found if not entry["metadataValue"].startswith("owner_")]


def test_the_guard_is_proved_before_the_first_batch_and_then_remembered(shop: Shop) -> None:
    shop.wait_until_synced(shop.sandbox.send("normal"))

    assert proved_guard(shop) == "marker"
    assert len(markers_in_sheet(shop)) == 1  # the batch's own; the probe is gone
    assert named_ranges(shop) == []


def test_where_google_takes_a_second_marker_a_named_range_keeps_rows_single(shop: Shop) -> None:
    shop.sandbox.google.accept_second_marker = True
    orders = shop.sandbox.send("normal")
    shop.wait_until_synced(orders)
    assert proved_guard(shop) == "named_range"

    for kind in ("commit_then_503", "late_commit", "commit_then_drop", "late_commit_503", "drop"):
        for seconds in (0.05, 1.0) if "late" in kind else (0.0,):
            shop.sandbox.faults.add(Fault("google", kind, seconds=seconds, path_contains=":batchUpdate"))

            orders += shop.sandbox.send("normal", 3)

            shop.wait_until_synced(orders)
            wait_until(lambda: shop.sandbox.google.late_commits() == 0)
            assert shop.differences(orders) == [], (kind, seconds)
            assert all(name.startswith(("wcsync_batch_", "wcsync_void_")) for name in named_ranges(shop))


@pytest.mark.parametrize("kind", ["commit_then_503", "late_commit", "drop", "status"])
def test_a_proof_that_gets_no_clear_answer_is_made_again(shop: Shop, kind: str) -> None:
    # The first batchUpdate makes the tabs, the second and the third are the proof.
    for skip in (1, 0, 0):
        shop.sandbox.faults.add(Fault("google", kind, seconds=0.3, skip=skip, path_contains=":batchUpdate"))

    orders = shop.sandbox.send("normal", 2)

    shop.wait_until_synced(orders)
    assert proved_guard(shop) == "marker"
    assert shop.differences(orders) == []


def test_check_proves_the_guard_and_the_service_takes_it_from_there(shop: Shop) -> None:
    shop.wait_until_synced(before := shop.sandbox.send("normal"))
    shop.sandbox.google.accept_second_marker = True

    sentences = [finding.sentence for finding in check_with(shop.settings, shop="default")]

    assert any("guards its rows with named ranges instead" in sentence for sentence in sentences)
    assert proved_guard(shop) == "named_range"
    orders = shop.sandbox.send("normal")
    shop.wait_until_synced(orders)
    assert len(named_ranges(shop)) == 1
    assert shop.differences(before + orders) == []


@pytest.mark.parametrize("guard", [Marker(), NamedRange()])
def test_each_guard_tells_a_batch_a_fence_and_a_stranger_apart(shop: Shop, guard: Marker | NamedRange) -> None:
    api, spreadsheet_id = sheets_api(shop.settings), shop.sandbox.spreadsheet_id
    batch, fenced, unknown = "a" * 32, "b" * 32, "c" * 32

    assert refuses_twice(api, guard, spreadsheet_id, 0)
    api.batch_update(spreadsheet_id, [guard.claim(batch, marker_id(batch), 0)])

    assert was_applied(api, guard, spreadsheet_id, batch, marker_id(batch))
    assert not was_applied(api, guard, spreadsheet_id, fenced, marker_id(fenced))
    assert not was_applied(api, guard, spreadsheet_id, fenced, marker_id(fenced))
    # The id of another batch: this one can only have been refused.
    assert not was_applied(api, guard, spreadsheet_id, unknown, marker_id(batch))
    assert [guard.find(api, spreadsheet_id, name, marker_id(name)) for name in (batch, fenced, unknown)] == [
        Found.BATCH,
        Found.FENCE,
        Found.NOTHING,
    ]
    assert guard.find(api, spreadsheet_id, unknown, marker_id(batch)) is Found.OTHER
    assert guard.delete(api, spreadsheet_id, [marker_id(batch), marker_id(fenced), 4]) == 2
    assert guard.find(api, spreadsheet_id, batch, marker_id(batch)) is Found.NOTHING


def test_old_markers_are_deleted_many_at_a_time_and_young_ones_stay(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "ENOUGH", 3)
    orders = []
    for _ in range(4):
        orders += shop.sandbox.send("normal")
        shop.wait_until_synced(orders)
    assert len(markers_in_sheet(shop)) == 4

    def clean() -> int:
        return housekeeping.delete_old_markers(
            shop.service.database,
            sheets_api(shop.settings),
            shop=shop.service.name,
            spreadsheet_id=shop.sandbox.spreadsheet_id,
            clock=shop.service.clock,
        )

    assert clean() == 0
    an_hour, youngest = 3_600_000, max(markers_in_sheet(shop))
    shop.service.database.write(
        lambda connection: connection.execute(
            sa.text(f"UPDATE batches SET settled_at = settled_at - {an_hour} WHERE marker_id <> {youngest}")
        )
    )
    assert clean() == 3
    assert len(markers_in_sheet(shop)) == 1
    shop.wait_until_synced(more := shop.sandbox.send("normal"))
    assert shop.differences(orders + more) == []
