"""What the workflows and blueprints rely on stands in the connector's own description of its HTTP."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from connector.api.openapi import document

FOLDER = Path(__file__).parents[2] / "integrations"
URL = "https://orders.example.com/webhooks/whapi"


@pytest.mark.parametrize("tool", ["n8n", "make"])
def test_the_route_the_header_and_the_field_of_the_answer_are_those_of_the_openapi_document(tool: str) -> None:
    described = document()
    route = described["paths"][urlsplit(URL).path]["post"]
    answer: Any = resolved(
        described, resolved(described, route["responses"]["200"])["content"]["application/json"]["schema"]
    )
    header = described["components"]["securitySchemes"]

    assert URL in (FOLDER / tool / "forward-orders.json").read_text(encoding="utf-8")
    assert "X-Webhook-Secret" in {scheme.get("name") for scheme in header.values()}
    assert "X-Webhook-Secret" in (FOLDER / tool / "README.md").read_text(encoding="utf-8")
    assert "accepted" in answer["required"]
    assert "accepted" in json.dumps(json.loads((FOLDER / tool / "forward-orders.json").read_text(encoding="utf-8")))


def resolved(described: Any, schema: Any) -> Any:
    """The schema, or the one that it refers to."""
    while "$ref" in schema:
        found: Any = described
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema
