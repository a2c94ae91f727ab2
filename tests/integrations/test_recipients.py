"""To whom the workflows confirm an order: to the chat that it came from, if that is one person's, else to nobody."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "integrations"
_NODE = """
const [code, raw] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const given = { id: 'msg_1', timestamp: String(Date.now() / 1000), signatures: ['v1,s'], raw, expected: 's' };
const $input = { first: () => ({ json: given }) };
const run = new Function('$input', '$getWorkflowStaticData', code);
console.log(JSON.stringify(run($input, () => ({}))[0].json));
"""
PHONE = "491512345678"
RECIPIENTS: list[tuple[str | None, str | None, str | None]] = [
    (f"{PHONE}@s.whatsapp.net", PHONE, f"{PHONE}@s.whatsapp.net"),
    (f"{PHONE}@c.us", None, f"{PHONE}@c.us"),
    ("233445566778899@lid", None, "233445566778899@lid"),
    ("233445566778899@lid", PHONE, "233445566778899@lid"),
    (None, PHONE, PHONE),
    (PHONE, PHONE, PHONE),
    ("120363021112223334@g.us", PHONE, PHONE),
    ("120363021112223334@g.us", None, None),
    ("120363400000000001@newsletter", None, None),
    ("status@broadcast", None, None),
    ("DE.1349000111222", None, None),
    (f"{PHONE}@s.whatsapp.net\n@g.us", None, None),
    (None, None, None),
]
"""The order's chat id and phone number, and who is written to."""


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
@pytest.mark.parametrize(("chat_id", "phone", "recipient"), RECIPIENTS)
def test_n8n_answers_to_the_chat_of_one_person(chat_id: str | None, phone: str | None, recipient: str | None) -> None:
    workflow = json.loads((FOLDER / "n8n" / "confirm-orders.json").read_text(encoding="utf-8"))
    (code,) = [node["parameters"]["jsCode"] for node in workflow["nodes"] if node["name"] == "Check the event"]
    order: dict[str, Any] = {
        "order_id": "1",
        "received_at": datetime.now(UTC).isoformat(),
        "items": [],
        "total_price": None,
    }
    event = {"type": "order.synced", "data": {**order, "chat_id": chat_id, "customer_phone": phone}}

    done = subprocess.run(
        ["node", "-e", _NODE], input=json.dumps([code, json.dumps(event)]), capture_output=True, text=True, check=True
    )

    checked = json.loads(done.stdout)
    assert (checked["confirm"], checked.get("to")) == (recipient is not None, recipient)


@pytest.mark.parametrize(("chat_id", "phone", "recipient"), RECIPIENTS)
def test_makes_formula_says_the_same(chat_id: str | None, phone: str | None, recipient: str | None) -> None:
    """Make's `replace` takes `/…/g` for a pattern; the two of the formula are tried here as Python's."""
    formula = expression_of("to")
    whole = (
        r'\{\{ifempty\(replace\(5\.data\.chat_id; "/(.*?)/g"; emptystring\); '
        r'replace\(5\.data\.customer_phone; "/(.*?)/g"; emptystring\)\)\}\}'
    )
    match = re.fullmatch(whole, formula)
    assert match is not None
    not_a_person, not_a_digit = match.groups()

    chat = re.sub(not_a_person.replace("$)", r"\Z)"), "", chat_id or "")
    to = chat or re.sub(not_a_digit, "", phone or "")

    assert (to if len(to) >= 10 else None) == recipient


def expression_of(name: str) -> str:
    def find(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["value"]] if value.get("name") == name and "value" in value else []
            return own + [found for inner in value.values() for found in find(inner)]
        return [found for inner in value for found in find(inner)] if isinstance(value, list) else []

    blueprint = json.loads((FOLDER / "make" / "confirm-orders.json").read_text(encoding="utf-8"))
    (found,) = find(blueprint)
    return found
