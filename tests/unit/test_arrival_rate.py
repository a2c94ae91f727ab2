import pytest

from connector.jobs.arrival_rate import MANY, ArrivalRate, most_orders
from connector.jobs.set_aside import MOST_ORDERS


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_load_is_shed_while_many_come_in_a_second_and_no_more_when_they_stop() -> None:
    seconds = Seconds()
    arrivals = ArrivalRate(seconds)
    arrivals.arrived(MANY // 2)
    arrivals.arrived(MANY - MANY // 2)
    seen = [arrivals.is_high]
    for now in (0.5, 0.6, 1.0):
        seconds.now = now
        seen.append(arrivals.is_high)

    assert seen == [False, True, True, False]


def test_few_over_a_long_time_shed_no_load() -> None:
    seconds = Seconds()
    arrivals = ArrivalRate(seconds)

    arrivals.arrived(MANY // 2)
    arrivals.arrived(MANY - MANY // 2)
    seconds.now = 10.0

    assert not arrivals.is_high


def test_the_rate_is_how_many_came_a_second() -> None:
    seconds = Seconds()
    arrivals = ArrivalRate(seconds)

    arrivals.arrived(500)
    seconds.now = 0.5

    assert arrivals.a_second == 1000.0


@pytest.mark.parametrize(
    ("rate", "orders"), [(0, MOST_ORDERS), (MANY, MOST_ORDERS), (MANY + 25, 400), (2_500, 20), (1e9, 1)]
)
def test_the_more_webhooks_come_in_the_smaller_are_the_batches_but_never_empty(rate: float, orders: int) -> None:
    assert most_orders(rate) == orders
