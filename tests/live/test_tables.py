"""Tables, as *Convert to table* makes them."""

from collections.abc import Callable

import pytest

from tests.live.place import Json, Tab

Seen = Callable[[str], None]

FORMAT = {"numberFormat": {"type": "DATE_TIME", "pattern": "yyyy-mm-dd"}}


@pytest.fixture
def table(tab: Tab) -> Tab:
    """Two typed columns with a header and two rows."""
    columns = [
        {"columnIndex": 0, "columnName": "Order", "columnType": "TEXT"},
        {"columnIndex": 1, "columnName": "Total", "columnType": "DOUBLE"},
    ]
    made = {
        "tableId": str(tab.id),
        "name": f"Table{tab.id}",
        "range": tab.area(0, 3, 0, 2),
        "columnProperties": columns,
    }
    tab.place.batch(tab.write(0, ["Order", "Total"], ["one", 1], ["two", 2]), {"addTable": {"table": made}})
    return tab


def end_of(tab: Tab) -> int:
    end: int = tab.own("tables.range")["tables"][0]["range"]["endRowIndex"]
    return end


def longer(tab: Tab, end: int) -> Json:
    return {"updateTable": {"table": {"tableId": str(tab.id), "range": tab.area(0, end, 0, 2)}, "fields": "range"}}


def test_a_typed_column_takes_values_alone(table: Tab) -> None:
    table.place.batch(table.write(1, ["other", 5]))

    assert table.values()[1] == ["other", 5]


def test_a_typed_column_refuses_the_number_format_and_the_batch_with_it(table: Tab) -> None:
    cell = {"userEnteredValue": {"numberValue": 9}, "userEnteredFormat": FORMAT}

    refused = table.place.refusal(
        table.write(9, ["elsewhere"]),
        table.write(1, [cell], column=1, fields="userEnteredValue,userEnteredFormat.numberFormat"),
    )

    assert refused is not None
    assert refused.startswith("Invalid requests[1].updateCells: ")
    assert table.values() == [["Order", "Total"], ["one", 1], ["two", 2]]


def test_a_typed_column_refuses_data_validation(table: Tab) -> None:
    rule = {"condition": {"type": "NOT_BLANK"}}

    refused = table.place.refusal({"setDataValidation": {"range": table.area(1, 3), "rule": rule}})

    assert refused is not None
    assert refused.startswith("Invalid requests[0].setDataValidation: ")


def test_data_validation_among_a_typed_columns_cells_leaves_the_values_alone(table: Tab, seen: Seen) -> None:
    refused = table.place.refusal(table.write(1, [{}], fields="dataValidation"))

    seen("taken" if refused is None else "refused")
    assert table.values()[1] == ["one", 1]


def test_rows_inserted_within_a_table_belong_to_it(table: Tab) -> None:
    table.place.batch(table.insert(2, 4), table.write(2, ["between", 3], ["too", 4]))

    assert end_of(table) == 5
    assert table.values()[-1] == ["two", 2]


def test_rows_inserted_just_below_a_table_land_there(table: Tab, seen: Seen) -> None:
    table.place.batch(table.insert(3, 5), table.write(3, ["three", 3], ["four", 4]))

    seen("they belong to it" if end_of(table) == 5 else "they don't belong to it")
    assert end_of(table) in (3, 5)
    assert table.values()[3:] == [["three", 3], ["four", 4]]


def test_rows_below_a_table_belong_to_it_after_an_update_in_the_same_batch(table: Tab) -> None:
    table.place.batch(table.insert(3, 5), table.write(3, ["three", 3], ["four", 4]), longer(table, 5))

    assert end_of(table) == 5
    assert table.values() == [["Order", "Total"], ["one", 1], ["two", 2], ["three", 3], ["four", 4]]


def test_a_tag_below_a_table_and_one_on_its_last_row_stay_with_their_rows(table: Tab) -> None:
    table.place.batch(table.tag("last", 2), table.tag("end", 3))

    table.place.batch(table.insert(3, 4), longer(table, 4))

    assert (table.where("last"), table.where("end")) == (2, 4)
