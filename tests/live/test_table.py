"""The table at the end."""

from tests.live.report import Result, sentence, table


def test_the_table_has_a_line_for_each_assumption_with_what_was_seen_in_both_places() -> None:
    results = [
        Result("one", "sandbox", "holds"),
        Result("two", "sandbox", "a | b"),
        Result("one", "live", "DOES NOT HOLD: it was taken"),
    ]

    assert table(results) == [
        "| assumption | sandbox | live |",
        "| --- | --- | --- |",
        "| one | holds | DOES NOT HOLD: it was taken |",
        "| two | a / b | not run |",
    ]


def test_an_assumption_is_said_by_its_tests_name() -> None:
    assert sentence("test_text_stays_text[live-3]") == "text stays text"
