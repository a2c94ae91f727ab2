"""What `check` says of the tabs, as the merchant has left them."""

import pytest

from connector.setup.run import prepare_tabs
from tests.check.place import ACCOUNT, Place, right, wrong
from tests.check.test_google import an_order_was_written

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


def test_a_tab_that_was_deleted(place: Place) -> None:
    prepare_tabs(place.settings, place.database, shop="default")
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
    prepare_tabs(place.settings, place.database, shop="default")
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
    prepare_tabs(place.settings, place.database, shop="default")
    assert "Rows go into the tab Orders 2. The tab Orders is not the connector's, and is left alone." in [
        finding.sentence for finding in place.google() if finding.holds
    ]


def test_a_restored_version_without_tags_is_known_by_its_titles(place: Place) -> None:
    prepare_tabs(place.settings, place.database, shop="default")
    place.sandbox.merchant.snapshot("before")
    place.sandbox.merchant.restore("before")

    assert right(place.google())[-1] == "The tabs and their columns are found."


def test_a_renamed_and_moved_column_is_found(place: Place) -> None:
    prepare_tabs(place.settings, place.database, shop="default")
    place.sandbox.merchant.rename_column("Orders", 3, "Telefon")
    place.sandbox.merchant.move_column("Orders", 3, 8)
    place.sandbox.merchant.rename_tab("Orders", "Bestellungen")

    assert right(place.google())[-1] == "The tabs and their columns are found."


def test_a_header_that_was_deleted(place: Place) -> None:
    prepare_tabs(place.settings, place.database, shop="default")
    place.sandbox.merchant.delete_rows("Orders", 0)

    assert wrong(place.google()) == [
        "The header of the tab Orders was deleted. Rows are written all the same; to have it back, insert a row at the "
        f"top with the titles: {TITLES}."
    ]


def test_the_key_column_was_deleted(place: Place) -> None:
    prepare_tabs(place.settings, place.database, shop="default")
    place.sandbox.merchant.delete_column("Items", 0)

    assert wrong(place.google()) == [
        "The column Order ID of the tab Items was deleted, so rows can't be found again. Undo that in the browser: "
        "File, Version history."
    ]


def test_another_column_that_was_deleted_is_the_merchants_will(place: Place) -> None:
    prepare_tabs(place.settings, place.database, shop="default")
    place.sandbox.merchant.delete_column("Orders", 5)
    place.sandbox.merchant.delete_column("Orders", 4)

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
    prepare_tabs(place.settings, place.database, shop="default")
    if area[0] == 1:
        # Nothing stands there yet, so rows come in above what is protected.
        place.sandbox.merchant.protect("Items", *area)
        assert right(place.google())[-1] == "The tabs and their columns are found."
        area = (0, None, None, None)
    place.sandbox.merchant.protect("Items", *area)

    assert wrong(place.google()) == [PROTECTED.format(name)]


def test_a_protected_column_of_the_merchants_own_keeps_every_row_out_and_is_named(place: Place) -> None:
    prepare_tabs(place.settings, place.database, shop="default")
    place.sandbox.merchant.insert_column("Orders", 4, "Done by")
    place.sandbox.merchant.protect("Orders", column=4, end_column=5)

    assert wrong(place.google()) == [PROTECTED.format("The range E:E of the tab Orders")]


def test_protections_that_keep_no_order_out(place: Place) -> None:
    prepare_tabs(place.settings, place.database, shop="default")
    merchant = place.sandbox.merchant
    merchant.protect("Orders", row=0, end_row=1)
    merchant.protect("Orders", warning_only=True)
    merchant.insert_column("Orders", 4, "Done by")
    merchant.protect("Orders", row=0, end_row=1, column=4, end_column=5)
    merchant.protect("Sheet1")

    assert right(place.google())[-1] == "The tabs and their columns are found."
