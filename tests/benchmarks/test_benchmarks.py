"""Every benchmark runs, does what it says, and finds its counts right. No time that it measures is looked at."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks import fleet, soak
from benchmarks.soak import Sample
from tests.benchmarks.bench import bench, bench_anew, tables


@pytest.mark.skipif(shutil.which("wrk") is None, reason="the load generator wrk is not installed")
def test_webhooks_under_load_are_all_in_the_store(tmp_path: Path) -> None:
    result = bench(tmp_path, "webhook", "--seconds", "1", "--repeats", "1", "--only", "3")

    assert result.returncode == 0, result.stdout + result.stderr
    answered, refused, stored, *_ = tables(result.stdout)["service, orders fetched and written meanwhile"][6:]
    assert number(answered) > 0
    assert number(refused) == 0
    assert 0 <= number(stored) - number(answered) <= 32
    assert "Verified: every order that was answered with 200 is in the store." in result.stdout


def test_without_the_load_generator_a_sentence_says_how_to_get_it(tmp_path: Path) -> None:
    result = bench_anew(tmp_path, "webhook", path=str(tmp_path))

    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == (
        "This benchmark needs the load generator wrk. Install it: `apt install wrk`, or `brew install wrk`.\n"
    )


def test_the_service_starts_with_orders_and_without_and_loses_none(tmp_path: Path) -> None:
    result = bench(tmp_path, "start", "--orders", "100", "--runs", "1")

    assert result.returncode == 0, result.stdout + result.stderr
    assert "100 orders are in the large database afterwards." in result.stdout
    assert len(tables(result.stdout)) == 6


def test_at_rest_nobody_is_called(tmp_path: Path) -> None:
    result = bench(tmp_path, "rest", "--orders", "2", "--seconds", "0.5")

    assert result.returncode == 0, result.stdout + result.stderr
    assert tables(result.stdout)["reconciliation off"][5:] == ["0", "0", "0", "0"]


def test_orders_that_come_alone_take_a_call_of_each_kind(tmp_path: Path) -> None:
    arguments = ("--orders", "2", "--pause", "0.1", "--whapi-latency", "0", "--google-latency", "0")

    result = bench(tmp_path, "alone", *arguments)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "one fetch, one read and one write for 2 of 2 orders." in result.stdout


def test_a_burst_is_in_the_sheet_without_a_429_beside_the_other_ways(tmp_path: Path) -> None:
    arguments = ("--orders", "40", "--sample", "20", "--gateway-latency", "0", "--google-latency", "0.01")

    result = bench(tmp_path, "burst", *arguments)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "Verified: 40 orders and 120 items are in the sheet, each exactly once." in result.stdout
    ways = tables(result.stdout)
    assert ways["the service"][4] == "0"
    assert ways["gspread, append_row for each row"][1:5] == ["3", "160", "4.1", "2"]
    assert ways["gspread, append_rows for each order"][1:5] == ["3", "80", "2.1", "1"]
    assert ways["n8n's node, twice for each order"][1:5] == ["160", "160", "8.0", "2"]
    assert result.stdout.count("as in the simulation") == 3


def test_waiting_orders_are_caught_up_with(tmp_path: Path) -> None:
    result = bench(tmp_path, "catchup", "--orders", "60", "--few", "20")

    assert result.returncode == 0, result.stdout + result.stderr
    assert tables(result.stdout)["fetches"] == ["20", "60", "3.00"]
    assert "Verified: each order and each item has one row." in result.stdout


def test_a_batch_takes_a_read_and_a_write_whatever_the_size_of_the_sheet(tmp_path: Path) -> None:
    arguments = ("--few", "40", "--many", "400", "--batches", "1", "--orders", "3", "--pause", "0.1")

    result = bench(tmp_path, "sheetsize", *arguments)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "One read and one write for 2 of 2 batches." in result.stdout


def test_a_batch_a_comparison_and_rows_written_again_cost_the_calls_that_are_documented(tmp_path: Path) -> None:
    result = bench(tmp_path, "calls", "--orders", "12", "--settle", "0.5")

    assert result.returncode == 0, result.stdout + result.stderr
    found = tables(result.stdout)
    assert found["a batch"] == ["1", "1"]
    assert found["audit, 14 orders, all equal"] == ["2", "0"]
    assert found["audit, one order missing"] == ["4", "0"]
    assert found["that order written again"] == ["4", "1"]
    assert "Verified: each order has its rows once." in result.stdout


def test_every_shop_among_sick_ones_and_beside_a_flood_has_its_own_orders_once(tmp_path: Path) -> None:
    size = ("--shops", "10", "--sick", "2", "--seconds", "1", "--flood", "10", "--rest", "0.2", "--accounts", "2")
    latencies = ("--whapi-latency", "0", "--google-latency", "0")

    result = bench(tmp_path, "shops", *size, *latencies)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "Verified: each order has its rows once, in its own shop's sheet;" in result.stdout
    found = tables(result.stdout)
    assert {"10 shops", "the load alone", "beside 10 orders of one shop", "with 2 sick shops"} <= found.keys()


def test_the_simulation_of_many_shops_loses_no_order_and_more_accounts_and_quota_bring_more_into_the_sheets() -> None:
    result = CliRunner().invoke(fleet.main, ["--short"])

    assert result.exit_code == 0, result.output
    assert "Verified: each order was written once, and no account made more calls" in result.stdout
    _, _, capacities, *_ = result.stdout.split("\n## ")[1].split("| accounts ")
    within_30 = {
        (cells[1].strip(), cells[2].strip()): number(cells[4].split()[0])
        for cells in (line.split("|") for line in capacities.splitlines()[2:])
        if len(cells) > 4
    }
    assert within_30["1", "60"] < within_30["2", "60"] < within_30["1", "120"]


def test_a_busy_shop_loses_nothing_meanwhile_and_what_the_service_holds_is_told(tmp_path: Path) -> None:
    load = ("--others-a-minute", "600", "--orders-a-minute", "200", "--looks-a-minute", "60", "--seed", "3")
    trouble = ("--edits-a-minute", "200", "--faults-a-minute", "60")

    result = bench(tmp_path, "soak", "--minutes", "0.05", "--samples", "4", *load, *trouble)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "Verified: each order and each item has one row," in result.stdout
    for what in ("messages that are no orders", "orders", "edits", "faults", "looks at the page"):
        assert re.search(rf"\b[1-9]\d* {what}\b", result.stdout), what


def test_a_soak_finds_what_grows_and_lets_pass_what_moves_up_and_down() -> None:
    def samples(**grows: float) -> list[Sample]:
        held = {"own": 100e6, "threads": 90.0, "descriptors": 15.0}
        return [
            Sample(
                minute=n, others=n, orders=n, rss=0, cpu=0, database=0, log=0,
                **{name: int(value * (1 + grows.get(name, 0.0) * n) + n % 3) for name, value in held.items()},
            )
            for n in range(12)
        ]  # fmt: skip

    assert soak.grown(samples()) == []
    assert soak.grown(samples(own=0.02, threads=0.02, descriptors=0.2)) == [
        "Its own memory grew from 108.0 MB in the second quarter to 120.0 MB in the last.",
        "It had 111 threads in the last quarter, and at the most 106 before.",
        "It had 50 descriptors in the last quarter, and at the most 41 before.",
    ]


def number(text: str) -> int:
    return int(text.replace(",", ""))
