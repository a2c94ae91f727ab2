"""A Google that is otherwise than assumed is found out."""

import pytest

from sandbox.google import Unknowns
from tests.live import test_guards
from tests.live.conftest import a_tab, sandbox


def test_a_google_that_takes_the_same_id_twice_is_found_out() -> None:
    with (
        sandbox("wrong", Unknowns(accept_second_marker=True)) as place,
        a_tab(place) as tab,
        pytest.raises(AssertionError),
    ):
        test_guards.test_a_metadata_id_that_is_taken_is_refused_and_takes_its_batch_with_it(tab, 7)


def test_a_google_whose_tags_stay_behind_in_a_sort_is_found_out() -> None:
    with (
        sandbox("wrong", Unknowns(sort_moves_metadata=False)) as place,
        a_tab(place) as tab,
        pytest.raises(AssertionError),
    ):
        test_guards.test_tags_of_rows_move_with_a_sort(tab)
