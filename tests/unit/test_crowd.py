from connector.sync.crowd import MANY, Crowd


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_crowd_is_there_while_many_come_in_a_second_and_gone_when_they_stop() -> None:
    seconds = Seconds()
    crowd = Crowd(seconds)
    crowd.came(MANY // 2)
    crowd.came(MANY - MANY // 2)
    seen = [crowd.is_there]
    for now in (0.5, 0.6, 1.0):
        seconds.now = now
        seen.append(crowd.is_there)

    assert seen == [False, True, True, False]


def test_few_over_a_long_time_are_no_crowd() -> None:
    seconds = Seconds()
    crowd = Crowd(seconds)

    crowd.came(MANY // 2)
    crowd.came(MANY - MANY // 2)
    seconds.now = 10.0

    assert not crowd.is_there
