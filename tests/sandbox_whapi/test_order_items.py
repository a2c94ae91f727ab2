"""Fetching an order's items from the stand-in, over a real connection."""

from dataclasses import replace

import httpx
import pytest

from sandbox.faults import Fault
from sandbox.orders import OrderMaker, whapi_sample
from sandbox.whapi.order import Step
from tests.sandbox_whapi.conftest import Gateway


def error(code: int, message: str, details: str) -> dict[str, object]:
    return {"error": {"code": code, "message": message, "details": details, "support": "care@whapi.cloud"}}


def test_items_of_the_help_desks_order_come_in_the_documented_shape(gateway: Gateway) -> None:
    order = whapi_sample()
    gateway.whapi.add(order)

    answer = gateway.items(order.order_id, order.token)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json() == {
        "items": [
            {
                "id": f"689543210000000{n}",
                "product_retailer_id": sku,
                "name": name,
                "image": f"https://media.example/{sku}.jpg",
                "quantity": 1,
                "price": price,
                "currency": "AUD",
            }
            for n, (sku, name, price) in enumerate(
                [("LS-M", "Linen shirt", 120.5), ("CT-1", "Canvas tote", 38.5), ("WS-G", "Wool scarf", 200)]
            )
        ]
    }


def test_a_token_in_a_header_alone_is_refused_for_items(gateway: Gateway) -> None:
    order = whapi_sample()
    gateway.whapi.add(order)

    answer = gateway.http.get(
        f"/business/orders/{order.order_id}", params={"order_token": order.token}, headers=gateway.bearer
    )

    assert (answer.status_code, answer.json()) == (
        401,
        error(401, "Unauthorized", "Need channel token to authorize"),
    )


def test_a_token_in_a_header_is_taken_for_items_when_the_switch_says_so(gateway: Gateway) -> None:
    order = whapi_sample()
    gateway.whapi.add(order)
    gateway.whapi.takes_header_for_items = True

    answer = gateway.http.get(
        f"/business/orders/{order.order_id}", params={"order_token": order.token}, headers=gateway.bearer
    )

    assert answer.status_code == 200


def test_a_wrong_channel_token_is_refused(gateway: Gateway) -> None:
    answer = gateway.http.get("/business/orders/1", params={"order_token": "x", "token": "wrong"})

    assert (answer.status_code, answer.json()) == (401, error(401, "Unauthorized", "Wrong channel token"))


@pytest.mark.parametrize("status", [404, 403])
def test_an_order_token_that_was_not_escaped_is_refused(gateway: Gateway, status: int) -> None:
    order = whapi_sample()
    gateway.whapi.add(order)
    gateway.whapi.wrong_order_token_status = status

    answer = gateway.http.get(
        f"/business/orders/{order.order_id}?order_token={order.token}&token={gateway.whapi.token}"
    )

    assert (answer.status_code, answer.json()) == (
        status,
        error(status, "Order not available", "Wrong order token"),
    )
    assert gateway.whapi.fetches(order.order_id) == 0


def test_an_unknown_order_is_not_found(gateway: Gateway) -> None:
    answer = gateway.items("964278151888836", "AR4T")

    assert (answer.status_code, answer.json()) == (404, error(404, "Not Found", "Specified order not found"))


def test_a_missing_order_token_is_a_bad_request(gateway: Gateway) -> None:
    answer = gateway.http.get("/business/orders/1", params={"token": gateway.whapi.token})

    assert (answer.status_code, answer.json()) == (400, error(400, "Wrong parameters", "order_token is missing"))


@pytest.mark.parametrize("state", ["NOT_INIT", "INIT", "LAUNCH", "QR", "ERROR", "SYNC_ERROR"])
def test_a_channel_that_does_not_work_hands_out_no_items(gateway: Gateway, state: str) -> None:
    order = whapi_sample()
    gateway.whapi.add(order)
    gateway.whapi.state = state

    answer = gateway.items(order.order_id, order.token)

    assert (answer.status_code, answer.json()) == (
        401,
        error(401, "Unauthorized", f"Channel is not authorized, status {state}"),
    )


def test_an_ended_subscription_answers_everything_with_402(gateway: Gateway) -> None:
    gateway.whapi.paid = False

    assert [gateway.get(path).status_code for path in ("/health", "/settings", "/messages/list")] == [402] * 3


def test_fetches_go_by_the_orders_script_and_then_well(gateway: Gateway, maker: OrderMaker) -> None:
    order = replace(maker.make(), behaviour=(404, 404, 500, 429, "empty", 502))
    gateway.whapi.add(order)

    answers = [gateway.items(order.order_id, order.token) for _ in range(8)]

    assert [answer.status_code for answer in answers] == [404, 404, 500, 429, 200, 502, 200, 200]
    assert answers[4].json() == {"items": []}
    assert answers[5].headers["Content-Type"].startswith("text/html")
    assert answers[7].json() == {"items": [item.as_json() for item in order.items]}
    assert gateway.whapi.fetches(order.order_id) == 8


def test_a_429_says_when_to_come_back_only_if_told_to(gateway: Gateway, maker: OrderMaker) -> None:
    order = replace(maker.make(), afterwards=429)
    gateway.whapi.add(order)

    without = gateway.items(order.order_id, order.token)
    gateway.whapi.retry_after = "7"
    with_header = gateway.items(order.order_id, order.token)

    assert [answer.headers.get("Retry-After") for answer in (without, with_header)] == [None, "7"]


def test_prices_times_1000_and_items_that_do_not_add_up(gateway: Gateway) -> None:
    order = replace(whapi_sample(), behaviour=("thousandfold", "mismatch"))
    gateway.whapi.add(order)

    first, second = (gateway.items(order.order_id, order.token).json()["items"] for _ in range(2))

    assert [item["price"] for item in first] == [120500, 38500, 200000]
    assert sum(item["price"] * item["quantity"] for item in second) == 359 + 120.5


def test_an_answer_of_another_shape_and_a_web_page_are_200_all_the_same(gateway: Gateway, maker: OrderMaker) -> None:
    order = replace(maker.make(), behaviour=("garbage", "html"))
    gateway.whapi.add(order)

    garbage, page = (gateway.items(order.order_id, order.token) for _ in range(2))

    assert (garbage.status_code, garbage.json()) == (
        200,
        {"items": {"0": "product", "quantity": None}, "total": "NaN"},
    )
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html")


def test_a_truncated_answer_ends_half_way_and_the_next_one_is_whole(gateway: Gateway, maker: OrderMaker) -> None:
    order = replace(maker.make(), behaviour=("truncated",))
    gateway.whapi.add(order)

    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        gateway.items(order.order_id, order.token)

    assert gateway.items(order.order_id, order.token).json()["items"]


def test_a_huge_answer_can_be_stopped_in_the_middle(gateway: Gateway, maker: OrderMaker) -> None:
    order = replace(maker.make(), behaviour=("huge",))
    gateway.whapi.add(order)
    params = {"order_token": order.token, "token": gateway.whapi.token}

    with gateway.http.stream("GET", f"/business/orders/{order.order_id}", params=params) as answer:
        assert int(answer.headers["Content-Length"]) > 20_000_000

    assert gateway.items(order.order_id, order.token).json()["items"]


def test_a_fetch_that_times_out_is_held_until_the_client_goes(gateway: Gateway, maker: OrderMaker) -> None:
    order = replace(maker.make(), behaviour=("timeout",))
    gateway.whapi.add(order)

    with pytest.raises(httpx.ReadTimeout):
        gateway.items(order.order_id, order.token, timeout=0.1)

    assert gateway.items(order.order_id, order.token).json()["items"]


def test_a_fetch_that_is_held_to_the_end_gets_the_gateways_504_page(gateway: Gateway, maker: OrderMaker) -> None:
    order = replace(maker.make(), behaviour=("timeout",))
    gateway.whapi.add(order)
    gateway.whapi.hang_seconds = 0.05

    answer = gateway.items(order.order_id, order.token)

    assert (answer.status_code, answer.headers["Content-Type"]) == (504, "text/html")


@pytest.mark.parametrize(
    ("kind", "status"), [("status", 503), ("html_502", 502), ("html_200", 200), ("late_commit_503", 503)]
)
def test_a_fault_answers_in_place_of_the_gateway(gateway: Gateway, kind: str, status: int) -> None:
    order = whapi_sample()
    gateway.whapi.add(order)
    gateway.whapi.faults.add(Fault("whapi", kind, path_contains="/business/orders", retry_after="3"))

    struck, next_one = (gateway.items(order.order_id, order.token) for _ in range(2))

    assert (struck.status_code, struck.headers["Retry-After"]) == (status, "3")
    assert next_one.status_code == 200


@pytest.mark.parametrize("kind", ["drop", "commit_then_drop", "hang", "commit_then_hang", "late_commit", "truncated"])
def test_a_fault_breaks_the_connection(gateway: Gateway, kind: str) -> None:
    order = whapi_sample()
    gateway.whapi.add(order)
    gateway.whapi.faults.add(Fault("whapi", kind))

    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        gateway.items(order.order_id, order.token)

    assert gateway.items(order.order_id, order.token).status_code == 200


def test_a_call_that_is_carried_out_before_it_fails_leaves_its_trace(gateway: Gateway) -> None:
    gateway.whapi.faults.add(Fault("whapi", "commit_then_503", method="PATCH"))

    answer = gateway.patch({"offline_mode": True})

    assert answer.status_code == 503
    assert gateway.whapi.settings.read()["offline_mode"] is True


def test_a_call_may_be_carried_out_after_its_connection_broke(gateway: Gateway) -> None:
    gateway.whapi.faults.add(Fault("whapi", "late_commit", seconds=0.1, method="PATCH"))

    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        gateway.patch({"offline_mode": True})

    assert gateway.whapi.settings.updates == 0
    assert gateway.whapi.settings.wait_for_update(1, timeout=15)
    assert gateway.whapi.settings.read()["offline_mode"] is True


def test_calls_are_counted_by_route_and_outcome_without_any_token(gateway: Gateway) -> None:
    order = whapi_sample()
    gateway.whapi.add(order)
    gateway.items(order.order_id, order.token)
    gateway.items(order.order_id, "wrong")
    gateway.whapi.faults.add(Fault("whapi", "html_502"))
    gateway.items(order.order_id, order.token)

    assert gateway.whapi.calls.counts() == {"GET /business/orders": {"200": 1, "404": 1, "html_502": 1}}
    assert gateway.whapi.calls.count("GET /business/orders") == 3
    latest = gateway.whapi.calls.latest()
    assert [call.path for call in latest] == [f"/business/orders/{order.order_id}"] * 3
    assert order.token not in repr(latest)
    assert gateway.whapi.token not in repr(latest)


@pytest.mark.parametrize("step", [404, "ok", "empty"])
def test_a_script_may_end_in_a_step_that_stays(gateway: Gateway, maker: OrderMaker, step: Step) -> None:
    order = replace(maker.make(), afterwards=step)
    gateway.whapi.add(order)

    answers = {gateway.items(order.order_id, order.token).content for _ in range(3)}

    assert len(answers) == 1
