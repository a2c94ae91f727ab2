"""What a seed draws."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.chaos.actions import MOMENTS, CopyDatabase, LoseDatabase, Stall
from tests.chaos.plan import Plan, make_plan

SEEDS = st.integers(0, 2**31)


@given(seed=SEEDS, stalls=st.integers(0, 9), losses=st.integers(0, 9))
@settings(max_examples=50)
def test_the_same_seed_and_options_give_the_same_plan(seed: int, stalls: int, losses: int) -> None:
    first = make_plan(seed, orders=50, kills=3, stalls=stalls, losses=losses)

    assert make_plan(seed, orders=50, kills=3, stalls=stalls, losses=losses) == first
    assert (first.count(Stall), first.count(LoseDatabase)) == (stalls, losses)


@given(seed=SEEDS, stalls=st.integers(0, 9), losses=st.integers(0, 9))
@settings(max_examples=50)
def test_what_else_a_seed_draws_does_not_depend_on_them(seed: int, stalls: int, losses: int) -> None:
    plan = make_plan(seed, orders=50, kills=3, stalls=stalls, losses=losses)
    without = make_plan(seed, orders=50, kills=3)

    new = (Stall, LoseDatabase, CopyDatabase)
    assert [step.action for step in plan.steps if not isinstance(step.action, new)] == actions(without)
    assert [send for step in plan.steps for send in step.sends] == [
        send for step in without.steps for send in step.sends
    ]


@given(seed=SEEDS, losses=st.integers(1, 9))
@settings(max_examples=50)
def test_an_older_copy_was_made_before_it_comes_back(seed: int, losses: int) -> None:
    copies = 0
    for action in actions(make_plan(seed, orders=50, kills=3, losses=losses)):
        copies += isinstance(action, CopyDatabase)
        if isinstance(action, LoseDatabase) and action.older:
            assert copies > 0


@given(seed=SEEDS)
@settings(max_examples=50)
def test_every_moment_and_every_way_comes_before_any_comes_again(seed: int) -> None:
    drawn = actions(make_plan(seed, orders=50, kills=3, stalls=4, losses=4, only=("stall", "loss")))

    assert sorted(action.at for action in drawn if isinstance(action, Stall)) == sorted(MOMENTS)
    assert sorted((action.older, action.running) for action in drawn if isinstance(action, LoseDatabase)) == [
        (False, False), (False, True), (True, False), (True, True),
    ]  # fmt: skip


def actions(plan: Plan) -> list[object]:
    return [step.action for step in plan.steps]
