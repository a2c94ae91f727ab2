"""What Google refuses: the sheet's fault and the order's are told apart, and neither stops what need not stop."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.store.breakers import Part
from sandbox.google.errors import ApiError
from sandbox.google.standin import Answer
from tests.pipeline.desk import Desk, Requests
from tests.pipeline.direct import SPREADSHEET_ID

TYPED = "You can't set the number format of cells in a typed column."


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose tabs hold two orders already."""
    desk = Desk(tmp_path)
    desk.arrive("1", "2")
    desk.write_all()
    assert desk.ids() == ["1", "2"]
    desk.sent.clear()
    yield desk
    desk.database.close()


def masks(requests: Requests) -> set[str]:
    return {request["updateCells"]["fields"] for request in requests if "updateCells" in request}


def formats(desk: Desk, tab: str = "Orders") -> list[bool]:
    """For each row below the header, whether its total has a number format of a currency."""
    content = desk.google.spreadsheets[SPREADSHEET_ID].content
    sheet = content.sheet_titled(tab)
    assert sheet is not None
    header, *rows = desk.google.sheet_values(SPREADSHEET_ID, tab)
    column = header.index("Total")
    return [
        (sheet.cell(row, column).format or {}).get("numberFormat", {}).get("type") == "CURRENCY"
        for row in range(1, len(rows) + 1)
    ]


def table_end(desk: Desk, tab: str) -> int | None:
    sheet = desk.google.spreadsheets[SPREADSHEET_ID].content.sheet_titled(tab)
    assert sheet is not None
    (table,) = sheet.tables.values()
    return table.area.end_row


@pytest.mark.parametrize("takes_rows_below", [False, True])
@pytest.mark.parametrize("seconds", [1, 301])
def test_a_tab_that_was_made_a_table_gets_its_rows_with_values_alone_and_within_the_table(
    desk: Desk, takes_rows_below: bool, seconds: int
) -> None:
    desk.google.unknowns.tables_take_rows_below = takes_rows_below
    desk.merchant.convert_to_table("Orders")
    desk.merchant.convert_to_table("Items")
    desk.clock.advance(seconds)
    desk.arrive("3", "4")
    desk.write_all()
    desk.clock.advance(301)
    desk.arrive("5")
    desk.write_all()

    assert [desk.ids(), desk.ids("Items")] == [["1", "2", "3", "4", "5"]] * 2
    assert [table_end(desk, "Orders"), table_end(desk, "Items")] == [6, 6]
    assert [row["Total"] for row in table(desk)] == [7] * 5
    assert desk.standing().rows_refused.number == 0
    assert desk.told() == []


def table(desk: Desk) -> list[dict[str, Any]]:
    header, *rows = desk.google.sheet_values(SPREADSHEET_ID, "Orders")
    return [dict(zip(header, row, strict=False)) for row in rows]


def test_what_a_tab_does_not_take_is_remembered_through_a_restart_and_looked_at_again_after_a_day(desk: Desk) -> None:
    desk.merchant.convert_to_table("Orders")
    desk.clock.advance(301)
    desk.arrive("3")
    desk.write_all()
    desk.sent.clear()

    desk.restart()
    desk.arrive("4")
    desk.write_all()
    assert [sorted(masks(requests)) for requests in desk.sent] == [
        ["userEnteredValue", "userEnteredValue,userEnteredFormat.numberFormat,userEnteredFormat.textFormat.link,note"]
    ]  # one request: values alone in Orders, all in Items

    desk.merchant.revert_tables("Orders")
    desk.clock.advance(86_400)
    desk.arrive("5")
    desk.write_all()
    assert desk.ids() == ["1", "2", "3", "4", "5"]
    assert formats(desk)[-1]


def test_a_table_that_stays_costs_one_refused_request_a_day(desk: Desk) -> None:
    desk.merchant.convert_to_table("Orders")
    desk.clock.advance(301)
    sent = []
    for day in range(3):
        for n in range(3):
            desk.arrive(f"{day}-{n}")
            desk.write_all()
        sent.append(len(desk.sent))
        desk.sent.clear()
        desk.clock.advance(86_400)

    assert sent == [4, 4, 4]
    assert len(desk.ids()) == 2 + 9


def test_a_table_whose_range_may_not_be_changed_gets_the_rows_below_it(desk: Desk) -> None:
    desk.merchant.convert_to_table("Orders", types=[None] * 11)
    desk.clock.advance(301)
    desk.refuse('"updateTable"', "Invalid requests[9].updateTable: No.")

    desk.arrive("3")
    desk.write_all()
    desk.arrive("4")
    desk.write_all()

    assert desk.ids() == ["1", "2", "3", "4"]
    assert len(desk.sent) == 3
    assert formats(desk)[-1]


def test_values_alone_are_not_remembered_where_the_formats_were_not_the_reason(desk: Desk) -> None:
    desk.refuse("Line of odd")
    desk.arrive("3", "odd", "4")
    desk.write_all()
    desk.arrive("5")
    desk.write_all()

    assert sorted(desk.ids()) == ["1", "2", "3", "4", "5"]
    assert formats(desk) == [True] * 5


def test_one_order_that_is_refused_alone_is_set_aside_named_and_told_of(desk: Desk) -> None:
    desk.refuse("Line of odd", "Invalid requests[7].updateCells: No such value.")
    desk.arrive("3", "odd", *(str(n) for n in range(4, 20)))
    desk.write_all(seconds=30)

    assert sorted(desk.ids(), key=int) == [str(n) for n in range(1, 20)]
    refused = desk.standing().rows_refused
    assert [(order.order_id, order.sentence) for order in refused.first] == [
        ("odd", "Google refused the rows: Invalid requests[7].updateCells: No such value.")
    ]
    assert desk.standing().breakers[Part.SHEET].failures == 0
    ((kind, told),) = desk.told()
    assert (kind, told["part"], told["order_id"]) == ("connector.problem", "order", "odd")
    assert "No such value." in told["reason"]

    desk.restart()
    assert desk.standing().rows_refused.number == 1
    desk.mend()
    desk.clock.advance(3601)
    desk.write_all()
    assert "odd" in desk.ids()
    assert desk.standing().rows_refused.number == 0
    assert [kind for kind, _ in desk.told()] == ["connector.problem", "connector.recovered"]


def test_what_is_set_aside_goes_alone_and_holds_nobody_up(desk: Desk) -> None:
    desk.refuse("Line of odd")
    desk.arrive("odd")
    desk.write_all(seconds=30)
    desk.clock.advance(3601)
    desk.arrive("3", "4")
    desk.sent.clear()
    desk.write_all(seconds=5)

    assert desk.ids() == ["1", "2", "3", "4"]
    with_odd = [requests for requests in desk.sent if "Line of odd" in str(requests)]
    assert with_odd
    assert all("Line of 3" not in str(requests) for requests in with_odd)


def test_several_orders_that_are_refused_with_one_sentence_are_the_sheets_problem(desk: Desk) -> None:
    desk.moods.append(lambda requests: refusal() if any("insertDimension" in one for one in requests) else None)
    ids = [str(n) for n in range(3, 30)]
    desk.arrive(*ids)
    desk.write_all(seconds=120)

    breaker = desk.standing().breakers[Part.SHEET]
    assert breaker.is_open(desk.clock.now())
    assert (breaker.reason or "").startswith("The sheet takes no order's rows at present: Google refused the rows: ")
    assert [told["part"] for kind, told in desk.told()].count("sheet") == 1
    assert desk.standing().rows_refused.number == 3

    desk.mend()
    desk.clock.advance(60)
    desk.write_all(seconds=120)
    assert sorted(desk.ids(), key=int) == ["1", "2", *ids]
    standing = desk.standing()
    assert (standing.rows_refused.number, standing.breakers[Part.SHEET].failures) == (0, 0)
    assert desk.told()[-1][0] == "connector.recovered"


def refusal() -> Answer:
    return Answer(400, ApiError(400, f"Invalid requests[5].updateCells: {TYPED}").body())


def test_three_odd_orders_do_not_stop_those_that_come_after_them(desk: Desk) -> None:
    desk.refuse("Line of odd")
    desk.arrive("odd-1", "odd-2", "odd-3")
    desk.write_all(seconds=300)
    desk.arrive("3", "4")
    desk.write_all(seconds=300)

    assert desk.ids() == ["1", "2", "3", "4"]
    standing = desk.standing()
    assert sorted(order.order_id for order in standing.rows_refused.first) == ["odd-1", "odd-2", "odd-3"]
    assert standing.breakers[Part.SHEET].failures == 0


def test_a_content_that_always_gets_a_500_is_set_aside_and_the_others_are_written(desk: Desk) -> None:
    desk.refuse("Line of odd", "Internal error encountered.", status=500)
    desk.arrive("3", "odd", *(str(n) for n in range(4, 12)))
    desk.write_all(seconds=900, runs=100)

    assert sorted(desk.ids(), key=int) == [str(n) for n in range(1, 12)]
    assert [order.order_id for order in desk.standing().rows_refused.first] == ["odd"]
    assert desk.told()[0][1]["order_id"] == "odd"

    desk.mend()
    desk.clock.advance(3601)
    desk.write_all()
    assert "odd" in desk.ids()
    assert len(desk.ids()) == len(set(desk.ids()))


def test_an_outage_sets_no_order_aside(desk: Desk) -> None:
    down = Answer(503, ApiError(503, "The service is currently unavailable.").body())
    desk.moods.append(lambda requests: down if requests else None)
    desk.arrive("3", "4")
    desk.write_all(seconds=3600)
    assert desk.standing().rows_refused.number == 0

    desk.mend()
    desk.clock.advance(60)
    desk.write_all()
    assert desk.ids() == ["1", "2", "3", "4"]


@pytest.mark.parametrize("status", [400, 500])
def test_the_looks_of_new_tabs_get_one_try(tmp_path: Path, status: int) -> None:
    desk = Desk(tmp_path)
    desk.refuse('"addBanding"', "Invalid requests[40].addBanding: No.", status=status)

    desk.arrive("1")
    desk.write_all(seconds=60)

    assert desk.ids() == ["1"]
    desk.database.close()
