import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sheets.client import encode

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3) | st.tuples(inner, inner),
    max_leaves=30,
)


@given(VALUES)
def test_pieces_make_the_same_json_as_one_go(value: object) -> None:
    in_one_go = json.dumps(value, separators=(",", ":"), ensure_ascii=False)

    assert encode(value).decode() == in_one_go


@pytest.mark.parametrize("value", [{"requests": [float("nan")]}, [[[[[[[float("inf")]]]]]]]])
def test_numbers_that_json_has_no_word_for_are_refused_at_any_depth(value: object) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode(value)
