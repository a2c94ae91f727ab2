"""The comparison of answers with the description finds what is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Response

from connector.api.request import LARGEST_BODY
from tests.openapi import contract, examples
from tests.openapi.contract import address_of, differences
from tests.service.shop import Shop

ORDER = "/orders/{order_id}"


def answer(body: Any, status: int = 200, mimetype: str = "application/json", **headers: str) -> Response:
    return Response(json.dumps(body), status, mimetype=mimetype, headers=headers)


def test_an_answer_as_described_is_fine() -> None:
    assert differences(ORDER, "GET", answer(examples.order())) == []
    assert differences(None, "GET", answer({"error": "There is no such address here."}, 404)) == []


@pytest.mark.parametrize(
    ("method", "given", "difference"),
    [
        ("GET", answer(examples.order(), 201), "the status 201 is not described."),
        ("PUT", answer(examples.order()), "the status 200 is not described."),
        ("GET", answer(examples.order(), mimetype="text/html"), "the type text/html is not described for 200."),
        ("GET", answer({"error": "Stored."}, 503), "the header Retry-After is missing in a 503."),
        ("GET", answer({"error": ""}, 401), "\"\" is shorter than 1 character (at ['error'])"),
        (
            "GET",
            answer(examples.order(extra=1)),
            "Additional properties are not allowed ('extra' was unexpected) (at [])",
        ),
        (
            "GET",
            answer({**examples.order(), "received_at": "soon"}),
            '"soon" is not a "date-time" (at [\'received_at\'])',
        ),
        (
            "GET",
            answer(examples.order(items=[{**examples.ITEMS[0], "price": "1"}])),
            '"1" is not of types "null", "number" (at [\'items\', 0, \'price\'])',
        ),
    ],
)
def test_an_answer_that_is_not_as_described_is_found(method: str, given: Response, difference: str) -> None:
    assert differences(ORDER, method, given) == [difference]


def test_a_missing_field_is_found() -> None:
    order = examples.order()
    del order["warning"]

    assert differences(ORDER, "GET", answer(order)) == ['"warning" is a required property (at [])']


def test_a_head_has_the_headers_of_a_get_and_no_body() -> None:
    empty = Response(b"", mimetype="application/json")

    assert differences(ORDER, "HEAD", empty) == []
    assert differences(ORDER, "HEAD", Response(b"", 503, mimetype="application/json")) == [
        "the header Retry-After is missing in a 503."
    ]


def test_every_answer_is_looked_at_also_of_webhooks_and_of_what_no_route_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(tmp_path).start()
    monkeypatch.setattr(contract, "differences", lambda address, _method, response: [f"{address} {response.status}"])
    try:
        shop.post("/webhooks/whapi/messages", {"messages": []})
        shop.post("/webhooks/whapi", [77] * (LARGEST_BODY // 2))
        shop.http.head("/healthz")
        shop.http.get("/nowhere")
        found = list(shop.contract.problems)
    finally:
        shop.contract.problems.clear()
        shop.close()

    assert found == [
        "POST /webhooks/whapi/messages: /webhooks/whapi/{event} 200 OK",
        "POST /webhooks/whapi: /webhooks/whapi 413 REQUEST ENTITY TOO LARGE",
        "HEAD /healthz: /healthz 200 OK",
        "GET /nowhere: None 404 NOT FOUND",
    ]


def test_an_address_that_is_not_described_must_not_answer() -> None:
    assert differences(None, "GET", answer({})) == ["the status 200 is not described."]


@pytest.mark.parametrize(
    ("rule", "address"),
    [
        ("/orders", "/orders"),
        ("/orders/<whole:order_id>/resync", "/orders/{order_id}/resync"),
        ("/quarantine/<int(max=9):entry_id>", "/quarantine/{entry_id}"),
        ("/webhooks/whapi/<rest:_event>", "/webhooks/whapi/{event}"),
    ],
)
def test_a_rule_is_written_as_openapi_writes_it(rule: str, address: str) -> None:
    assert address_of(rule) == address
