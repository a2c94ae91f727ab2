"""The few forms of which the description is made."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

JSON = "application/json"
TEXT = "text/plain"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


def record(description: str, properties: Mapping[str, Json]) -> Json:
    """The schema of an object that always has all of these properties."""
    return {
        "type": "object",
        "description": description,
        "required": list(properties),
        "properties": dict(properties),
    }


def schema(name: str) -> Json:
    """A reference to one of the schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def parameter(name: str) -> Json:
    """A reference to one of the parameters."""
    return {"$ref": f"#/components/parameters/{name}"}


def responses(*names: str, known: Mapping[str, tuple[str, Json]]) -> Json:
    """References to some of the shared answers; `known` has each by its name, with its status."""
    return {known[name][0]: {"$ref": f"#/components/responses/{name}"} for name in names}


def example(summary: str, value: Any) -> Json:
    return {"summary": summary, "value": value}


def answer(
    description: str,
    schema: Json,
    *,
    examples: Mapping[str, Json],
    headers: Json | None = None,
    links: Json | None = None,
    mimetype: str = JSON,
) -> Json:
    """An answer, in JSON where nothing else is said."""
    found: Json = {"description": description}
    if headers:
        found["headers"] = headers
    found["content"] = {mimetype: {"schema": schema, "examples": dict(examples)}}
    if links:
        found["links"] = links
    return found
