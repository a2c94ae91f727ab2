"""What one service account may still ask of Google."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.simulated_time import Program, SimulatedTime
from benchmarks.simulation import most_in_any_window
from connector.sheets.budget import RESERVE, Budget, Pause
from connector.sheets.quota import LIMIT, WINDOW, Quota

TURNS = LIMIT - RESERVE


class Seconds:
    """A clock that the test turns."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def make_turn(budget: Budget, *, reads: int = 1, writes: int = 1) -> None:
    """Takes, calls and ends at once."""
    hold = budget.take(reads, writes)
    assert hold is not None
    for quota, number in ((Quota.READ, reads), (Quota.WRITE, writes)):
        for _ in range(number):
            hold.count(quota)
    hold.end()


def test_56_turns_may_begin_in_a_minute_and_the_next_when_the_first_is_a_minute_ago() -> None:
    seconds = Seconds()
    budget = Budget(seconds)
    for _ in range(TURNS):
        make_turn(budget)
        seconds.now += 0.5

    assert budget.may_begin() == WINDOW - TURNS * 0.5
    assert budget.take() is None
    seconds.now += WINDOW - TURNS * 0.5
    assert budget.may_begin() == 0
    assert budget.take() is not None


def test_what_is_kept_from_turns_is_there_for_whoever_may_use_the_reserve() -> None:
    budget = Budget(Seconds())
    for _ in range(TURNS):
        make_turn(budget)

    holds = [budget.take(1, 0, reserve=True) for _ in range(RESERVE + 1)]

    assert [hold is not None for hold in holds] == [True] * RESERVE + [False]
    assert budget.may_begin(0, 1, reserve=True) == 0


def test_what_checks_use_beyond_the_reserve_turns_lack() -> None:
    budget = Budget(Seconds())
    assert budget.take(10, 0, reserve=True) is not None

    turns = 0
    while budget.take() is not None:
        turns += 1

    assert turns == LIMIT - 10


def test_what_is_held_and_not_called_goes_back_at_the_end() -> None:
    budget = Budget(Seconds())
    hold = budget.take(TURNS, TURNS)
    assert hold is not None
    assert budget.may_begin() == WINDOW

    hold.count(Quota.READ)
    hold.end()
    hold.end()

    assert budget.may_begin(TURNS - 1, TURNS) == 0
    assert budget.may_begin(TURNS, TURNS) == WINDOW


def test_a_turn_that_calls_more_than_it_took_leaves_less_to_the_others() -> None:
    budget = Budget(Seconds())
    hold = budget.take()
    assert hold is not None
    for _ in range(5):
        hold.count(Quota.READ)
    hold.end()

    assert budget.may_begin(TURNS - 5, TURNS) == 0
    assert budget.may_begin(TURNS - 4, TURNS) == WINDOW
    assert budget.used(Quota.READ) == 5


def test_reads_that_are_used_up_keep_nobody_from_writing_alone() -> None:
    budget = Budget(Seconds())
    with budget.take(1, 0) or pytest.fail("nothing was used"):
        for _ in range(LIMIT + 1):
            budget.count(Quota.READ)

    assert (budget.may_begin(1, 0), budget.may_begin(0, 1)) == (WINDOW, 0)
    assert budget.may_begin(0, 1, reserve=True) == 0


def test_a_call_counts_until_a_minute_after_its_answer_since_google_may_have_counted_it_as_late_as_that() -> None:
    seconds = Seconds()
    budget = Budget(seconds)
    hold = budget.take(TURNS, 0)
    assert hold is not None
    seconds.now += 20
    for _ in range(TURNS):
        hold.count(Quota.READ, ago=20)
    hold.end()

    assert budget.may_begin(1, 0) == WINDOW
    assert budget.used(Quota.READ) == TURNS
    seconds.now += WINDOW - 20
    # By when it was sent, which is what people are shown, it is a minute old.
    assert budget.used(Quota.READ) == 0
    assert budget.may_begin(1, 0) == 20


def test_within_a_hold_what_the_budget_is_told_of_belongs_to_it() -> None:
    budget, other = Budget(Seconds()), Budget(Seconds())
    hold = budget.take()
    assert hold is not None

    with hold:
        other.count(Quota.READ)
        budget.count(Quota.READ)
    budget.count(Quota.READ)

    # One belonged to the turn; the one afterwards was nobody's, and so the reserve's.
    assert budget.may_begin(TURNS - 1, 0) == 0
    assert budget.may_begin(TURNS, 0) == WINDOW
    assert budget.may_begin(LIMIT - 2, 0, reserve=True) == 0
    assert budget.may_begin(LIMIT - 1, 0, reserve=True) == WINDOW
    assert (budget.used(Quota.READ), other.used(Quota.READ)) == (2, 1)


def test_who_needs_more_than_there_ever_is_begins_when_nothing_is_used() -> None:
    seconds = Seconds()
    budget = Budget(seconds)
    assert budget.may_begin(LIMIT * 2, 1) == 0
    make_turn(budget)

    assert budget.may_begin(LIMIT * 2, 1) == WINDOW
    seconds.now += WINDOW
    assert budget.take(LIMIT * 2, 1) is not None


def test_a_pause_holds_everybody_back_until_its_time_is_over() -> None:
    seconds = Seconds()
    budget = Budget(seconds)

    budget.pause(30, "Google's limit is reached.")

    assert (budget.may_begin(), budget.may_begin(1, 0, reserve=True)) == (30, 30)
    assert budget.take() is None
    assert budget.paused() == Pause(30, "Google's limit is reached.")
    seconds.now += 30
    assert (budget.may_begin(), budget.paused()) == (0, None)


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    seconds = Seconds()
    budget = Budget(seconds)
    budget.pause(30, "the first")
    seconds.now += 10
    budget.pause(5, "the second")

    assert budget.paused() == Pause(20, "the first")


def test_calls_of_an_earlier_process_count_for_the_rest_of_their_minute() -> None:
    seconds = Seconds()
    budget = Budget(seconds)
    for ago in (10, 50, 59, 70):
        budget.count_earlier(Quota.WRITE, ago=ago)

    assert budget.used(Quota.WRITE) == 3
    assert budget.may_begin(1, TURNS - 3) == 0
    assert [budget.may_begin(1, TURNS - left) for left in (2, 1, 0)] == [1, 10, 50]


def test_an_account_that_google_allows_less_keeps_the_same_reserve() -> None:
    budget = Budget(Seconds(), limit=30)

    assert (budget.may_begin(26, 26), budget.may_begin(30, 30, reserve=True)) == (0, 0)
    assert budget.take(26, 26) is not None
    assert budget.take() is None


def test_use_is_the_part_of_what_turns_may_call() -> None:
    budget = Budget(Seconds())
    seen = [budget.use()]
    make_turn(budget, reads=TURNS // 2, writes=1)
    seen.append(budget.use())
    assert budget.take(TURNS // 2, 1) is not None
    seen.append(budget.use())

    assert seen == [0, 0.5, 1]


def test_threads_that_take_at_the_same_time_never_get_more_than_there_is() -> None:
    budget = Budget()

    def take_all() -> int:
        taken = 0
        while budget.take() is not None:
            taken += 1
        return taken

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: take_all(), range(8)))

    assert sum(taken) == TURNS


@dataclass(frozen=True)
class Asker:
    """Somebody who asks, makes all the calls that were taken or some of them, one after the other, and ends."""

    at: float
    reads: int
    writes: int
    unused: int
    reserve: bool
    takes: float
    """Seconds of each call."""
    counted: float
    """When within a call Google counts it: 0 as it is sent, 1 as it is answered."""


# Fractions that a float holds exactly: the windows' edges are what this is about.
MOMENTS = st.integers(0, 200 * 64).map(lambda number: number / 64)
ASKERS = st.lists(
    st.builds(
        Asker,
        at=MOMENTS,
        reads=st.integers(0, 25),
        writes=st.integers(0, 25),
        unused=st.integers(0, 3),
        reserve=st.booleans(),
        takes=st.sampled_from([0.0, 0.5, 1.0, 5.0, 30.0, 60.0]),
        counted=st.sampled_from([0.0, 0.5, 1.0]),
    ),
    max_size=50,
)


@given(start=st.integers(0, 10**7), askers=ASKERS)
def test_whenever_google_counts_them_no_60_seconds_hold_over_60_calls_or_over_56_of_turns(
    start: int, askers: list[Asker]
) -> None:
    time = SimulatedTime(start)
    budget = Budget(time)
    all_calls: dict[Quota, list[float]] = {quota: [] for quota in Quota}
    of_turns: dict[Quota, list[float]] = {quota: [] for quota in Quota}

    def ask(asker: Asker) -> Program:
        hold = budget.take(asker.reads, asker.writes, reserve=asker.reserve)
        if hold is None:
            assert budget.may_begin(asker.reads, asker.writes, reserve=asker.reserve) > 0
            return
        calls = [Quota.READ] * asker.reads + [Quota.WRITE] * asker.writes
        for quota in calls[asker.unused :]:
            counted = time.now + asker.takes * asker.counted
            all_calls[quota].append(counted)
            if not asker.reserve:
                of_turns[quota].append(counted)
            yield time.now + asker.takes
            hold.count(quota, ago=asker.takes)
        hold.end()

    for asker in askers:
        time.start(ask(asker), at=start + asker.at)
    while (moment := time.next_at()) < math.inf:
        time.advance(moment)

    assert max(map(most_in_any_window, all_calls.values())) <= LIMIT
    assert max(map(most_in_any_window, of_turns.values())) <= TURNS


@given(askers=ASKERS)
def test_who_comes_back_after_the_wait_may_begin_if_nobody_else_has(askers: list[Asker]) -> None:
    seconds = Seconds()
    budget = Budget(seconds)
    for asker in askers:
        seconds.now += asker.at / 64
        hold = budget.take(asker.reads, asker.writes, reserve=asker.reserve)
        if hold is None:
            wait = budget.may_begin(asker.reads, asker.writes, reserve=asker.reserve)
            seconds.now += wait / 2
            assert budget.may_begin(asker.reads, asker.writes, reserve=asker.reserve) == wait / 2
            seconds.now += wait / 2
            hold = budget.take(asker.reads, asker.writes, reserve=asker.reserve)
        assert hold is not None
        for quota, number in ((Quota.READ, asker.reads), (Quota.WRITE, asker.writes)):
            for _ in range(number):
                hold.count(quota)
        hold.end()
