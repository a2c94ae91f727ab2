"""Bodies that don't fit Google's published description are refused in Google's words."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox_google.conftest import Shop, refusal

PROJECT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            {"request": []},
            'Invalid JSON payload received. Unknown name "request": Cannot find field.',
        ),
        (
            {"requests": [{"addRow": {}}]},
            "Invalid JSON payload received. Unknown name \"addRow\" at 'requests[0]': Cannot find field.",
        ),
        (
            {"requests": [{"updateCells": {"rows": [{"values": [{"userEnteredValue": {"text": "x"}}]}]}}]},
            'Invalid JSON payload received. Unknown name "text" at '
            "'requests[0].update_cells.rows[0].values[0].user_entered_value': Cannot find field.",
        ),
        (
            {"requests": [{"deleteSheet": {"sheetId": "0"}}]},
            "Invalid value at 'requests[0].delete_sheet.sheet_id' (TYPE_INT32), \"0\"",
        ),
        (
            {"requests": [{"insertDimension": {"inheritFromBefore": "yes"}}]},
            "Invalid value at 'requests[0].insert_dimension.inherit_from_before' (TYPE_BOOL), \"yes\"",
        ),
        (
            {"requests": [{"appendDimension": {"dimension": "ROW"}}]},
            "Invalid value at 'requests[0].append_dimension.dimension' (TYPE_ENUM), \"ROW\"",
        ),
        (
            {"requests": [{"deleteSheet": {}, "addSheet": {}}]},
            "Invalid value at 'requests[0]' (oneof), oneof field is already set. Cannot set 'addSheet'",
        ),
        (
            {
                "requests": [
                    {
                        "updateCells": {
                            "rows": [{"values": [{"userEnteredValue": {"stringValue": "1", "numberValue": 1}}]}]
                        }
                    }
                ]
            },
            "Invalid value at 'requests[0].update_cells.rows[0].values[0].user_entered_value' (oneof), "
            "oneof field is already set. Cannot set 'numberValue'",
        ),
        ({"requests": [{}]}, "Invalid requests[0]: No request set."),
        ({"requests": []}, "Must specify at least one request."),
        ({"requests": [{"deleteSheet": {}}] * 100_001}, "Cannot exceed 100000 requests in a single batch."),
    ],
)
def test_a_wrong_body_is_refused(shop: Shop, body: dict[str, Any], sentence: str) -> None:
    assert refusal(lambda: shop.request("post", ":batchUpdate", json=body)) == (400, sentence)


def test_the_violation_is_named_in_the_details(shop: Shop) -> None:
    answer = shop.client.http_client.session.post(
        f"{shop.google.url}/v4/spreadsheets/{shop.id}:batchUpdate", json={"requests": [{"x": {}}]}
    )

    description = "Invalid JSON payload received. Unknown name \"x\" at 'requests[0]': Cannot find field."
    assert answer.json()["error"]["details"] == [
        {
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": "requests[0]", "description": description}],
        }
    ]


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"a": NaN}', b'{"includeSpreadsheetInResponse": "\\ud800"}'])
def test_what_is_not_json_is_refused(shop: Shop, body: bytes) -> None:
    assert refusal(lambda: shop.request("post", ":batchUpdate", data=body))[0] == 400


def test_a_deeply_nested_body_is_refused(shop: Shop) -> None:
    body = b"[" * 100_000

    assert refusal(lambda: shop.request("post", ":batchUpdate", data=body))[0] == 400


def test_a_null_counts_as_not_there(shop: Shop) -> None:
    replies = shop.batch({"addSheet": {"properties": {"title": "Orders", "index": None}}})

    assert replies[0]["addSheet"]["properties"]["index"] == 1


def test_a_query_parameter_that_does_not_exist_is_refused(shop: Shop) -> None:
    status, sentence = refusal(lambda: shop.request("get", "", params={"includeGrid": "true"}))

    assert status == 400
    assert 'Unknown name "includeGrid": Cannot bind query parameter.' in sentence


def test_a_kind_that_is_not_played_says_so(shop: Shop) -> None:
    assert shop.refusal({"addSlicer": {"slicer": {}}}) == (
        501,
        "The sandbox does not play the request addSlicer yet.",
    )


def test_the_extract_is_what_the_script_makes() -> None:
    script = [sys.executable, "scripts/make_sheets_schema.py", "--check"]

    assert subprocess.run(script, cwd=PROJECT, check=False).returncode == 0


def test_the_product_does_not_need_the_client_library_that_the_extract_is_made_from() -> None:
    code = (
        "import sys; import sandbox.google; sys.exit(any(name.startswith('googleapiclient') for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False).returncode == 0
