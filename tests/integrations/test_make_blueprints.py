"""The blueprints for Make as files. None was run in Make: what is known of its modules stands here, with its source."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

FOLDER = Path(__file__).parents[2] / "integrations" / "make"
FILES = sorted(FOLDER.glob("*.json"))

SEEN: dict[str, tuple[int, set[str], set[str]]] = {
    # Version, parameters and mapper fields, as they stand in blueprints that others exported and published.
    "gateway:CustomWebHook": (1, {"hook", "maxResults"}, set()),
    "gateway:WebhookRespond": (1, set(), {"status", "body", "headers"}),
    "http:MakeRequest": (
        4,
        {"authenticationType", "tlsType", "proxyKeychain", "apiKeyKeychain"},
        {
            "url",
            "method",
            "headers",
            "queryParameters",
            "contentType",
            "inputMethod",
            "jsonStringBodyContent",
            "parseResponse",
            "stopOnHttpError",
            "allowRedirects",
            "shareCookies",
            "requestCompressedContent",
            "timeout",
        },
    ),
    "builtin:BasicRouter": (1, set(), set()),
    "builtin:Ignore": (1, set(), set()),
    "json:ParseJSON": (1, {"type"}, {"json"}),
    "json:TransformToJSON": (1, {"space"}, {"object"}),
    "util:SetVariables": (1, set(), {"scope", "variables"}),
}
OPERATORS = {
    "exist",
    "notexist",
    "text:equal",
    "text:notequal",
    "text:contain",
    "text:notcontain",
    "number:greaterorequal",
    "number:lessorequal",
}
"""Of filters, from the same blueprints."""
FUNCTIONS = {"first", "formatDate", "ifempty", "join", "length", "map", "parseDate", "replace", "sha256"}
"""From Make's list of functions, https://help.make.com/functions."""


def blueprint(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def modules(flow: list[Any], before: frozenset[int] = frozenset()) -> Iterator[tuple[Any, frozenset[int]]]:
    """Each module, and the ids of those that have run before it."""
    for module in flow:
        yield module, before
        for route in module.get("routes", []):
            yield from modules(route["flow"], before | {module["id"]})
        yield from modules(module.get("onerror", []), before | {module["id"]})
        before |= {module["id"]}


def expressions(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from expressions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from expressions(inner)
    elif isinstance(value, str):
        yield from re.findall(r"\{\{(.*?)\}\}", value)


def outside_quotes(expression: str) -> str:
    return re.sub(r'"[^"]*"', '""', expression)


ALL = [(file.stem, module, before) for file in FILES for module, before in modules(blueprint(file)["flow"])]
NAMES = [f"{name}-{module['id']}" for name, module, _ in ALL]


def test_there_are_two_blueprints_with_ids_of_their_own() -> None:
    assert [file.name for file in FILES] == ["confirm-orders.json", "forward-orders.json"]
    for file in FILES:
        ids = [module["id"] for name, module, _ in ALL if name == file.stem]
        assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_scenario_starts_at_once_and_keeps_no_payloads(file: Path) -> None:
    read = blueprint(file)

    assert set(read) == {"name", "flow", "metadata"}
    assert read["metadata"]["instant"] is True
    assert read["metadata"]["scenario"]["sequential"] is False  # else Make answers 200 before anything is done
    assert read["metadata"]["scenario"]["confidential"] is True
    assert read["flow"][0]["module"] == "gateway:CustomWebHook"


@pytest.mark.parametrize("module", [module for _, module, _ in ALL], ids=NAMES)
def test_modules_and_fields_are_such_as_were_seen_in_published_blueprints(module: Any) -> None:
    version, parameters, fields = SEEN[module["module"]]

    assert module["version"] == version
    assert set(module.get("parameters") or {}) <= parameters
    assert set(module["mapper"] or {}) <= fields
    for group in module.get("filter", {}).get("conditions", []):
        for condition in group:
            assert condition["o"] in OPERATORS
            assert ("b" in condition) is (condition["o"] not in {"exist", "notexist"})


@pytest.mark.parametrize(("module", "before"), [(module, before) for _, module, before in ALL], ids=NAMES)
def test_expressions_use_known_functions_and_what_came_before(module: Any, before: frozenset[int]) -> None:
    own = [module["mapper"], module.get("filter")]

    for expression in expressions(own):
        bare = outside_quotes(expression)
        assert set(re.findall(r"([A-Za-z0-9]+)\(", bare)) <= FUNCTIONS
        assert {int(number) for number in re.findall(r"(?<![\w.])(\d+)\.", bare)} <= before
        assert bare.count("(") == bare.count(")")


def variables_set_by(file: Path) -> dict[int, set[str]]:
    return {
        module["id"]: {variable["name"] for variable in module["mapper"]["variables"]}
        for module, _ in modules(blueprint(file)["flow"])
        if module["module"] == "util:SetVariables"
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_variable_that_is_read_was_set(file: Path) -> None:
    made = variables_set_by(file)

    for expression in expressions(blueprint(file)):
        for number, name in re.findall(r"(?<![\w.])(\d+)\.(\w+)", outside_quotes(expression)):
            assert int(number) not in made or name in made[int(number)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_requests_leave_the_secret_to_a_keychain_and_failures_to_a_handler(file: Path) -> None:
    for module, _ in modules(blueprint(file)["flow"]):
        if module["module"] == "http:MakeRequest":
            assert module["parameters"]["authenticationType"] == "apiKey"
            assert module["mapper"]["headers"] == []
            assert [handler["module"] for handler in module["onerror"]] == ["gateway:WebhookRespond", "builtin:Ignore"]
            assert module["onerror"][0]["mapper"]["status"] == "503"


def test_the_addresses_are_the_connectors_route_for_webhooks_and_whapis_for_texts() -> None:
    addresses = {name: module["mapper"]["url"] for name, module, _ in ALL if module["module"] == "http:MakeRequest"}

    assert addresses == {
        "forward-orders": "https://orders.example.com/webhooks/whapi",
        "confirm-orders": "https://gate.whapi.cloud/messages/text",
    }


def test_the_expected_signature_is_that_of_standard_webhooks() -> None:
    """`sha256(text; encoding; key; key encoding)` is an HMAC where there is a key, as Make's list of functions says."""
    (expected,) = [
        variable["value"]
        for module, _ in modules(blueprint(FOLDER / "confirm-orders.json")["flow"])
        if module["module"] == "util:SetVariables"
        for variable in module["mapper"]["variables"]
        if variable["name"] == "expected"
    ]
    formula = '{{"v1," + sha256(2.id + "." + 2.timestamp + "." + 1.value; "base64"; 2.key; "base64")}}'
    secret, now, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", datetime.now(UTC), '{"type":"order.synced"}'
    text = f"msg_1.{int(now.timestamp())}.{body}"
    key = base64.b64decode(secret.removeprefix("whsec_"))

    assert expected == formula
    made = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()
    assert Webhook(secret).sign("msg_1", now, body) == f"v1,{made}"
