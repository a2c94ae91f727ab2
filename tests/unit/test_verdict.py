"""The rule of the status page: nothing that keeps an order out of the sheet leaves the first sentence green."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from connector.dashboard.data import Snapshot
from connector.dashboard.formatting import Words
from connector.dashboard.health import Level, judge
from connector.jobs.reasons import LONGEST_DELAY, reasons
from connector.models import Status
from connector.problems import NamedProblem, Severity
from connector.store.breakers import CircuitBreaker, Part
from connector.store.refusals import MOST_NAMED, Refused, SetAside
from connector.store.standing import Standing

NOW = datetime(2026, 11, 23, 9, 40, tzinfo=UTC)
MOMENTS = st.integers(0, 4 * 3600).map(lambda seconds: NOW - timedelta(seconds=seconds))
SENTENCES = st.sampled_from(["It is not shared.", "No.", "Google refused the rows: 12."])
PAUSES = st.builds(
    lambda failures, since, reason: (
        CircuitBreaker(failures, since=since, reason=reason) if failures else CircuitBreaker()
    ),
    st.integers(0, 5),
    MOMENTS,
    SENTENCES,
)
NAMED = st.lists(
    st.builds(NamedProblem, st.sampled_from(["stage", "file"]), st.sampled_from(Severity), SENTENCES, MOMENTS),
    max_size=2,
)


@st.composite
def set_aside(draw: st.DrawFn) -> SetAside:
    number = draw(st.integers(0, 12))
    first = [Refused(n, f"96427815188{n}", draw(MOMENTS), draw(SENTENCES)) for n in range(min(number, MOST_NAMED))]
    return SetAside(number, tuple(first))


STANDINGS = st.builds(
    lambda sheet, channel, waits, rows, items: Standing(
        {Part.SHEET: sheet, Part.CHANNEL: channel}, waits, waits, rows, items
    ),
    PAUSES,
    PAUSES,
    st.none() | MOMENTS,
    set_aside(),
    set_aside(),
)
COUNTS = st.fixed_dictionaries({status: st.integers(0, 3) for status in Status})


@given(STANDINGS, NAMED, COUNTS)
def test_nothing_that_keeps_an_order_out_of_the_sheet_leaves_the_first_sentence_green(
    standing: Standing, named: list[NamedProblem], counts: dict[Status, int]
) -> None:
    verdict = judge(Snapshot(Words(NOW, ZoneInfo("UTC")), counts, 0, [], standing, named, quarantined=0, quarantine=[]))

    late = standing.waits_since is not None and NOW - standing.waits_since > LONGEST_DELAY
    severe = any(problem.severity is Severity.PROBLEM for problem in named)
    if late or severe or standing.rows_refused.number or standing.breakers[Part.SHEET].failures:
        assert verdict.level is not Level.GOOD
        assert not verdict.sentence.startswith("All is well")
        assert verdict.problems
    if late or severe or standing.rows_refused.number:
        assert verdict.level is Level.BAD
    if standing.rows_refused.number and not late and standing.breakers[Part.SHEET].failures == 0:
        assert all(order.order_id in verdict.sentence for order in standing.rows_refused.first)
    assert (verdict.level is Level.GOOD) is (not verdict.problems)


@given(STANDINGS, NAMED)
def test_rows_that_wait_have_a_reason_or_that_there_is_none_is_said(
    standing: Standing, named: list[NamedProblem]
) -> None:
    found = {problem.key: problem for problem in reasons(standing, named, NOW)}

    late = standing.waits_since is not None and NOW - standing.waits_since > LONGEST_DELAY
    explained = bool(standing.breakers[Part.SHEET].failures) or any(one.severity is Severity.PROBLEM for one in named)
    assert ("late" in found) is (late and not explained)
    if late:
        assert found.keys() & {"late", Part.SHEET, "stage", "file"}
    if standing.rows_refused.number:
        sentence = found["set_aside"].sentence
        assert all(order.order_id in sentence for order in standing.rows_refused.first)
    if standing.items_refused.number:
        sentence = found["items"].sentence
        assert all(order.order_id in sentence for order in standing.items_refused.first)
