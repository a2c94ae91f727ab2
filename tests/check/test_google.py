"""What goes wrong between the merchant and Google, each as the one sentence that says how to mend it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.clock import SystemClock
from connector.gateways.webhook import read_webhook
from connector.runtime import SHOP
from connector.setup.run import prepare_tabs
from connector.store import intake
from sandbox.faults import Fault
from sandbox.google import sheet_requests
from sandbox.google.quota import PROJECT_NUMBER
from tests.check.place import ACCOUNT, Place, right, wrong
from tests.clock import FakeClock

HOW = "Make a key for the service account in the Google Cloud console (Keys, Add key, JSON)"
NOT_SHARED = f"The spreadsheet is not shared with {ACCOUNT}. Open it, choose Share, and add that address as Editor."
PROTECTED = (
    "{} is protected, so that rows can't be written there. Open Data, Protected sheets and ranges, and "
    f"allow {ACCOUNT} to edit it, or remove the protection."
)
LEFT_ALONE = (
    "The tab Orders holds something that is not the connector's, so the next order will make another tab. To go on in "
    "this one, write these titles into its first row: Order ID, Received, Customer, Phone, Title, Note, Item count, "
    "Total, Currency, Status, Items."
)
TITLES = "Order ID, Received, Customer, Phone, Title, Note, Item count, Total, Currency, Status, Items"


def an_order_was_written(place: Place) -> None:
    """As far as the database knows."""
    order = place.sandbox.orders.make("normal")
    reading = read_webhook({"messages": [order.message()]}, now=SystemClock().now())

    def change(connection: Any) -> None:
        intake.add_orders(connection, SHOP, reading.orders, now=SystemClock().now(), grace=timedelta(0))
        connection.exec_driver_sql("UPDATE orders SET shown = 'complete'")

    place.database.write(change)


def test_all_is_well_before_the_first_order(place: Place) -> None:
    assert right(place.google()) == [
        f"The key belongs to {ACCOUNT}.",
        "Google gives a token, and the spreadsheet can be read. Its time zone is Australia/Sydney.",
        "The spreadsheet can be written, and Google refuses a second marker with the same id.",
        "Not there yet: Orders and Items. setup makes the tabs, or else the first order.",
    ]
    assert place.sandbox.google.titles(place.sandbox.spreadsheet_id) == ["Sheet1"]


def test_all_is_well_with_the_tabs(place: Place) -> None:
    prepare_tabs(place.settings, place.database)

    assert right(place.google())[-1] == "The tabs and their columns are found."


# The key


def test_no_key_file(place: Place) -> None:
    place.set(google_credentials="nowhere.json")

    assert wrong(place.google()) == [
        f"There is no key file nowhere.json. {HOW}, save it there, or name its path in GOOGLE_CREDENTIALS."
    ]


def test_a_folder_where_the_key_file_should_be(place: Place, tmp_path: Path) -> None:
    (tmp_path / "key").mkdir()
    place.set(google_credentials=str(tmp_path / "key"))

    assert wrong(place.google()) == [
        f"{tmp_path / 'key'} is a folder, not a key file. (A container makes one where the file that it is to mount is "
        f"missing.) Remove it. {HOW}, and save it there."
    ]


def test_the_file_of_an_oauth_client(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "client_secret.json"
    path.write_text(json.dumps({"installed": {"client_id": "1.apps.googleusercontent.com", "client_secret": "s"}}))
    place.set(google_credentials=str(path))

    assert wrong(place.google()) == [
        f"GOOGLE_CREDENTIALS is an OAuth client's file, not a service account's key. {HOW} and use that file."
    ]


def test_a_key_that_was_deleted_at_google(place: Place) -> None:
    key = place.sandbox.google.credentials() | {"private_key_id": "0" * 40}
    place.set(google_credentials=json.dumps(key))

    assert wrong(place.google()) == [
        f"Google does not accept the key of {ACCOUNT}: it was deleted, or the account was. "
        "Make a new key in the Google Cloud console and put it into GOOGLE_CREDENTIALS."
    ]


def test_a_clock_that_is_wrong(place: Place) -> None:
    google = place.sandbox.google
    google.clock = google.tokens._clock = FakeClock(SystemClock().now() + timedelta(hours=2))

    assert wrong(place.google()) == [
        "Google refused the service account's login because this machine's clock is wrong. Set the clock."
    ]


# The spreadsheet


def test_the_api_is_switched_off(place: Place) -> None:
    place.sandbox.google.api_enabled = False

    assert wrong(place.google()) == [
        "The Google Sheets API is switched off in the key's project. Switch it on at https://console.developers.google."
        f"com/apis/api/sheets.googleapis.com/overview?project={PROJECT_NUMBER} and wait a few minutes."
    ]


def test_a_spreadsheet_that_is_not_shared(place: Place) -> None:
    place.sandbox.merchant.share("none")

    assert wrong(place.google()) == [NOT_SHARED]


def test_a_spreadsheet_that_is_shared_for_viewing(place: Place) -> None:
    place.sandbox.merchant.share("reader")

    assert wrong(place.google()) == [
        f"The spreadsheet is shared with {ACCOUNT} for viewing only. "
        "Open it, choose Share, and make that address an Editor."
    ]


@pytest.mark.parametrize("how", ["wrong", "deleted"])
def test_an_id_that_leads_nowhere(place: Place, how: str) -> None:
    spreadsheet_id = place.sandbox.spreadsheet_id
    if how == "wrong":
        spreadsheet_id = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
        place.set(spreadsheet_id=spreadsheet_id)
    else:
        del place.sandbox.google.spreadsheets[spreadsheet_id]

    assert wrong(place.google()) == [
        f"There is no spreadsheet with the id {spreadsheet_id}. Copy SPREADSHEET_ID anew from the address of "
        "the open spreadsheet; a deleted one must be restored first."
    ]


def test_an_excel_file(place: Place) -> None:
    place.sandbox.google.spreadsheets[place.sandbox.spreadsheet_id].is_office_file = True

    assert wrong(place.google()) == [
        "SPREADSHEET_ID is an Excel file in Google Drive, which Google's interface can't write to. Open it, choose "
        "File, Save as Google Sheets, share the new spreadsheet, and put its address into SPREADSHEET_ID."
    ]


def test_a_limit_of_requests_that_is_used_up(place: Place) -> None:
    place.sandbox.google.quota.reads.per_user = 0

    assert wrong(place.google()) == [
        "Google's limit of requests a minute is reached. It is over within a minute; if it comes often, other programs "
        "use the same service account: make one for the connector alone."
    ]


def test_a_spreadsheet_that_is_nearly_full(place: Place) -> None:
    grid = {"title": "Archive", "gridProperties": {"rowCount": 9000, "columnCount": 1000}}
    edit(place, lambda draft: sheet_requests.add_sheet(draft, {"properties": grid}))

    assert wrong(place.google()) == [
        "The spreadsheet has 9,026,000 of the 10,000,000 cells that Google allows. Delete tabs, rows or columns that "
        "are not needed, or begin a new spreadsheet and put its address into SPREADSHEET_ID."
    ]


def test_trouble_of_googles_own(place: Place) -> None:
    place.sandbox.faults.add(Fault("google", "html_502"))

    assert wrong(place.google()) == ["Google Sheets gave no usable answer just now. Look again in a few minutes."]


def test_a_second_marker_that_google_takes(place: Place) -> None:
    place.sandbox.google.accept_second_marker = True

    assert wrong(place.google()) == [
        "Google takes two markers with the same id, so the connector guards its rows with named ranges instead. They "
        "begin with wcsync_ and can be seen under Data, Named ranges: leave them alone, they go by themselves."
    ]


@pytest.mark.parametrize("zone", ["GMT-07:00", "GMT+05:30"])
def test_a_fixed_offset_is_a_time_zone_too(place: Place, zone: str) -> None:
    edit(place, lambda draft: setattr(draft.content, "time_zone", zone))

    assert f"Its time zone is {zone}." in right(place.google())[1]


def test_a_time_zone_that_nobody_knows(place: Place) -> None:
    edit(place, lambda draft: setattr(draft.content, "time_zone", "Mars/Olympus"))

    assert wrong(place.google()) == [
        "The connector does not know the spreadsheet's time zone Mars/Olympus, so dates are written in UTC. Choose "
        "another one under File, Settings, or put a name such as Europe/Berlin into TIMEZONE."
    ]
    place.set(timezone="Europe/Berlin")
    assert right(place.google())[-1].startswith("Not there yet")


# The tabs


def edit(place: Place, change: Any) -> None:
    google = place.sandbox.google
    google.spreadsheets[place.sandbox.spreadsheet_id].commit(None, google.unknowns, change)


def test_a_tab_that_was_deleted(place: Place) -> None:
    prepare_tabs(place.settings, place.database)
    an_order_was_written(place)
    place.sandbox.merchant.delete_tab("Items")

    assert wrong(place.google()) == [
        "The tab Items was deleted. File, Version history in the browser brings it back; otherwise setup, or the next "
        "order, makes a new one for what comes from then on."
    ]


def test_a_tab_of_the_same_name_with_other_titles(place: Place) -> None:
    place.sandbox.merchant.add_tab("Orders")
    place.sandbox.merchant.set_cell("Orders", 0, 0, "Bestellnummer")

    assert wrong(place.google()) == [LEFT_ALONE]


def test_the_tab_of_another_program_with_titles_such_as_ours_is_left_alone_and_check_says_so(place: Place) -> None:
    place.sandbox.merchant.add_tab("Orders")
    for column, title in enumerate(["Order ID", "Customer", "Phone", "Total", "Status", "Items"]):
        place.sandbox.merchant.set_cell("Orders", 0, column, title)
        place.sandbox.merchant.set_cell("Orders", 1, column, f"a {title}")

    assert wrong(place.google()) == [LEFT_ALONE]
    prepare_tabs(place.settings, place.database)
    assert right(place.google())[-2:] == [
        "Rows go into the tab Orders 2. The tab Orders is not the connector's, and is left alone.",
        "The tabs and their columns are found.",
    ]


def test_a_chart_s_own_tab_that_is_called_orders_is_left_alone_and_may_be_the_first(place: Place) -> None:
    place.sandbox.merchant.add_chart_tab("Orders")

    assert wrong(place.google()) == [
        "The tab Orders is a chart's, without cells, so the next order will make another tab."
    ]
    place.sandbox.google.accept_second_marker = True  # so that a tab with cells is needed for the guard
    assert wrong(place.google())[0].startswith("Google takes two markers")
    prepare_tabs(place.settings, place.database)
    assert "Rows go into the tab Orders 2. The tab Orders is not the connector's, and is left alone." in [
        finding.sentence for finding in place.google() if finding.holds
    ]


def test_a_restored_version_without_tags_is_known_by_its_titles(place: Place) -> None:
    prepare_tabs(place.settings, place.database)
    place.sandbox.merchant.snapshot("before")
    place.sandbox.merchant.restore("before")

    assert right(place.google())[-1] == "The tabs and their columns are found."


def test_a_renamed_and_moved_column_is_found(place: Place) -> None:
    prepare_tabs(place.settings, place.database)
    place.sandbox.merchant.rename_column("Orders", 3, "Telefon")
    place.sandbox.merchant.move_column("Orders", 3, 8)
    place.sandbox.merchant.rename_tab("Orders", "Bestellungen")

    assert right(place.google())[-1] == "The tabs and their columns are found."


def test_a_header_that_was_deleted(place: Place) -> None:
    prepare_tabs(place.settings, place.database)
    place.sandbox.merchant.delete_rows("Orders", 0)

    assert wrong(place.google()) == [
        "The header of the tab Orders was deleted. Rows are written all the same; to have it back, insert a row at the "
        f"top with the titles: {TITLES}."
    ]


def test_the_key_column_was_deleted(place: Place) -> None:
    prepare_tabs(place.settings, place.database)
    place.sandbox.merchant.delete_column("Items", 0)

    assert wrong(place.google()) == [
        "The column Order ID of the tab Items was deleted, so rows can't be found again. Undo that in the browser: "
        "File, Version history."
    ]


def test_another_column_that_was_deleted_is_the_merchants_will(place: Place) -> None:
    prepare_tabs(place.settings, place.database)
    place.sandbox.merchant.delete_column("Orders", 4)
    place.sandbox.merchant.delete_column("Orders", 3)

    assert right(place.google())[-2:] == [
        "The tab Orders goes without these columns, and they are left out: Phone, Title.",
        "The tabs and their columns are found.",
    ]


@pytest.mark.parametrize(
    ("area", "name"),
    [
        ((None, None, None, None), "The tab Items"),
        ((1, None, None, None), "The tab Items"),
        ((0, 40, 2, 5), "The range C1:E40 of the tab Items"),
        ((None, None, 3, 4), "The range D:D of the tab Items"),
    ],
    ids=["the whole tab", "all rows below the header", "some columns and many rows", "a column"],
)
def test_a_tab_that_is_protected(
    place: Place, area: tuple[int | None, int | None, int | None, int | None], name: str
) -> None:
    prepare_tabs(place.settings, place.database)
    if area[0] == 1:
        # Nothing stands there yet, so rows come in above what is protected.
        place.sandbox.merchant.protect("Items", *area)
        assert right(place.google())[-1] == "The tabs and their columns are found."
        area = (0, None, None, None)
    place.sandbox.merchant.protect("Items", *area)

    assert wrong(place.google()) == [PROTECTED.format(name)]


def test_a_protected_column_of_the_merchants_own_keeps_every_row_out_and_is_named(place: Place) -> None:
    prepare_tabs(place.settings, place.database)
    place.sandbox.merchant.insert_column("Orders", 4, "Done by")
    place.sandbox.merchant.protect("Orders", column=4, end_column=5)

    assert wrong(place.google()) == [PROTECTED.format("The range E:E of the tab Orders")]


def test_protections_that_keep_no_order_out(place: Place) -> None:
    prepare_tabs(place.settings, place.database)
    merchant = place.sandbox.merchant
    merchant.protect("Orders", row=0, end_row=1)
    merchant.protect("Orders", warning_only=True)
    merchant.insert_column("Orders", 4, "Done by")
    merchant.protect("Orders", row=0, end_row=1, column=4, end_column=5)
    merchant.protect("Sheet1")

    assert right(place.google())[-1] == "The tabs and their columns are found."
