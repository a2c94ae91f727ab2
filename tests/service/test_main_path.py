"""From webhook to rows, on the way that nearly every order takes."""

from typing import Any

import httpx

from connector.sheets.quota import Quota
from sandbox.orders import demo_orders, whapi_sample
from tests.service.shop import Shop
from tests.waiting import wait_until

PAYLOAD_EVENT = {"type": "messages", "event": "post"}


def payload(*messages: dict[str, Any]) -> dict[str, Any]:
    return {"messages": list(messages), "event": PAYLOAD_EVENT, "channel_id": "MANTIS-M72HC"}


def test_whapis_sample_becomes_one_order_row_and_its_item_rows_with_typed_cells(shop: Shop) -> None:
    order = whapi_sample()
    shop.sandbox.whapi.add(order)

    answer = shop.post("/webhooks/whapi", payload(order.message()))

    assert (answer.status_code, answer.json()) == (
        200,
        {"accepted": 1, "duplicates": 0, "ignored": 0, "quarantined": 0},
    )
    shop.wait_until_synced([order])
    # 2024-04-16T10:49:03Z on the clocks of the spreadsheet's zone, Australia/Sydney.
    received = 45398 + (20 * 3600 + 49 * 60 + 3) / 86400
    assert shop.rows("Orders") == [
        {
            "Order ID": "964278151888836",
            "Number": 1,
            "Received": received,
            "Customer": "Gerald",
            "Phone": "919984351847",
            "Title": "Jonathan",
            "Note": None,
            "Products": "1 × Linen shirt; 1 × Canvas tote; 1 × Wool scarf",  # noqa: RUF001
            "Item count": 3,
            "Total": 359,
            "Currency": "AUD",
            "Status": "New",
            "Items": "complete",
        }
    ]
    shared = {"Order ID": "964278151888836", "Received": received, "Customer": "Gerald", "Quantity": 1}
    assert shop.rows("Items") == [
        {
            **shared,
            "Product": name,
            "Product ID": product_id,
            "SKU": sku,
            "Unit price": price,
            "Currency": "AUD",
            "Line total": price,
            "Image": f"https://media.example/{sku}.jpg",
        }
        for name, product_id, sku, price in (
            ("Linen shirt", "6895432100000000", "LS-M", 120.5),
            ("Canvas tote", "6895432100000001", "CT-1", 38.5),
            ("Wool scarf", "6895432100000002", "WS-G", 200),
        )
    ]
    formats = [
        (cell.format or {}).get("numberFormat", {}).get("type")
        for cell in shop.sandbox.google.cells(shop.sandbox.spreadsheet_id, "Orders")[1]
    ]
    text = "TEXT"
    assert formats == [
        text,
        "NUMBER",
        "DATE_TIME",
        text,
        text,
        text,
        None,
        text,
        "NUMBER",
        "CURRENCY",
        text,
        text,
        text,
    ]


def test_the_api_tells_where_an_order_stands_with_its_items(shop: Shop) -> None:
    order = whapi_sample()
    shop.sandbox.whapi.send(order)
    shop.wait_until_synced([order])

    answer = shop.http.get("/orders/964278151888836").json()

    synced_at = answer.pop("synced_at")
    assert synced_at.endswith("Z")
    row_url = answer.pop("row_url")
    row = httpx.get(row_url).headers["Location"]
    assert row.startswith(f"{shop.sandbox.url}/spreadsheets/d/{shop.sandbox.spreadsheet_id}/edit#gid=")
    assert row.endswith("&range=A2")
    assert [item["name"] for item in answer.pop("items")] == ["Linen shirt", "Canvas tote", "Wool scarf"]
    assert answer == {
        "order_id": "964278151888836",
        "number": 1,
        "products": "1 × Linen shirt; 1 × Canvas tote; 1 × Wool scarf",  # noqa: RUF001
        "channel_id": shop.sandbox.whapi.channel_id,
        "status": "synced",
        "received_at": "2024-04-16T10:49:03Z",
        "customer_name": "Gerald",
        "customer_phone": "919984351847",
        "chat_id": "919984351847@s.whatsapp.net",
        "title": "Jonathan",
        "note": None,
        "item_count": 3,
        "total_price": 359,
        "currency": "AUD",
        "attempts": 0,
        "next_attempt_at": None,
        "last_error": None,
        "warning": None,
        "change": None,
        "changed_at": None,
        "gone_at": None,
        "dealt_with_at": None,
    }


def test_a_dozen_varied_orders_failing_and_hostile_ones_among_them_all_arrive_once(shop: Shop) -> None:
    orders = demo_orders(shop.sandbox.orders)

    for order in orders:
        shop.sandbox.whapi.send(order)

    shop.wait_until_synced(orders, within=40)
    assert shop.differences(orders) == []


def test_orders_that_are_delivered_again_are_duplicates_before_and_after_they_are_written(shop: Shop) -> None:
    order = shop.sandbox.orders.make()
    shop.sandbox.whapi.add(order)
    body = payload(order.message(), order.message())

    assert shop.post("/webhooks/whapi", body).json()["accepted"] == 1
    shop.wait_until_synced([order])
    again = shop.post("/webhooks/whapi", body).json()

    assert again == {"accepted": 0, "duplicates": 2, "ignored": 0, "quarantined": 0}
    assert shop.differences([order]) == []


def test_orders_come_in_all_three_modes_of_whapi(shop: Shop) -> None:
    orders = shop.sandbox.orders.make_all(["normal"] * 3)
    requests = [("POST", ""), ("POST", "/messages/post"), ("PUT", "/messages")]
    for order, (method, path) in zip(orders, requests, strict=True):
        shop.sandbox.whapi.add(order)
        answer = shop.http.request(method, f"/webhooks/whapi{path}", json=payload(order.message()))
        assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    for method in ("PATCH", "DELETE"):
        answer = shop.http.request(method, "/webhooks/whapi/messages", json={"messages_updates": [{"id": "x"}]})
        assert (answer.status_code, answer.json()["ignored"]) == (200, 1)

    shop.wait_until_synced(orders)
    assert shop.differences(orders) == []


def test_a_mismatch_is_noted_in_the_sheet_and_stops_nothing(shop: Shop) -> None:
    (order,) = shop.sandbox.send("thousandfold")
    shop.wait_until_synced([order])

    stored = shop.order(order.order_id)
    assert stored is not None
    assert "ITEM_PRICE_DIVISOR=1000" in (stored.warning or "")
    cells = shop.sandbox.google.cells(shop.sandbox.spreadsheet_id, "Items")
    assert [cell.note for cell in cells[1] if cell.note] == [stored.warning]
    cells = shop.sandbox.google.cells(shop.sandbox.spreadsheet_id, "Orders")
    assert [cell.note for cell in cells[1] if cell.note] == [stored.warning]


def test_an_order_without_a_token_gets_its_row_and_says_that_its_items_are_unavailable(shop: Shop) -> None:
    (order,) = shop.sandbox.send("no_token")

    row = wait_until(lambda: shop.rows("Orders"))

    assert [(entry["Order ID"], entry["Items"]) for entry in row] == [(order.order_id, "unavailable")]
    wait_until(lambda: shop.statuses([order]) == ["failed"])
    assert shop.rows("Items") == []


def test_a_second_run_on_the_same_sheet_uses_the_same_tabs(shop: Shop) -> None:
    first = shop.sandbox.send("normal")
    shop.wait_until_synced(first)
    shop.stop()
    shop.start()
    second = shop.sandbox.send("normal")
    shop.wait_until_synced(second)

    assert shop.differences(first + second) == []
    assert list(shop.sandbox.google.titles(shop.sandbox.spreadsheet_id)) == ["Sheet1", "Orders", "Items", "Summary"]
    assert [row["Order ID"] for row in shop.rows("Orders")] == [order.order_id for order in first + second]


def test_a_batch_on_tabs_that_are_there_costs_one_read_and_one_write(shop: Shop) -> None:
    shop.wait_until_synced(shop.sandbox.send("normal"))
    shop.sandbox.google.calls.clear()

    shop.wait_until_synced(shop.sandbox.send("normal"))

    assert dict(shop.sandbox.google.calls.by_kind) == {"developerMetadata.search": 1, "batchUpdate": 1}


def test_what_was_written_in_the_minute_before_a_restart_counts_against_googles_limit(shop: Shop) -> None:
    shop.wait_until_synced(shop.sandbox.send())

    shop.stop()
    shop.start()

    budget = shop.service.account.budget
    assert (budget.used(Quota.READ), budget.used(Quota.WRITE)) == (1, 1)
