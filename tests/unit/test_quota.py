from connector.sheets.quota import WINDOW, Quota, QuotaUse


class Seconds:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_calls_count_for_a_minute_from_when_they_were_sent_reads_and_writes_apart() -> None:
    seconds = Seconds()
    quota = QuotaUse(seconds)
    quota.count(Quota.READ, ago=50)
    quota.count(Quota.READ)
    quota.count(Quota.WRITE, ago=2)

    assert (quota.used(Quota.READ), quota.used(Quota.WRITE)) == (2, 1)
    seconds.now += 10
    assert (quota.used(Quota.READ), quota.used(Quota.WRITE)) == (1, 1)
    seconds.now += WINDOW - 10
    assert (quota.used(Quota.READ), quota.used(Quota.WRITE)) == (0, 0)


def test_calls_that_nobody_asks_about_are_forgotten_all_the_same() -> None:
    seconds = Seconds()
    quota = QuotaUse(seconds)

    for _ in range(1000):
        seconds.now += 1
        quota.count(Quota.READ)

    assert len(quota._calls[Quota.READ]) == WINDOW
