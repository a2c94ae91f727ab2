"""Edits as a merchant makes them, and how the sheet looks to a page."""

import requests

from sandbox.google.merchant import Merchant
from tests.sandbox_google.conftest import Shop, refusal


def row_tag(shop: Shop, row: int, key: str = "last") -> None:
    lines = {"sheetId": 0, "dimension": "ROWS", "startIndex": row, "endIndex": row + 1}
    entry = {"metadataKey": key, "visibility": "DOCUMENT", "location": {"dimensionRange": lines}}
    shop.batch({"createDeveloperMetadata": {"developerMetadata": entry}})


def edit(shop: Shop, **given: object) -> requests.Response:
    return requests.post(f"{shop.google.url}/sandbox/google/{shop.id}/edit", json=given, timeout=5)


def tagged_row(shop: Shop) -> int | None:
    found = shop.tags(metadataKey="last")
    return found[0]["location"]["dimensionRange"]["startIndex"] if found else None


def test_with_the_switch_off_sorting_leaves_the_tags_where_they_are(shop: Shop) -> None:
    shop.google.unknowns.sort_moves_metadata = False
    shop.put(["Name"], ["Carla"], ["Anna"], ["Bert"], [None, "note"])
    row_tag(shop, 1)

    assert edit(shop, action="sort", tab="Sheet1", column="A").json()["ok"] is True

    assert shop.values() == [["Name"], ["Anna"], ["Bert"], ["Carla"], [None, "note"]]
    assert tagged_row(shop) == 1


def test_sorting_takes_the_tags_along(shop: Shop) -> None:
    shop.put(["Name"], ["Carla"], ["Anna"], ["Bert"])
    row_tag(shop, 1)

    Merchant(shop.google, shop.id).sort("Sheet1", "A")

    assert tagged_row(shop) == 3


def test_a_typed_text_becomes_what_it_would_become_in_the_browser(shop: Shop) -> None:
    merchant = Merchant(shop.google, shop.id)
    typed = ["007", "4.50", "true", "=A1+1", "+5", "50%", "$1,234.50", "2026-11-23", "'=1", "plain"]
    for column, text in enumerate(typed):
        merchant.set_cell("Sheet1", 0, column, text)

    assert shop.values() == [[7, 4.5, True, "=A1+1", "+5", 0.5, 1234.5, 46349, "=1", "plain"]]


def test_a_check_box_column_fills_every_row_down_to_1000(shop: Shop) -> None:
    shop.put(["Name", "Done"], ["Anna", True])

    Merchant(shop.google, shop.id).checkbox_column("Sheet1", "B")

    values = shop.values()
    assert len(values) == 1000
    assert values[:3] == [["Name", "Done"], ["Anna", True], [None, False]]


def test_moving_a_column_takes_its_tag_along(shop: Shop) -> None:
    shop.put(["A", "B", "C"])
    lines = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
    entry = {"metadataKey": "col", "visibility": "DOCUMENT", "location": {"dimensionRange": lines}}
    shop.batch({"createDeveloperMetadata": {"developerMetadata": entry}})

    Merchant(shop.google, shop.id).move_column("Sheet1", "A", 3)

    assert shop.values() == [["B", "C", "A"]]
    assert shop.tags(metadataKey="col")[0]["location"]["dimensionRange"]["startIndex"] == 2


def test_restoring_an_old_version_brings_the_rows_back_and_loses_the_tags(shop: Shop) -> None:
    merchant = Merchant(shop.google, shop.id)
    shop.put(["old"])
    row_tag(shop, 0)
    merchant.snapshot("before")
    shop.put(["new"])

    merchant.restore("before")

    assert shop.values() == [["old"]]
    assert shop.tags(metadataKey="last") == []


def test_a_copied_spreadsheet_goes_its_own_way(shop: Shop) -> None:
    shop.put(["shared"])
    row_tag(shop, 0)

    Merchant(shop.google, shop.id).copy_spreadsheet("shop-2")
    shop.put(["original"])

    assert shop.google.sheet_values("shop-2", "Sheet1") == [["shared"]]
    assert len(shop.google.spreadsheets["shop-2"].content.metadata) == 1


def test_a_protected_header_refuses_the_service_account_and_not_the_owner(shop: Shop) -> None:
    merchant = Merchant(shop.google, shop.id)
    shop.put(["Name"], ["Anna"])
    merchant.protect("Sheet1", row=0, end_row=1)

    refused = refusal(lambda: shop.put(["Changed"]))
    merchant.rename_column("Sheet1", 0, "Customer")

    assert refused == (
        400,
        "Invalid requests[0].updateCells: You are trying to edit a protected cell or object. "
        "Please contact the spreadsheet owner to remove protection if you need to edit.",
    )
    assert shop.values() == [["Customer"], ["Anna"]]


def test_a_row_can_be_inserted_right_below_a_protected_header(shop: Shop) -> None:
    shop.put(["Name"], ["Anna"])
    Merchant(shop.google, shop.id).protect("Sheet1", row=0, end_row=1)

    lines = {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    shop.batch({"insertDimension": {"range": lines, "inheritFromBefore": True}})

    assert shop.values() == [["Name"], [], ["Anna"]]


def test_no_row_can_be_inserted_through_a_protected_column(shop: Shop) -> None:
    Merchant(shop.google, shop.id).protect("Sheet1", column=3, end_column=4)

    lines = {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    status, sentence = shop.refusal({"insertDimension": {"range": lines, "inheritFromBefore": True}})

    assert status == 400
    assert "protected cell" in sentence


def test_an_edit_that_cannot_be_understood_says_why(shop: Shop) -> None:
    answers = [
        edit(shop, action="paint"),
        edit(shop, action="sort", tab="Sheet1"),
        edit(shop, action="sort", tab="Sheet1", column="A", upside="down"),
        edit(shop, action="sort", tab="Elsewhere", column="A"),
        edit(shop, action="delete_rows", tab="Sheet1", row="2"),
    ]

    assert [answer.status_code for answer in answers] == [400] * 5
    assert [answer.json()["error"] for answer in answers][1:] == [
        "sort needs the argument column.",
        "sort has no argument upside; it takes tab, column, descending.",
        "There is no tab Elsewhere.",
        "The argument row of delete_rows has the wrong type.",
    ]


def test_the_view_shows_the_sheet_as_the_merchant_sees_it(shop: Shop) -> None:
    look = {"numberFormat": {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}}
    bold = {"textFormat": {"bold": True}, "backgroundColor": {"red": 1, "green": 0.5}}
    shop.batch(
        {
            "updateCells": {
                "start": {"sheetId": 0, "rowIndex": 0, "columnIndex": 0},
                "fields": "userEnteredValue,userEnteredFormat,note",
                "rows": [
                    {"values": [{"userEnteredValue": {"stringValue": "Received"}, "userEnteredFormat": bold}]},
                    {
                        "values": [
                            {
                                "userEnteredValue": {"numberValue": 46349.402777777},
                                "userEnteredFormat": look,
                                "note": "late",
                            }
                        ]
                    },
                ],
            }
        }
    )
    row_tag(shop, 1)

    answer = requests.get(f"{shop.google.url}/sandbox/google/{shop.id}?rows=5", timeout=5).json()

    assert (answer["title"], answer["timeZone"], answer["role"]) == ("My shop", "Europe/Berlin", "writer")
    tab = answer["tabs"][0]
    assert [row["tags"] for row in tab["rows"]] == [[], ["last"]]
    header, date = tab["rows"][0]["cells"][0], tab["rows"][1]["cells"][0]
    assert (header["text"], header["type"], header["bold"], header["background"]) == (
        "Received",
        "string",
        True,
        "#ff8000",
    )
    assert (date["text"], date["type"], date["note"]) == ("2026-11-23 09:40", "date", "late")
