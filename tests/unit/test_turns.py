"""Who may begin to write, and how many fetches each may begin."""

import math
from collections.abc import Sequence

import pytest

from benchmarks.simulated_time import SimulatedTime
from connector.jobs.turns import (
    FETCHERS,
    LONGEST_BETWEEN_BATCHES,
    MOST_FETCHES,
    SECONDS_BETWEEN_BATCHES,
    ToFetch,
    ToWrite,
    Turns,
    choose,
    fetch_room,
    fetch_share,
    gap,
    pace,
)
from connector.sheets.budget import RESERVE, Budget
from connector.sheets.quota import LIMIT, WINDOW, Quota

NOW = 1000.0
NOBODY = Turns((), math.inf)


def budget_with(used: int, *, ago: float = 0.0, time: SimulatedTime | None = None) -> Budget:
    """Of so many turns, all of them that long ago."""
    budget = Budget(time or SimulatedTime(NOW))
    for _ in range(used):
        for quota in Quota:
            budget.count_earlier(quota, ago=ago)
    return budget


def turns(*shops: ToWrite, writers: int = 16, **budgets: Budget) -> Turns:
    return choose(shops, budgets or {"a": budget_with(0)}, now=NOW, writers=writers)


def due(shop: str, since: float = 0.0, *, account: str = "a", began: Sequence[float] = ()) -> ToWrite:
    """A shop whose oldest work is due for so many seconds; `began` in seconds ago."""
    return ToWrite(shop, account, NOW - since, began=tuple(NOW - ago for ago in began))


def busy(shop: str, *, is_suspect: bool = False) -> ToWrite:
    return ToWrite(shop, "a", NOW - 100, is_busy=True, is_suspect=is_suspect)


def suspect(shop: str, since: float = 0.0) -> ToWrite:
    return ToWrite(shop, "a", NOW - since, is_suspect=True)


def test_whose_work_is_due_longest_comes_first() -> None:
    assert turns(due("young", 1), due("old", 3), due("middle", 2)) == Turns(("old", "middle", "young"), math.inf)


def test_among_the_equally_old_whose_last_turn_is_longest_ago_comes_first() -> None:
    shops = (due("lately", began=[10]), due("b"), due("a"), due("long ago", began=[50]))

    assert turns(*shops).begin == ("a", "b", "long ago", "lately")


def test_work_that_is_not_due_yet_is_waited_for() -> None:
    assert turns(due("later", -7), due("soon", -3)) == Turns((), 3)


def test_a_shop_has_one_turn_at_a_time() -> None:
    assert turns(busy("rye")) == NOBODY


def test_a_shop_with_nothing_to_write_gets_no_turn() -> None:
    assert turns(ToWrite("rye", "a", None)) == NOBODY


def test_no_more_turns_at_once_than_writers_and_the_oldest_get_them() -> None:
    shops = (busy("x"), due("young", 1), due("old", 3), due("middle", 2), due("resting", 4, began=[1]))

    # There is nothing to wait for but the end of a turn.
    assert turns(*shops, writers=3) == Turns(("old", "middle"), math.inf)
    assert turns(*shops, writers=5) == Turns(("old", "middle", "young"), 1.5)


def test_between_the_beginnings_of_a_shops_turns_lie_two_and_a_half_seconds() -> None:
    assert turns(due("rye", began=[1])) == Turns((), 1.5)
    assert turns(due("rye", began=[2.5])) == Turns(("rye",), math.inf)


def test_a_shop_alone_has_its_turn_every_two_and_a_half_seconds_however_much_of_its_budget_is_in_use() -> None:
    began = tuple(NOW - ago for ago in (50, 40, 30, 20, 10, 7.5, 5, 2.5))
    rye = ToWrite("rye", "a", NOW, began=began, is_alone=True)

    assert turns(rye, writers=1, a=budget_with(50)) == Turns(("rye",), math.inf)


@pytest.mark.parametrize(
    ("use", "had", "expected"),
    [(0, 20, 2.5), (0.5, 20, 2.5), (0.75, 5, 4.5), (1, 1, 2.5), (1, 3, 4.5), (1, 7, 8.5), (1, 20, 10), (1.1, 20, 10)],
)
def test_the_gap_grows_with_the_use_of_the_budget_for_shops_that_had_many_turns(
    use: float, had: int, expected: float
) -> None:
    assert gap(use, had) == expected


def test_a_gap_that_has_grown_holds_back_only_its_shop() -> None:
    often = [50, 40, 30, 20, 10, 4]
    used_up = budget_with(LIMIT - RESERVE - 1)

    found = turns(due("busy", 5, began=often), due("quiet", 1, began=[4]), a=used_up)

    # It is looked at again before its gap is over: the gap shrinks as soon as the use does.
    assert found == Turns(("quiet",), 0.5)


def test_the_gap_never_grows_to_more_than_ten_seconds_and_is_never_less_than_the_shortest() -> None:
    assert (gap(0, 0), gap(1, 1000), gap(1, 1000, shortest=20)) == (
        SECONDS_BETWEEN_BATCHES,
        LONGEST_BETWEEN_BATCHES,
        20,
    )


def test_suspects_share_half_of_the_writers() -> None:
    shops = [suspect(f"sick {number}", 50 - number) for number in range(6)] + [due("well", 1)]

    assert turns(*shops, writers=8).begin == ("sick 0", "sick 1", "sick 2", "sick 3", "well")
    assert turns(busy("x", is_suspect=True), *shops, writers=4).begin == ("sick 0", "well")


def test_a_suspect_gets_its_turn_where_there_is_only_one_writer() -> None:
    assert turns(suspect("rye"), writers=1).begin == ("rye",)


def test_no_more_turns_begin_than_the_budget_has_and_the_next_waits_for_the_first_call_to_be_a_minute_ago() -> None:
    """Each of these turns takes 14 reads, of which 36 are left."""
    shops = [ToWrite(shop, "a", NOW - since, reads=14) for shop, since in (("c", 1), ("a", 3), ("b", 2))]

    assert turns(*shops, a=budget_with(LIMIT - RESERVE - 36, ago=45)) == Turns(("a", "b"), WINDOW - 45)
    assert turns(due("a"), a=budget_with(LIMIT - RESERVE, ago=45)) == Turns((), WINDOW - 45)


@pytest.mark.parametrize(
    ("use", "calls", "expected"), [(0, 60, 0), (0.5, 60, 0), (0.75, 60, 0.25), (1, 60, 1), (1.1, 60, 1), (1, 120, 0.5)]
)
def test_turns_of_an_account_are_spread_from_where_half_of_its_calls_are_in_use(
    use: float, calls: int, expected: float
) -> None:
    assert pace(use, calls) == expected


def test_an_account_that_is_short_of_calls_begins_one_turn_at_a_time() -> None:
    time = SimulatedTime(NOW)
    budget = budget_with(42, time=time)
    shops = (due("young", 1), due("old", 3))

    assert turns(*shops, a=budget) == Turns(("old",), pace(42 / 56, 56))
    budget.take()
    assert turns(*shops, a=budget) == Turns((), pace(43 / 56, 56))
    time.advance(NOW + pace(43 / 56, 56) + 0.001)
    assert turns(*shops, a=budget).begin == ("old",)


def test_an_account_without_calls_left_holds_back_no_other() -> None:
    shops = (due("a", 2), due("b", 1, account="b"))

    assert turns(*shops, a=budget_with(LIMIT), b=budget_with(0)) == Turns(("b",), WINDOW)


def test_a_turn_that_needs_more_is_not_overtaken_for_ever_by_those_that_need_less() -> None:
    costly = ToWrite("costly", "a", NOW - 9, reads=35)

    assert turns(costly, due("cheap", 1), a=budget_with(22, ago=20)) == Turns((), WINDOW - 20)
    assert turns(costly, due("cheap", 1), a=budget_with(20, ago=20)).begin == ("costly", "cheap")


def test_a_paused_account_gives_no_turn_but_for_the_end_of_its_pause() -> None:
    paused = budget_with(0)
    paused.pause(30, "Google's limit is reached.")

    assert turns(due("a", 2), due("b", 1, account="b"), a=paused, b=budget_with(0)) == Turns(("b",), 30)
    assert turns(due("a", 2), a=paused) == Turns((), 30)


def test_asking_takes_nothing() -> None:
    budget = budget_with(LIMIT - RESERVE - 1)
    for _ in range(3):
        assert turns(due("rye"), a=budget).begin == ("rye",)


def to_fetch(shop: str, waiting: int = 100, *, since: float = 0.0, under_way: int = 0) -> ToFetch:
    return ToFetch(shop, NOW - since, waiting, under_way)


def sick(shop: str, waiting: int = 100, *, under_way: int = 0) -> ToFetch:
    return ToFetch(shop, NOW - 50, waiting, under_way, is_suspect=True)


def test_one_shop_alone_may_use_20_fetchers() -> None:
    assert fetch_room([to_fetch("rye")]) == {"rye": MOST_FETCHES}
    assert fetch_room([to_fetch("rye", under_way=15)]) == {"rye": 5}
    assert fetch_room([to_fetch("rye", 3)]) == {"rye": 3}


@pytest.mark.parametrize(
    ("active", "share"), [(0, 20), (1, 20), (3, 20), (4, 16), (8, 8), (12, 5), (16, 4), (17, 4), (1000, 4)]
)
def test_a_shops_share_of_the_fetchers_goes_from_20_to_4_as_more_have_something_to_fetch(
    active: int, share: int
) -> None:
    assert fetch_share(active) == share


def test_the_fewest_under_way_come_first_and_then_the_oldest() -> None:
    shops = [to_fetch("flooded", since=90, under_way=2), to_fetch("old", 1, since=9), to_fetch("young", 1)]

    assert list(fetch_room(shops).items()) == [("old", 1), ("young", 1), ("flooded", 18)]
    assert fetch_room(shops, fetchers=5) == {"old": 1, "young": 1, "flooded": 1}


def test_many_shops_share_the_fetchers_evenly() -> None:
    shops = [to_fetch(f"shop {number}", since=number) for number in range(40)]

    room = fetch_room(shops)

    # The 24 oldest get the second that is left over.
    assert room == {f"shop {number}": 2 if number >= 16 else 1 for number in range(40)}
    assert sum(room.values()) == FETCHERS


def test_a_shop_that_has_its_share_gets_no_more_while_others_get_theirs() -> None:
    others = [to_fetch(f"other {number}", 1) for number in range(20)]

    assert "flooded" not in fetch_room([to_fetch("flooded", since=90, under_way=4), *others])


def test_shops_whose_last_orders_are_under_way_have_their_share_too() -> None:
    others = [to_fetch(f"other {number}", 0, under_way=1) for number in range(7)]

    assert fetch_room([to_fetch("flooded"), *others]) == {"flooded": 8}


def test_suspects_share_a_quarter_of_the_fetchers() -> None:
    room = fetch_room([sick("a"), sick("b", under_way=3), sick("c"), to_fetch("well")])

    assert room == {"a": 6, "c": 5, "b": 2, "well": 16}


def test_nobody_begins_when_every_fetcher_is_busy() -> None:
    shops = [to_fetch(f"shop {number}", under_way=4) for number in range(16)]

    assert fetch_room([*shops, to_fetch("late")]) == {}
