"""A check that can't fail proves nothing: each way of doing it wrong must be seen by what `test_states` looks at.

Each comes with a story in which it shows. The service as it is passes the same story.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from connector.gateways.reading.result import Reading
from connector.jobs import guards, write
from connector.jobs.receive import IntakeResult, ReceiveStage
from connector.jobs.write import WriteStage, Written
from connector.sheets.batch import Entry
from connector.sheets.idempotency.marker import Marker
from connector.sheets.layout import Layout
from connector.store.batches import Batch
from tests.pipeline.direct import Fate
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


Story = Callable[[PipelineStates], Any]


def several_arrive(state: PipelineStates) -> None:
    state.orders_arrive([1, 2], 2, token=True)


def they_are_fetched(state: PipelineStates) -> None:
    for _ in range(2):
        state.an_order_is_fetched(None, dies=False)


def written(*fates: Fate) -> Story:
    """The writer runs; what becomes of its calls that write."""
    return lambda state: state.the_writer_runs(list(fates), [])


def an_hour_passes(state: PipelineStates) -> None:
    state.time_passes(3600)


def what_was_late_arrives(state: PipelineStates) -> None:
    state.a_late_call_arrives()


BEGINNING: list[Story] = [written(), several_arrive, they_are_fetched]
"""What is left to do after the first order is done before the others come."""
LATE = [*BEGINNING, written(Fate.LATE), an_hour_passes, written(), written(), what_was_late_arrives]
UNHEARD = [*BEGINNING, *[written(Fate.UNHEARD), an_hour_passes] * 3, written(), written()]
RESTARTED: list[Story] = [several_arrive, PipelineStates.restart]


def plays(story: Sequence[Story]) -> None:
    """Raises AssertionError where something doesn't hold, in between or in the end."""
    state = PipelineStates()
    try:
        # Where Google refuses an update by a tag that is gone, that alone keeps most of it from doing harm.
        state.start(second_marker=False, prepared=True, refuses_unmatched=False, newest_first=False)
        for step in story:
            step(state)
            for holds in (
                state.no_row_is_there_twice,
                state.store_sheet_and_events_agree,
                state.a_cell_holds_its_order_s_own_value_or_says_that_it_is_still_to_come,
            ):
                holds()
    finally:
        state.teardown()


@pytest.mark.parametrize(
    ("break_it", "story"),
    [
        (no_marker, LATE),
        (stored_after_sending, LATE),
        (acknowledged_before_storing, RESTARTED),
        (made_anew_after_an_unclear_answer, UNHEARD),
        (values_append, UNHEARD),
    ],
)
def test_what_is_done_wrong_is_found(break_it: Any, story: Sequence[Story], monkeypatch: pytest.MonkeyPatch) -> None:
    plays(story)

    break_it(monkeypatch)

    with pytest.raises(AssertionError):
        plays(story)
