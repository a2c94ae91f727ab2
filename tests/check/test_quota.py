"""Google's quota of requests a minute, before it is used up."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connector.checks.google import NEAR_ITS_END, check_quota, check_quota_of_running
from connector.findings import Finding, Level
from connector.settings import Settings
from connector.sheets.budget import Budget
from connector.sheets.quota import Quota
from tests.process.service_process import free_port
from tests.service.shop import Shop

NEAR = (
    "The service has sent 54 calls that write in the last minute, and Google allows 60. Orders may wait some seconds "
    "longer, and none is lost. If it stays so without many orders coming in, stop the other programs that use the same "
    "service account, or make one for the connector alone."
)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Shop, Settings]]:
    """A service that has sent nothing yet, and settings under which it is found."""
    shop = Shop(tmp_path).start()
    yield shop, replace(shop.settings, port=int(shop.url.rpartition(":")[2]))
    shop.close()


def use_up(use: Budget, *, writes: int) -> None:
    for _ in range(writes):
        use.count(Quota.WRITE)


def test_a_quota_with_room() -> None:
    use = Budget(lambda: 0.0)
    use_up(use, writes=NEAR_ITS_END - 1)

    sentence = "In the last minute the service has used 0 of 60 reads and 53 of 60 writes."
    assert list(check_quota(use)) == [Finding("quota", Level.OK, sentence)]


def test_a_quota_near_its_end() -> None:
    use = Budget(lambda: 0.0)
    use_up(use, writes=NEAR_ITS_END)

    assert list(check_quota(use)) == [Finding("quota", Level.WARNING, NEAR)]


def test_a_service_that_runs_is_asked(running: tuple[Shop, Settings]) -> None:
    shop, settings = running
    use_up(shop.service.account.budget, writes=NEAR_ITS_END)

    assert list(check_quota_of_running(settings)) == [Finding("quota", Level.WARNING, NEAR)]


def test_nothing_is_said_where_no_service_can_be_asked(running: tuple[Shop, Settings]) -> None:
    _, settings = running

    assert list(check_quota_of_running(replace(settings, port=free_port()))) == []
    another = replace(settings, webhook_secret="another-secret-than-its")
    assert list(check_quota_of_running(another)) == []
