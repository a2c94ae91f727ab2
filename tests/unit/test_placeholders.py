"""What tools write where they have lost a value is no value; what people write is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.gateways.forwarded import read_forwarded
from connector.gateways.reading import fields
from connector.gateways.reading.ids import why_lost
from connector.gateways.reading.placeholders import _WHOLE, is_placeholder
from connector.gateways.reading.visible import without_invisible
from connector.gateways.webhook import read_webhook
from tests.unit.test_payload import NOW, with_order

LOST = [
    "undefined", "null", "NULL", "None", "NaN", "nan", "<nil>", "(null)", "[object Object]", "{{ $json.order.id }}",
    "={{$json.body.id}}", "{{1.order.order_id}}", "${order.id}", "<%= id %>", "#REF!", "#N/A", "#VALUE!", "#NAME?",
    "#DIV/0!", "#BEZUG!", "#WERT!", "#¡REF!", "#ERROR!", "########", "9.64278E+14", "9,64278E+14", "1e+21",
    "Undefined", "UNDEFINED", "nil", "NIL", "<null>", "<empty>", "(empty)", "[undefined]", "(None)", "<no value>",
    '"undefined"', "'null'", "`null`", "\u201cundefined\u201d", "N/A", "n/a", "#n/a", "#ref!", "#¿NOMBRE?", "#YOK",
    "#\u0421\u0421\u042b\u041b\u041a\u0410!", "[object Promise]", "Array", "False", "Loading...", "undefined undefined",
    "null, null", "{{first}} {{last}}", "{% id %}", "@{triggerBody()?['id']}", "{order_id}", "$json.order.id",
    "$('Webhook').item.json.id", "9.64278151888836E14", "9,64278E14",
]  # fmt: skip
WRITTEN = [
    "none", "Null", "nothing", "Undefined Ltd", "no null values", "Nan", "#1 fan", "#LOVE!", "2E5", "1E-5", "-",
    "write {{name}} on it", "None of the nuts, please", "E+14", "Null Null", "false alarm", "Nil Yilmaz", "$5 off",
    "<3", "(no onions)", "[urgent]", "array of colours", "undefined, please call", "1.5E", "#YOLO!", "=1+1", "{}",
]  # fmt: skip

lost_values = st.sampled_from(LOST)
words = st.from_regex(r"[A-Za-z]{1,8}", fullmatch=True).filter(
    lambda word: word.lower() not in {"undefined", "null", "none", "nan"}
)


@pytest.mark.parametrize("text", LOST)
def test_a_lost_value_is_nothing_in_any_field(text: str) -> None:
    for around in ("", " ", "\u200e", "\ufeff"):
        assert fields.text(f"{around}{text}{around}") is None
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


@pytest.mark.parametrize(
    "order_id",
    [
        *LOST, "\u200eundefined", "null\u200b", "NONE", "None", "order_null", "ORDER-NaN", "#undefined", "order-nil",
        "undefined-undefined", "order/undefined", "WC-<null>", "(undefined)-7", "FALSE", "string", "order_id",
        "={{ $json.id }}", "{{order.id", "%order_id%", "[[order_id]]", "<<order_id>>",
        "<order_id>", "[order id]", "$order_id", "(not set)", "not found", "TBD", "ORDER-#REF!", "ORDER-9.64278E14",
        "#\u00c9RT\u00c9K!",
    ],
)  # fmt: skip
def test_an_id_that_was_lost_is_no_id_on_any_way_in(order_id: str) -> None:
    (refused,) = read_forwarded({"order_id": order_id, "items": [{"name": "Bun"}]}, now=NOW).unclear
    (kept,) = read_webhook(with_order(order_id=order_id), now=NOW).unclear

    assert (refused.field, kept.field) == ("order_id", "messages[0].order.order_id")


@pytest.mark.parametrize(
    "order_id",
    [
        "undefined123", "#1001", "nullarbor-7", "Nanyang/5", "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}", "a1.5E3",
        "<CAF1a2b@mail.example.com>", "2E5", "12e10", "[2026] 17", "WC-4750", "100%", "A=B", "of-your-business",
        "\u0639\u0631\u0628-7", "SO/2026/0001", "falsetto", "string-7",
    ],
)  # fmt: skip
def test_an_id_that_only_resembles_a_placeholder_is_an_id(order_id: str) -> None:
    (order,) = read_webhook(with_order(order_id=order_id), now=NOW).orders

    assert order.order_id == order_id


def test_an_id_is_the_same_with_and_without_what_nobody_sees() -> None:
    for order_id in ("\u200e964278151888836", "964278\u200b151888836", "\ufeff964278151888836\u2060"):
        (order,) = read_webhook(with_order(order_id=order_id), now=NOW).orders
        assert order.order_id == "964278151888836"


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


@given(st.from_regex(_WHOLE) | st.text(max_size=8))
def test_what_the_expression_would_find_is_found_although_most_texts_are_spared_it(text: str) -> None:
    assert is_placeholder(text) is (_WHOLE.match(without_invisible(text)) is not None)
