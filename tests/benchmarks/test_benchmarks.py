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


def number(text: str) -> int:
    return int(text.replace(",", ""))
