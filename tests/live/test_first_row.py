"""What filling the blank row below the header rests on."""

from tests.live.place import Json, Tab, formula


def copied(tab: Tab, row: int, to: int) -> Json:
    source, destination = tab.area(row, row + 1, 0, 3), tab.area(to, to + 1, 0, 3)
    return {"copyPaste": {"source": source, "destination": destination, "pasteType": "PASTE_FORMULA"}}


def test_what_was_typed_is_copied_without_its_note_and_stays_where_it_was(tab: Tab) -> None:
    noted = {"userEnteredValue": {"stringValue": "typed"}, "note": "mine"}
    tab.place.batch(tab.write(1, [noted, 5], fields="userEnteredValue,note"))

    tab.place.batch(copied(tab, 1, 3))

    assert tab.values() == [[], ["typed", 5], [], ["typed", 5]]
    assert [cell.get("note") for cell in tab.cells("A2:A4", "userEnteredValue,note")] == ["mine", None, None]


def test_blank_cells_are_copied_onto_blank_ones_without_a_trace(tab: Tab) -> None:
    tab.place.batch(tab.write(0, ["header"]), tab.write(3, [{"note": "stays"}], fields="note"))

    tab.place.batch(copied(tab, 1, 3))

    assert tab.values() == [["header"]]
    assert [cell.get("note") for cell in tab.cells("A4", "userEnteredValue,note")] == ["stays"]


def test_ranges_that_begin_at_the_first_row_hold_what_fills_it_and_what_comes_in_below(tab: Tab) -> None:
    sums = ["=SUM(A2:A)", "=SUM(A2:A9)", "=SUM(A10:A)"]
    tab.place.batch(tab.write(0, ["header", *[formula(text) for text in sums]]), tab.tag("end", 1))

    tab.place.batch(tab.insert(2, 4), copied(tab, 1, 3), tab.write(1, [1], [2]))

    assert tab.values("A1:D1", "FORMULA") == [["header", "=SUM(A2:A)", "=SUM(A2:A11)", "=SUM(A12:A)"]]
    assert tab.values("A2:A4") == [[1], [2]]
    assert tab.where("end") == 1
