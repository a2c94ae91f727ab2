"""What the description holds, as the tests go through it."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from connector.api.openapi import document
from tests.openapi.contract import JSON, resolved

TEXT = "text/plain"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
_TIME = re.compile(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"')
_ROW = re.compile(r"/rows/[\w-]+")
_REQUESTS = re.compile(r'("(?:read|write)": )\d+')
_SENT_AS: dict[str, Callable[[Any], dict[str, Any]]] = {
    JSON: lambda body: {"json": body},
    TEXT: lambda body: {"content": body, "headers": {"Content-Type": TEXT}},
    FORM: lambda body: {"data": body},
    MULTIPART: lambda body: {"files": {name: (None, value) for name, value in body.items()}},
}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each address with each method it takes, and what is said of it."""
    for address, path in document()["paths"].items():
        for method, operation in path.items():
            if method != "parameters":
                yield method.upper(), address, operation


def operation_of(method: str, address: str) -> dict[str, Any]:
    found: dict[str, Any] = document()["paths"][address][method.lower()]
    return found


def sent_examples(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The bodies that may be sent, by name, each as httpx sends it."""
    return {
        name: _SENT_AS[mimetype](body)
        for mimetype, content in resolved(operation.get("requestBody", {"content": {}}))["content"].items()
        for name, body in values(content["examples"]).items()
    }


def answer_examples(answer: dict[str, Any]) -> dict[str, Any]:
    """The bodies that may come, by name; `answer` may be a reference."""
    return values(resolved(answer)["content"].get(JSON, {}).get("examples", {}))


def values(examples: dict[str, Any]) -> dict[str, Any]:
    return {name: resolved(example)["value"] for name, example in examples.items()}


def path_of(address: str) -> str:
    """The address with the examples of its parameters put in."""
    parameters = {found["name"]: found for found in document()["components"]["parameters"].values()}
    return re.sub(r"{(\w+)}", lambda match: str(parameters[match[1]]["example"]), address)


def comparable(body: Any) -> Any:
    """The body without what differs from run to run, so that what came can be compared with an example."""
    text = _ROW.sub("/rows/<row>", _TIME.sub('"<time>"', json.dumps(body)))
    return json.loads(_REQUESTS.sub(r"\g<1>0", text))
