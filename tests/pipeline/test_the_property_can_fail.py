"""A check that can't fail proves nothing: each way of doing it wrong must be found by the property test."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from connector.gateways.reading.result import Reading
from connector.jobs import guards, write
from connector.jobs.receive import IntakeResult, ReceiveStage
from connector.jobs.write import WriteStage, Written
from connector.sheets.batch import Entry
from connector.sheets.idempotency.marker import Marker
from connector.sheets.layout import Layout
from connector.store.batches import Batch
from tests.pipeline.test_states import PipelineStates

CLAIM, APPLIED, RECEIVE = WriteStage._claim, WriteStage._applied, ReceiveStage.receive


def no_marker(patch: pytest.MonkeyPatch) -> None:
    """The batch carries no marker, and nobody notices."""
    harmless = {"findReplace": {"find": "no such text", "replacement": "none", "allSheets": True}}
    patch.setattr(Marker, "claim", lambda *_: harmless)
    patch.setattr(guards, "refuses_twice", lambda *_: True)
    patch.setattr(guards, "keeps_out", lambda *_: False)


def stored_after_sending(patch: pytest.MonkeyPatch) -> None:
    """The batch is stored once Google has answered."""

    def claim(stage: WriteStage, _batch: Batch, entries: Sequence[Entry], layout: Layout) -> set[int]:
        stage.__dict__["layout"] = layout
        return {entry.order.id for entry in entries}

    def applied(stage: WriteStage, batch: Batch, entries: Sequence[Entry] = ()) -> None:
        CLAIM(stage, batch, entries, stage.__dict__["layout"])
        APPLIED(stage, batch, entries)

    patch.setattr(WriteStage, "_claim", claim)
    patch.setattr(WriteStage, "_applied", applied)


def acknowledged_before_storing(patch: pytest.MonkeyPatch) -> None:
    """An order is answered, and stored with the next one; a restart forgets it."""

    def receive(stage: ReceiveStage, reading: Reading, *, keep_unclear: bool) -> IntakeResult:
        kept: list[Reading] = stage.__dict__.setdefault("kept", [])
        if kept:
            RECEIVE(stage, kept.pop(), keep_unclear=keep_unclear)
        kept.append(reading)
        return IntakeResult((), 0, 0)

    patch.setattr(ReceiveStage, "receive", receive)


def made_anew_after_an_unclear_answer(patch: pytest.MonkeyPatch) -> None:
    """What got no clear answer is taken not to have happened."""
    patch.setattr(write, "was_applied", lambda *_: False)


def values_append(patch: pytest.MonkeyPatch) -> None:
    """Rows are appended, as scripts do it, instead of inserted under a guard."""

    def send(stage: WriteStage, batch: Batch, _requests: Any, entries: Sequence[Entry], _deadline: Any) -> Written:
        for title, pick in (("Orders", "order_rows"), ("Items", "item_rows")):
            rows = [
                [next(iter(cell.get("userEnteredValue", {"": None}).values())) for cell in row.values()]
                for entry in entries
                for row in getattr(entry, pick)
            ]
            if rows:
                path = f"/values/{title}!A1:append"
                options = {"valueInputOption": "RAW", "insertDataOption": "INSERT_ROWS"}
                stage._api.append(batch.spreadsheet_id, path, rows, options)  # type: ignore[attr-defined]
        stage._applied(batch, entries)
        return Written(orders=len(entries), more=True)

    patch.setattr(WriteStage, "_send", send)


@pytest.mark.parametrize(
    "break_it",
    [no_marker, stored_after_sending, acknowledged_before_storing, made_anew_after_an_unclear_answer, values_append],
)
def test_the_property_test_finds_it(break_it: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    break_it(monkeypatch)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            PipelineStates,
            settings=settings(
                max_examples=300,
                stateful_step_count=40,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
            ),
        )
