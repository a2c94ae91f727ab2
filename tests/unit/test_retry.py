from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connector.jobs.retry import RetryPolicy


def policy(jitter: float = 0.5) -> RetryPolicy:
    return RetryPolicy(10, 3600, 604_800, jitter=lambda: jitter)


def test_the_delay_doubles_with_each_failure_until_the_longest() -> None:
    delays = [policy().delay(failures).total_seconds() for failures in range(1, 12)]

    assert delays == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_the_delay_always_lies_between_first_and_longest(failures: int, jitter: float) -> None:
    delay = policy(jitter).delay(failures)

    assert timedelta(seconds=10) <= delay <= timedelta(seconds=3600)


def test_two_orders_that_failed_together_are_not_tried_together_again() -> None:
    assert policy(0.1).delay(3) != policy(0.9).delay(3)


def test_the_time_for_trying_runs_from_the_orders_arrival() -> None:
    stored_at = datetime(2026, 11, 1, tzinfo=UTC)

    assert not policy().is_over(stored_at, stored_at + timedelta(days=7, seconds=-1))
    assert policy().is_over(stored_at, stored_at + timedelta(days=7))
