"""Where the newest order stands first, what is changed in rows that are there is changed where they are."""

from pathlib import Path

from connector.gateways.reading.result import Reading
from connector.models import NewOrder
from tests.pipeline.desk import Desk
from tests.pipeline.direct import SPREADSHEET_ID


def test_a_row_that_was_looked_up_is_completed_though_the_same_batch_inserts_rows_above_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write._workbook.newest_first = True
    without_token = NewOrder(
        "given up", desk.clock.now(), customer_phone="4915550001111", total_price=7, currency="EUR"
    )
    desk.receive.receive(Reading(orders=[without_token]), keep_unclear=True)
    desk.write_all()

    desk.arrive("given up", "new")
    desk.write_all()

    header, *rows = desk.google.sheet_values(SPREADSHEET_ID, "Orders")
    shown = [(row[header.index("Order ID")], row[header.index("Number")], row[header.index("Items")]) for row in rows]
    assert shown == [("new", 2, "complete"), ("given up", 1, "complete")]
    assert desk.ids("Items") == ["new", "given up"]
    assert len(desk.sent) == 2
