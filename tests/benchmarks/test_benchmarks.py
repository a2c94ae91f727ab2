"""Every benchmark runs, does what it says, and finds its counts right. No time that it measures is looked at."""

import shutil
from pathlib import Path

import pytest

from tests.benchmarks.bench import bench, tables


@pytest.mark.skipif(shutil.which("wrk") is None, reason="the load generator wrk is not installed")
def test_webhooks_under_load_are_all_in_the_store(tmp_path: Path) -> None:
    result = bench(tmp_path, "webhook", "--seconds", "1", "--repeats", "1", "--only", "3")

    assert result.returncode == 0, result.stdout + result.stderr
    answered, refused, stored, *_ = tables(result.stdout)["service, orders fetched and written meanwhile"][5:]
    assert number(answered) > 0
    assert number(refused) == 0
    assert 0 <= number(stored) - number(answered) <= 32
    assert "Verified: every order that was answered with 200 is in the store." in result.stdout


def test_without_the_load_generator_a_sentence_says_how_to_get_it(tmp_path: Path) -> None:
    result = bench(tmp_path, "webhook", path=str(tmp_path))

    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == (
        "This benchmark needs the load generator wrk. Install it: `apt install wrk`, or `brew install wrk`.\n"
    )


def test_the_service_starts_with_orders_and_without_and_loses_none(tmp_path: Path) -> None:
    result = bench(tmp_path, "start", "--orders", "500", "--runs", "1")

    assert result.returncode == 0, result.stdout + result.stderr
    assert "500 orders are in the large database afterwards." in result.stdout
    assert len(tables(result.stdout)) == 6


def test_at_rest_nobody_is_called(tmp_path: Path) -> None:
    result = bench(tmp_path, "rest", "--orders", "2", "--seconds", "0.5")

    assert result.returncode == 0, result.stdout + result.stderr
    assert tables(result.stdout)["reconciliation off"][4:] == ["0", "0", "0", "0"]


def test_orders_that_come_alone_take_a_call_of_each_kind(tmp_path: Path) -> None:
    arguments = ("--orders", "2", "--pause", "0.1", "--whapi-latency", "0", "--google-latency", "0")

    result = bench(tmp_path, "alone", *arguments)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "one fetch, one read and one write for 2 of 2 orders." in result.stdout


def number(text: str) -> int:
    return int(text.replace(",", ""))
