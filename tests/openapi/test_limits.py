"""Names and limits that stand in the description are those that the code has."""

import re
from typing import Any

import pytest

from connector import __version__, server
from connector.api import auth, orders, quarantine, request, webhooks
from connector.api.openapi import document
from connector.gateways import forwarded
from connector.gateways.reading import names, numerals
from connector.gateways.reading.lengths import LONGEST_ID, LONGEST_TOKEN
from connector.gateways.reading.lines import MOST_ITEMS
from connector.gateways.reading.unwrap import WRAPPERS
from connector.gateways.registry import WITH_WEBHOOKS
from connector.jobs.reasons import LONGEST_DELAY
from connector.models import Status
from connector.sheets import quota
from connector.store import refusals
from connector.store.rewrite import Gone
from tests.openapi.contract import resolved
from tests.openapi.described import operation_of, operations

MIB, KIB = 2**20, 2**10


def component(kind: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = document()["components"][kind][name]
    return found


def field(schema: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = component("schemas", schema)["properties"][name]
    return found


def parameter(name: str) -> dict[str, Any]:
    found: dict[str, Any] = component("parameters", name)["schema"]
    return found


def text_of(kind: str, name: str) -> str:
    return str(component(kind, name)["description"])


def test_the_states_are_those_of_an_order_and_each_is_explained() -> None:
    status = component("schemas", "Status")

    assert status["enum"] == [*map(str, Status)]
    assert re.findall(r"`(\w+)`:", status["description"]) == [*map(str, Status)]
    assert parameter("status")["enum"] == [*map(str, Status), ""]


def test_what_can_be_written_again_is_what_can_be_gone() -> None:
    assert field("RewrittenOrder", "rewrites")["enum"] == [*map(str, Gone)]
    answer = operation_of("POST", "/orders/{order_id}/rewrite")["responses"]["200"]
    assert set(re.findall(r"`(\w+)`", answer["description"])) == {"rewrites", *map(str, Gone)}


def test_an_order_id_is_as_long_as_it_may_be_wherever_it_is_described() -> None:
    whapi_order = field("WhapiOrderMessage", "order")["properties"]["order_id"]
    described = [field(schema, "order_id") for schema in ("OrderFields", "BareOrder", "FormOrder")]

    assert [found["maxLength"] for found in (*described, whapi_order)] == [LONGEST_ID] * 4


def test_other_ids_and_tokens_are_as_long_as_they_may_be_where_a_longer_one_is_refused() -> None:
    ids = [("BareOrder", "channel_id"), ("FormOrder", "channel_id"), ("BareItem", "sku"), ("BareItem", "product_id")]

    assert [field(*place)["maxLength"] for place in ids] == [LONGEST_ID] * 4
    assert [field(schema, "order_token")["maxLength"] for schema in ("BareOrder", "FormOrder")] == [LONGEST_TOKEN] * 2


def test_a_list_is_as_large_as_it_may_be() -> None:
    listed = operation_of("GET", "/orders")["responses"]["200"]["description"]

    for description in (listed, field("OrdersReceipt", "orders")["description"]):
        assert f"have room in {request.LARGEST_LIST // MIB} MiB" in description


def test_an_order_may_have_as_many_items_as_are_taken() -> None:
    assert field("BareOrder", "items")["maxItems"] == MOST_ITEMS


@pytest.mark.parametrize("schema", ["BareOrder", "BareItem"])
def test_amounts_are_as_large_as_they_may_be(schema: str) -> None:
    bounds = [found for found in component("schemas", schema)["properties"].values() if "maximum" in found]

    assert {(found["minimum"], found["maximum"]) for found in bounds} == {(-numerals.LARGEST, numerals.LARGEST)}


@pytest.mark.parametrize(("schema", "known"), [("BareOrder", names.ORDER), ("BareItem", names.ITEM)])
def test_each_field_is_described_with_all_its_other_names(schema: str, known: names.Names) -> None:
    for name, found in component("schemas", schema)["properties"].items():
        _, _, others = found["description"].partition("Also called ")

        assert re.findall(r"`(\w+)`", others) == [other for other in known[name] if other != name]


def test_what_may_stand_around_an_order_is_named() -> None:
    description = component("schemas", "WrappedOrders")["description"]

    assert set(re.findall(r"`(\w+)`", description)) == set(WRAPPERS)
    assert set(component("schemas", "WrappedOrders")["properties"]) <= set(WRAPPERS)


def test_parameters_have_the_bounds_that_are_enforced() -> None:
    assert parameter("wait") == {"type": "number", "minimum": 0, "maximum": orders.LONGEST_WAIT, "default": 0}
    assert parameter("limit") == {"type": "integer", "minimum": 1, "maximum": request.MOST_LISTED, "default": 50}
    assert parameter("before") == {"type": "integer", "minimum": 1, "maximum": request.LARGEST_NUMBER}
    assert parameter("entry_id") == {"type": "integer", "minimum": 0, "maximum": quarantine.LARGEST_ID}
    assert parameter("hub_challenge") == {"type": "string", "minLength": 1, "maxLength": webhooks.LONGEST_CHALLENGE}


@pytest.mark.parametrize(
    ("description", "said"),
    [
        (text_of("parameters", "wait"), f"At most {orders.MOST_WAITING} callers"),
        (text_of("responses", "TooLarge"), f"larger than {request.LARGEST_BODY // MIB} MiB"),
        (text_of("responses", "TooLarge"), f"over {server.LARGEST_READ // MIB} MiB"),
        (text_of("responses", "HeadersTooLarge"), f"larger than {request.LARGEST_HEAD // KIB} KiB"),
        (text_of("responses", "TooManyWrongSecrets"), f"More than {auth.MOST_WRONG} wrong secrets"),
        (operation_of("POST", "/orders")["responses"]["422"]["description"], f"Up to {forwarded.MOST_NAMED} fields"),
        (field("Readiness", "google_requests")["description"], f"it allows {quota.LIMIT} of each"),
    ],
)
def test_limits_in_sentences_are_those_that_are_enforced(description: str, said: str) -> None:
    assert said in description


def test_numbers_that_are_spelled_out_are_the_right_ones() -> None:
    late = operation_of("GET", "/readyz")["responses"]["503"]["description"]

    assert "longer than five minutes" in late
    assert LONGEST_DELAY.total_seconds() == 5 * 60
    assert "the five oldest" in field("Readiness", "orders_set_aside")["description"]
    assert refusals.MOST_NAMED == 5


def test_each_gateway_is_called_by_its_name_and_takes_an_order_and_something_else() -> None:
    for gateway in WITH_WEBHOOKS:
        operation = operation_of("POST", f"/webhooks/{gateway.NAME}")
        (content,) = resolved(operation["requestBody"])["content"].values()

        assert operation["summary"] == f"Take a webhook of {gateway.TITLE}"
        assert set(content["examples"]) == {"order", "other"}


def test_secrets_are_sent_where_they_are_looked_for() -> None:
    schemes = document()["components"]["securitySchemes"]

    assert {name: (scheme.get("in"), scheme.get("name", scheme.get("scheme"))) for name, scheme in schemes.items()} == {
        "bearer": (None, "bearer"),
        "webhook_secret": ("header", "X-Webhook-Secret"),
        "meta_signature": ("header", webhooks.SIGNATURE),
        "verify_token": ("query", "hub.verify_token"),
        "secret_in_address": ("query", "secret"),
    }


def test_the_description_has_the_version_and_the_address_of_the_service_that_gives_it() -> None:
    there = document("https://orders.example.com")

    assert there["info"]["version"] == document()["info"]["version"] == __version__
    assert [server["url"] for server in there["servers"]] == ["https://orders.example.com"]
    assert [server["url"] for server in document()["servers"]] == ["/"]


def test_each_operation_has_an_id_of_its_own_and_is_in_a_group_that_is_described() -> None:
    every = [operation for _, _, operation in operations()]

    assert len({operation["operationId"] for operation in every}) == len(every)
    assert {tag for operation in every for tag in operation["tags"]} == {tag["name"] for tag in document()["tags"]}
