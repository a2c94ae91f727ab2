"""A flood at one of 200 shops, simulated: what it costs the others."""

from benchmarks.demand import flood, steady
from benchmarks.simulation import CALL, FETCH, Fleet, Outcome, most_in_any_window
from connector.jobs.pool import Threads
from connector.jobs.turns import LONGEST_BETWEEN_BATCHES, SECONDS_BETWEEN_BATCHES
from connector.sheets.budget import RESERVE
from connector.sheets.quota import LIMIT, Quota

SHOPS = [f"shop {number}" for number in range(200)]
FLOODED = SHOPS[100]
OTHERS = [shop for shop in SHOPS if shop != FLOODED]
ACCOUNTS = dict.fromkeys(SHOPS, "account")


def run(*, flooded: bool, longest_gap: float = LONGEST_BETWEEN_BATCHES) -> Outcome:
    """14 minutes with 30 orders a minute; 5,000 more come to one shop from the second minute to the twelfth."""
    orders = steady(SHOPS, per_minute=30, seconds=840, seed=1)
    if flooded:
        orders += flood(FLOODED, orders=5000, start=120, seconds=600)
    outcome = Fleet(ACCOUNTS, longest_gap=longest_gap).run(orders)
    assert len(outcome.written) == len(orders)
    return outcome


def test_a_flood_at_one_shop_leaves_the_waits_of_the_others_nearly_alone() -> None:
    quiet, flooded = run(flooded=False), run(flooded=True)
    same_gap = run(flooded=True, longest_gap=SECONDS_BETWEEN_BATCHES)

    without, with_flood, without_growing = (outcome.p99(OTHERS) for outcome in (quiet, flooded, same_gap))
    print(  # noqa: T201 - the figures that this is about
        f"Others' p99 from message to row: {without:.1f} s without the flood, {with_flood:.1f} s with it "
        f"({with_flood / without:.2f} times), {without_growing:.1f} s if the gap did not grow "
        f"({without_growing / without:.2f} times). The flooded shop's: {flooded.p99([FLOODED]):.1f} s."
    )
    assert with_flood < 1.5 * without < without_growing
    assert flooded.p99([FLOODED]) < LONGEST_BETWEEN_BATCHES + FETCH + 2 * CALL + 1


def test_ten_shops_that_always_have_something_come_to_wait_for_one_gap_and_not_for_the_end_of_the_minute() -> None:
    """When they begin, all at once, they use up the account's calls. That must not repeat itself every minute."""
    shops = SHOPS[:10]
    orders = [order for n, shop in enumerate(shops) for order in flood(shop, orders=300, start=n / 10, seconds=900)]

    outcome = Fleet(ACCOUNTS).run(orders)

    first, last = (max(each.wait for each in outcome.written if since <= each.sent < since + 60) for since in (0, 840))
    assert last < 1.5 * LONGEST_BETWEEN_BATCHES + FETCH + 2 * CALL < first / 2


def test_an_account_makes_no_more_calls_in_any_minute_than_turns_may() -> None:
    """Also where far more is to be written than it can: 120 orders a minute, and a flood."""
    orders = steady(SHOPS, per_minute=120, seconds=240, seed=2) + flood(FLOODED, orders=1000, start=60, seconds=60)

    outcome = Fleet(ACCOUNTS).run(orders)

    assert len(outcome.written) == len(orders)
    assert {kind: most_in_any_window(outcome.calls["account"][kind]) for kind in Quota} == dict.fromkeys(
        Quota, LIMIT - RESERVE
    )


def test_a_shop_alone_writes_every_two_and_a_half_seconds_and_at_once_after_a_rest() -> None:
    orders = [*flood("rye", orders=40, start=0, seconds=20), *flood("rye", orders=1, start=100, seconds=1)]

    outcome = Fleet({"rye": "account"}, threads=Threads(writers=1)).run(orders)

    began = [round(moment, 3) for moment in outcome.calls["account"][Quota.READ]]
    assert began == [*(FETCH + SECONDS_BETWEEN_BATCHES * turn for turn in range(9)), 100 + FETCH]


def test_accounts_do_not_wait_for_each_other() -> None:
    """One account has four times what it can write; the other's shops notice nothing of it."""
    accounts = {shop: "full" if number % 2 else "free" for number, shop in enumerate(SHOPS)}
    free = [shop for shop, account in accounts.items() if account == "free"]
    full = [shop for shop, account in accounts.items() if account == "full"]
    own = steady(free, per_minute=20, seconds=300, seed=3)

    alone = Fleet(accounts).run(own)
    beside = Fleet(accounts).run([*own, *steady(full, per_minute=240, seconds=300, seed=4)])

    assert beside.p99(full) > 60
    assert beside.p99(free) < alone.p99(free) + CALL
