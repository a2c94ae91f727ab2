"""What tools write where they have lost a value is no value; what people write is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.gateways.forwarded import read_forwarded
from connector.gateways.reading import fields
from connector.gateways.reading.fields import is_placeholder
from connector.gateways.reading.ids import why_lost
from connector.gateways.webhook import read_webhook
from tests.unit.test_payload import NOW, with_order

LOST = [
    "undefined", "null", "NULL", "None", "NaN", "nan", "<nil>", "(null)", "[object Object]", "{{ $json.order.id }}",
    "={{$json.body.id}}", "{{1.order.order_id}}", "${order.id}", "<%= id %>", "#REF!", "#N/A", "#VALUE!", "#NAME?",
    "#DIV/0!", "#BEZUG!", "#WERT!", "#¡REF!", "#ERROR!", "########", "9.64278E+14", "9,64278E+14", "1e+21",
]  # fmt: skip
WRITTEN = [
    "none", "Null", "nothing", "Undefined Ltd", "no null values", "Nan", "#1 fan", "#LOVE!", "2E5", "1E-5", "N/A", "-",
    "write {{name}} on it", "None of the nuts, please", "E+14",
]  # fmt: skip

lost_values = st.sampled_from(LOST)
words = st.from_regex(r"[A-Za-z]{1,8}", fullmatch=True).filter(
    lambda word: word.lower() not in {"undefined", "null", "none", "nan"}
)


@pytest.mark.parametrize("text", LOST)
def test_a_lost_value_is_nothing_in_any_field(text: str) -> None:
    for around in ("", " ", "\u200e"):
        assert fields.text(f"{around}{text}") is None or around == "\u200e"
    assert fields.is_nothing(text)


@pytest.mark.parametrize("text", WRITTEN)
def test_what_a_person_may_write_is_kept(text: str) -> None:
    assert not is_placeholder(text)
    assert fields.text(text) == text


@given(lost=lost_values, field=st.sampled_from(["title", "text", "currency", "total_price", "item_count", "token"]))
def test_a_webhooks_field_that_was_lost_is_null_and_nothing_odd(lost: str, field: str) -> None:
    whole, without = with_order(**{field: lost}), with_order(**{field: None})

    assert read_webhook(whole, now=NOW).orders == read_webhook(without, now=NOW).orders


@given(
    lost=st.sampled_from(
        ["undefined", "null", "None", "NaN", "[object Object]", "{{ $json.id }}", "#REF!", "9.64278E+14"]
    ),
    before=st.just("") | st.tuples(words, st.sampled_from("-_ #:")).map("".join),
)
def test_an_id_in_which_a_value_was_lost_is_refused_and_kept(lost: str, before: str) -> None:
    order_id = f"{before}{lost}"

    (refused,) = read_forwarded({"order_id": order_id, "items": [{"name": "Bun"}]}, now=NOW).unclear
    (kept,) = read_webhook(with_order(order_id=order_id), now=NOW).unclear

    assert refused.field == "order_id"
    assert kept.field == "messages[0].order.order_id"
    for sentence in (refused.reason, kept.reason):
        assert sentence.startswith("Expected the order's id; ")
        assert sentence.endswith(
            ("Format its column as plain text.", "See that the field is mapped to the order's id.")
        )


@given(
    st.from_regex(
        r"[0-9]{1,20}|[A-Z]{2,4}-[0-9]{1,9}|[0-9a-f]{8}-[0-9a-f]{4}|wamid\.[A-Za-z0-9+/]{20,60}={0,2}", fullmatch=True
    )
)
def test_an_id_as_shops_and_gateways_make_them_is_an_id(order_id: str) -> None:
    (order,) = read_webhook(with_order(order_id=order_id), now=NOW).orders

    assert order.order_id == order_id


@pytest.mark.parametrize("value", [9.64278e14, 1e12, 123_400_000_000_000.0])
def test_a_number_that_was_rounded_on_its_way_is_no_id(value: Any) -> None:
    assert why_lost(value) is not None


@pytest.mark.parametrize("value", [964278151888836, 964278151888836.0, 7.0, 1000.0, 10**15])
def test_a_whole_number_is_an_id(value: Any) -> None:
    assert why_lost(value) is None
