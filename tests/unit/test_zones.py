"""Time zones as a spreadsheet may name them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sheets.cells import serial
from connector.sheets.overview import read_zone

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "hours"),
    [("GMT-07:00", -7), ("GMT+05:30", 5.5), ("UTC+1", 1), ("gmt-0330", -3.5), ("+14:00", 14), ("GMT+00:00", 0)],
)
def test_an_offset_is_read_as_it_says(name: str, hours: float) -> None:
    zone = read_zone(name)

    assert zone is not None
    assert serial(NOON, zone) - serial(NOON, UTC) == pytest.approx(hours / 24)


def test_a_name_is_that_of_the_database_where_signs_of_etc_are_the_other_way_round() -> None:
    assert read_zone("Europe/Berlin") == ZoneInfo("Europe/Berlin")
    etc = read_zone("Etc/GMT+7")
    assert etc is not None
    assert NOON.astimezone(etc).utcoffset() == timedelta(hours=-7)


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "Europe", "GMT-7:99", "GMT+24:00", "GMT+99", "../etc/passwd", "/"]
)
def test_what_is_no_zone_is_none(name: str) -> None:
    assert read_zone(name) is None


@given(st.text())
def test_no_text_whatever_is_an_error(name: str) -> None:
    read_zone(name)
