"""The short form of the run with several instances, and what its own checks find."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox.google.standin import CallRecord
from sandbox.sandbox import Sandbox
from tests.chaos.chaos import chaos
from tests.chaos.expected import item_rows, order_row
from tests.chaos.fleet.plan import make_plan
from tests.chaos.fleet.quota import most_in_a_minute, over_the_limit
from tests.chaos.fleet.sending import Shops
from tests.chaos.fleet.verdict import wrong_in_sheets
from tests.chaos.plan import Form, Send, Way
from tests.chaos.test_chaos import count
from tests.chaos.test_checker import fill
from tests.made_once import service_account

SHORT = ("--instances", "2", "--postgres", "--shops", "3", "--accounts", "2", "--orders", "40", "--kills", "3")


def test_two_instances_lose_and_double_nothing_whatever_goes_wrong(tmp_path: Path) -> None:
    """One is killed now and then, stands still until the other has taken over, and has a clock that is an hour off;
    PostgreSQL is killed, too."""
    result = chaos(tmp_path, *SHORT, "--stalls", "1", "--seconds", "12", "--patience", "40", "--seed", "1")

    assert result.returncode == 0, result.stdout + result.stderr
    assert "Verified: all " in result.stdout
    assert count(result.stdout, "PostgreSQL killed") == 1


def test_a_row_in_anothers_sheet_and_a_second_one_are_found(tmp_path: Path) -> None:
    with Sandbox(account=service_account()) as sandbox:
        shops = Shops(sandbox, tmp_path / "shops.toml", [], shops=2, accounts=1, seed=1)
        shops.close()
        first, second = shops.all
        stream = shops.streams[first.name]
        stream.send(Send(Way.STRAIGHT, ("normal",), form=Form.PAYLOAD))
        (sent,) = stream.sent.values()
        sent.acknowledge()
        fill(first, [order_row(sent)], item_rows(sent))
        assert list(wrong_in_sheets(shops)) == []

        fill(first, [order_row(sent)] * 2, item_rows(sent))
        fill(second, [order_row(sent)], item_rows(sent))

        found = [sentence.partition(":")[0] for sentence in wrong_in_sheets(shops)]

    assert found == ["Doubled", "Another's", "Strange"]


def test_sixty_one_calls_in_a_minute_are_found_and_late_and_refused_ones_are_not_counted() -> None:
    at = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)

    def calls(count: int, outcome: str, seconds: float) -> list[CallRecord]:
        step = timedelta(seconds=seconds / count)
        return [CallRecord(at + n * step, "GET", "get", outcome, "a1@project") for n in range(count)]

    fine = most_in_a_minute([*calls(61, "200", 61.5), *calls(9, "429", 9), *calls(9, "late 200", 9)])

    assert over_the_limit(fine) == []
    assert over_the_limit(most_in_a_minute(calls(61, "200", 60))) == [
        "Quota: a1 made 61 reads within 60 seconds; Google allows 60."
    ]


def test_the_same_seed_plays_the_same_plan() -> None:
    first, second = (
        make_plan(7, instances=3, shops=9, orders=99, kills=9, hangs=4, seconds=60, only=()) for _ in range(2)
    )

    assert first == second
    assert sum(len(delivery.send.samples) for delivery in first.deliveries) == 99
