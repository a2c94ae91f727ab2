"""The description is valid OpenAPI 3.1, and describes every address that there is and no other."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connector.api.openapi import document
from connector.app import create_app
from tests.openapi.contract import JSON, address_of, is_described, resolved, validator
from tests.openapi.described import operations, values
from tests.service.shop import Shop

_NOT_REFERRED_TO = {"#/components/responses/NoSuchAddress", "#/components/responses/WrongMethod"}
"""They belong to what is not described, so nothing can refer to them."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("shop")).start()
    yield shop
    shop.close()


def examples(part: Any, where: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every example anywhere below, with where it stands and the schema beside it."""
    if isinstance(part, dict):
        named = part.get("examples", {})
        if "schema" in part and isinstance(named, dict):
            yield from ((f"{where}/{name}", part["schema"], value) for name, value in values(named).items())
        if "schema" in part and "example" in part:
            yield where, part["schema"], part["example"]
        for name, inner in part.items():
            yield from examples(inner, f"{where}/{name}")


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from references(inner)


def test_the_description_is_valid_openapi_3_1() -> None:
    # Loading it takes as long as all other modules of the tests together, and each worker would do it.
    from openapi_spec_validator import OpenAPIV31SpecValidator  # noqa: PLC0415

    problems = [problem.message for problem in OpenAPIV31SpecValidator(document()).iter_errors()]

    assert problems == []
    assert document()["openapi"] == "3.1.0"


def test_every_route_is_described_and_every_description_has_a_route(shop: Shop) -> None:
    app = create_app(shop.whole)
    routes = {
        (method, address_of(rule.rule))
        for rule in app.url_map.iter_rules()
        if is_described(rule.endpoint)
        for method in (rule.methods or set()) - {"HEAD"}
    }

    assert {(method, address) for method, address, _ in operations()} == routes


def test_the_service_gives_the_description_to_who_has_the_secret(shop: Shop) -> None:
    answer = shop.http.get("/openapi.json")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json() == json.loads(json.dumps(document()))
    assert shop.http.get("/openapi.json", headers={"X-Webhook-Secret": "wrong"}).status_code == 401


def test_all_but_healthz_want_the_secret_and_say_so() -> None:
    assert document()["security"] == [{"bearer": []}, {"webhook_secret": []}]
    assert {
        (method, address): [scheme for each in operation["security"] for scheme in each]
        for method, address, operation in operations()
        if "security" in operation
    } == {
        ("GET", "/healthz"): [],
        ("POST", "/webhooks/meta"): ["bearer", "webhook_secret", "meta_signature"],
        ("GET", "/webhooks/meta"): ["bearer", "webhook_secret", "verify_token"],
        ("POST", "/webhooks/2chat"): ["bearer", "webhook_secret", "secret_in_address"],
    }
    for _, address, operation in operations():
        assert ("401" in operation["responses"]) == (address != "/healthz")


def test_every_reference_leads_somewhere_and_every_component_is_used() -> None:
    used = set(references(document()))
    kinds = {kind: names for kind, names in document()["components"].items() if kind != "securitySchemes"}

    for reference in used:
        resolved({"$ref": reference})
    assert {f"#/components/{kind}/{name}" for kind, names in kinds.items() for name in names} == used | _NOT_REFERRED_TO


def test_every_answer_in_json_has_an_example() -> None:
    without = [
        (method, address, status)
        for method, address, operation in operations()
        for status, answer in operation["responses"].items()
        if (content := resolved(answer)["content"].get(JSON)) and not content.get("examples")
    ]

    # The description is its own example.
    assert without == [("GET", "/openapi.json", "200")]


@pytest.mark.parametrize(
    ("where", "schema", "value"),
    [pytest.param(where, schema, value, id=where) for where, schema, value in examples(document())],
)
def test_every_example_fits_its_schema(where: str, schema: dict[str, Any], value: Any) -> None:
    # What is sent may hold more than is described; what is answered may not.
    checker = validator(schema, exact="/responses/" in where)

    assert [error.message for error in checker.iter_errors(value)] == []
