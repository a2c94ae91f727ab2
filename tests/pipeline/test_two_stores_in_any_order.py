"""Two installations on one spreadsheet, whatever they do in whatever order: no order is there twice."""

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from connector.jobs.ownership import Ownership
from tests.pipeline.direct import Fate
from tests.pipeline.hanging import Point
from tests.pipeline.installations import Two
from tests.pipeline.test_writers_that_hang import FATES, POINTS


class TwoStores(RuleBasedStateMachine):
    """Whatever the two do, and wherever each of them hangs or dies: nothing is there twice."""

    @initialize(second=st.sampled_from(["stranger", "copy"]), second_marker=st.booleans(), refuses=st.booleans())
    def begin(self, second: str, second_marker: bool, refuses: bool) -> None:
        self.two = Two(second=second, second_marker=second_marker, refuses_unmatched=refuses)

    @rule(numbers=st.lists(st.integers(0, 4), min_size=1, max_size=2))
    def orders_reach_both(self, numbers: list[int]) -> None:
        self.two.receive(*numbers)

    @rule(which=st.integers(0, 1), hang_at=POINTS, fates=FATES)
    def one_runs(self, which: int, hang_at: Point | None, fates: list[Fate]) -> None:
        writer = self.two.both[which].writer
        assert writer is not None
        if writer.hangs_at is None:
            writer.api.writes.clear()
            writer.api.writes.extend(fates)
            writer.run(hang_at)

    @rule(which=st.integers(0, 1), hang_at=POINTS)
    def one_that_hangs_goes_on(self, which: int, hang_at: Point | None) -> None:
        writer = self.two.both[which].writer
        assert writer is not None
        if writer.hangs_at is not None:
            writer.go_on(hang_at)

    @rule(which=st.integers(0, 1))
    def one_starts_anew(self, which: int) -> None:
        installation = self.two.both[which]
        assert installation.writer is not None
        if installation.writer.hangs_at is None:
            assert installation.process is not None
            installation.process.database.close()
            installation.start()

    @rule(which=st.integers(0, 1))
    def somebody_has_one_take_over(self, which: int) -> None:
        self.two.both[which].take_over()

    @precondition(lambda self: any(api.late for one in self.two.both for api in one.late))
    @rule()
    def a_late_call_arrives(self) -> None:
        next(api for one in self.two.both for api in one.late if api.late).late_call_arrives()

    @rule(hours=st.sampled_from([0.02, 1.5, 3]))
    def hours_pass(self, hours: float) -> None:
        self.two.clock.advance(hours * 3600)

    @invariant()
    def nothing_is_there_twice(self) -> None:
        if hasattr(self, "two"):
            self.two.assert_nothing_is_there_twice()

    def teardown(self) -> None:
        if not hasattr(self, "two"):
            return
        try:
            self.two.settle()
            if not all(installation.says() for installation in self.two.both):
                self.two.assert_all_is_there_once()
            else:
                # Each waits for the other, as somebody has had them take the spreadsheet from one another.
                self.two.second.take_over()
                self.two.settle()
                self.two.assert_all_is_there_once()
            assert any(installation.says() == "" for installation in self.two.both)
        finally:
            self.two.close()


TestTwoStores = TwoStores.TestCase
TestTwoStores.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)


def test_without_the_owners_number_the_property_test_finds_doubles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ownership, "check", lambda *_: None)
    monkeypatch.setattr(Ownership, "requests", lambda *_: [])
    monkeypatch.setattr(Ownership, "hold", lambda *_: False)
    monkeypatch.setattr(Ownership, "knows_rows", lambda *_: True)
    two = Two(second="copy")
    try:
        two.receive(1)
        two.first.run(3)
        two.second.run(3)
        with pytest.raises(AssertionError):
            two.assert_nothing_is_there_twice()
    finally:
        two.close()
