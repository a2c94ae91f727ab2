"""Makes sandbox/google/schema.json: names and types from Google's published description of the
Sheets API.

The description (a discovery document) ships with google-api-python-client, which is a development dependency.
The extract holds only what the stand-in needs to check requests and field masks: for each schema that can be
reached from a method's request or answer, each field's name and type; no prose.

    python scripts/make_sheets_schema.py           writes the file
    python scripts/make_sheets_schema.py --check   exits 1 if the file isn't what this script would write
"""

import json
import sys
from pathlib import Path
from typing import Any

import googleapiclient

SOURCE = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents" / "sheets.v4.json"
TARGET = Path(__file__).parent.parent / "sandbox" / "google" / "schema.json"


def methods(resources: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for resource in resources.values():
        found += resource.get("methods", {}).values()
        found += methods(resource.get("resources", {}))
    return found


def references(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set().union(*(references(part) for part in schema))
    if not isinstance(schema, dict):
        return set()
    named = {schema["$ref"]} if isinstance(schema.get("$ref"), str) else set()
    return named.union(*(references(part) for part in schema.values()))


def word(field: dict[str, Any], enums: list[str]) -> str:
    """A field's type as a word: `int32`, `Cell`, `[Cell]` for a list, `{string}` for a map, `enum:3`."""
    kind = field.get("type")
    if kind == "array":
        return f"[{word(field['items'], enums)}]"
    if kind == "object":
        return f"{{{word(field['additionalProperties'], enums)}}}"
    if "enum" in field:
        values = " ".join(field["enum"])
        if values not in enums:
            enums.append(values)
        return f"enum:{enums.index(values)}"
    words = {"integer": "int32", "number": field.get("format", "double"), None: field.get("$ref")}
    return "fieldmask" if field.get("format") == "google-fieldmask" else str(words.get(kind, kind))


def extract(document: dict[str, Any]) -> str:
    schemas: dict[str, Any] = document["schemas"]
    reached: set[str] = set()
    ahead = {
        method[side]["$ref"]
        for method in methods(document["resources"])
        for side in ("request", "response")
        if side in method
    }
    while ahead:
        name = ahead.pop()
        reached.add(name)
        ahead |= references(schemas[name]) - reached
    enums: list[str] = []
    lines = []
    for name in sorted(reached):
        fields = schemas[name].get("properties", {})
        types = {key: word(fields[key], enums) for key in sorted(fields)}
        lines.append(f"  {json.dumps(name)}: {json.dumps(types, separators=(',', ':'))}")
    return (
        f'{{"revision": {json.dumps(document["revision"])},\n'
        f'"enums": {json.dumps(enums, indent=1)},\n'
        '"schemas": {\n' + ",\n".join(lines) + "\n}}\n"
    )


def main() -> int:
    made = extract(json.loads(SOURCE.read_text(encoding="utf-8")))
    if sys.argv[1:] == ["--check"]:
        return 0 if TARGET.read_text(encoding="utf-8") == made else 1
    TARGET.write_text(made, encoding="utf-8")
    print(f"{TARGET.name}: {len(made)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
