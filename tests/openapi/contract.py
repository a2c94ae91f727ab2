"""Compares what the service answers with what its description says."""

import copy
import re
from collections.abc import Iterable
from functools import cache
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import jsonschema_rs
from flask import Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect
from werkzeug.test import run_wsgi_app

from connector.api.openapi import document

JSON = "application/json"
_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?_?(\w+)>")
_SHOP = re.compile(r"\A/shops/[^/]*(?:/|\Z)")
_ELSEWHERE = {
    "401": "Unauthorised",
    "404": "NoSuchAddress",
    "405": "WrongMethod",
    "413": "TooLarge",
    "429": "TooManyWrongSecrets",
    "503": "NotStored",
}
"""What an address or a method that is not described may be answered with."""


class Contract:
    """Looks at every answer on its way out of an application, and keeps what is not as described."""

    def __init__(self, below: str = "") -> None:
        """`below`: the path that may stand before each address."""
        self.problems: list[str] = []
        self._below = below

    def watching(self, app: Flask) -> WSGIApplication:
        """The application, with somebody who looks at its answers."""
        routes = app.url_map.bind("shop")

        def watched(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            method, path = environ["REQUEST_METHOD"], _path(environ["PATH_INFO"].removeprefix(self._below))
            if _is_the_page(routes, method, path):
                return app(environ, start_response)
            # Held back until it is whole, so that what is found counts before the caller has the answer.
            parts, status, headers = run_wsgi_app(app, environ, buffered=True)
            body = b"".join(parts)
            found = differences(_address(routes, method, path), method, Response(body, status, headers))
            self.problems += [f"{method} {path}: {difference}" for difference in found]
            start_response(status, headers.to_wsgi_list())
            return [body]

        return watched


def _path(path: str) -> str:
    """The path as Flask reads it, without the shop in it: WSGI has its bytes as Latin-1."""
    return _SHOP.sub("/", path).encode("latin-1").decode(errors="replace")


def is_described(endpoint: str) -> bool:
    """The status page is for people, and is described nowhere."""
    return not endpoint.startswith("page.")


def _is_the_page(routes: MapAdapter, method: str, path: str) -> bool:
    try:
        endpoint, _ = routes.match(path, method)
    except (HTTPException, RequestRedirect):
        return False
    return not is_described(endpoint)


def _address(routes: MapAdapter, method: str, path: str) -> str | None:
    try:
        rule, _ = routes.match(path, method, return_rule=True)
    except (HTTPException, RequestRedirect):
        return None
    return address_of(rule.rule)


def address_of(rule: str) -> str:
    """A rule of Flask's as OpenAPI writes it: `/orders/{order_id}`."""
    return _ARGUMENT.sub(r"{\1}", rule)


def differences(address: str | None, method: str, response: Response) -> list[str]:
    """What is not as described; `address` is None for one that isn't there, or doesn't take the method."""
    has_body = method != "HEAD"
    method = method if has_body else "GET"
    described = described_answer(address, method, str(response.status_code))
    if described is None:
        return [f"the status {response.status_code} is not described."]
    missing = [
        f"the header {name} is missing in a {response.status_code}."
        for name, header in described.get("headers", {}).items()
        if resolved(header).get("required") and name not in response.headers
    ]
    if response.mimetype not in described["content"]:
        return [*missing, f"the type {response.mimetype} is not described for {response.status_code}."]
    if response.mimetype != JSON or not has_body:
        return missing
    checker = answer_validator(address, method, str(response.status_code))
    wrong = [f"{error.message} (at {error.instance_path})" for error in checker.iter_errors(response.get_json())]
    return missing + wrong


@cache
def described_answer(address: str | None, method: str, status: str) -> dict[str, Any] | None:
    """The answer of an operation, with its reference followed."""
    described = document()
    if address is None:
        name = _ELSEWHERE.get(status)
        found: dict[str, Any] | None = None if name is None else described["components"]["responses"][name]
        return found
    found = described["paths"].get(address, {}).get(method.lower(), {}).get("responses", {}).get(status)
    return None if found is None else resolved(found)


@cache
def answer_validator(address: str | None, method: str, status: str) -> jsonschema_rs.Validator:
    found = described_answer(address, method, status)
    assert found is not None
    return validator(found["content"][JSON]["schema"], exact=True)


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """The part itself, where it is only a reference to one."""
    if "$ref" not in part:
        return part
    found: Any = document()
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    assert isinstance(found, dict)
    return found


def validator(schema: dict[str, Any], *, exact: bool) -> jsonschema_rs.Validator:
    """For a schema of the document. `exact`: fields that are not described count as wrong.

    The document itself leaves objects open, because answers may grow; the tests hold it to what there is today.
    """
    components = {"schemas": document()["components"]["schemas"]}
    whole = copy.deepcopy({**schema, "components": components})
    return jsonschema_rs.Draft202012Validator(closed(whole) if exact else whole, validate_formats=True)


def with_inherited_fields(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with what it takes over by `allOf` among its own fields."""
    found = {name: inner for name, inner in schema.items() if name != "allOf"}
    for part in schema.get("allOf", ()):
        inherited = with_inherited_fields(resolved(part))
        found["required"] = [*inherited["required"], *found["required"]]
        found["properties"] = {**inherited["properties"], **found["properties"]}
    return found


def closed(schema: Any) -> Any:
    """The schema with every object that names its fields closed to others."""
    if isinstance(schema, list):
        return [closed(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    schema = with_inherited_fields(schema)
    found = {name: closed(inner) for name, inner in schema.items()}
    if isinstance(found.get("properties"), dict) and found.get("type") == "object":
        found["additionalProperties"] = False
    return found
