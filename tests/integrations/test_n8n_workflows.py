"""The workflows for n8n as files. `make test-n8n` runs them in a real n8n."""

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from connector.settings import Settings

FOLDER = Path(__file__).parents[2] / "integrations" / "n8n"
FILES = sorted(FOLDER.glob("*.json"))
KNOWN = {
    "n8n-nodes-base.code": 2,
    "n8n-nodes-base.crypto": 1,
    "n8n-nodes-base.httpRequest": 4.2,
    "n8n-nodes-base.if": 2.2,
    "n8n-nodes-base.respondToWebhook": 1.1,
    "n8n-nodes-base.set": 3.4,
    "n8n-nodes-base.stickyNote": 1,
    "n8n-nodes-base.stopAndError": 1,
    "n8n-nodes-base.webhook": 2,
}
"""The nodes, and the versions of them that n8n 1.123 has."""


def workflow(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def targets(of: Any) -> set[str]:
    return {wire["node"] for outputs in of["connections"].values() for wires in outputs["main"] for wire in wires}


def names(of: Any, kind: str) -> set[str]:
    return {node["name"] for node in of["nodes"] if node["type"] == f"n8n-nodes-base.{kind}"}


def test_there_are_two_workflows() -> None:
    assert [file.name for file in FILES] == ["confirm-orders.json", "forward-orders.json"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_workflow_is_imported_switched_off_and_empty_of_data(file: Path) -> None:
    read = workflow(file)

    assert read["active"] is False
    assert read["pinData"] == {}
    assert "staticData" not in read


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_node_is_known_and_connected_once_by_its_name(file: Path) -> None:
    read = workflow(file)
    all_names = [node["name"] for node in read["nodes"]]

    assert len(set(all_names)) == len(all_names)
    assert len({node["id"] for node in read["nodes"]}) == len(all_names)
    assert {node["type"]: node["typeVersion"] for node in read["nodes"]}.items() <= KNOWN.items()
    assert set(read["connections"]) | targets(read) == set(all_names) - names(read, "stickyNote")
    assert set(all_names) - targets(read) == names(read, "webhook") | names(read, "stickyNote")
    for mentioned in re.findall(r"\$\('([^']+)'\)", json.dumps(read)):
        assert mentioned in all_names


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_way_through_a_workflow_ends_with_an_answer(file: Path) -> None:
    read = workflow(file)
    answers = names(read, "respondToWebhook")
    (start,) = names(read, "webhook")

    def ends(name: str) -> bool:
        ways = read["connections"].get(name, {"main": []})["main"]
        return name in answers or (bool(ways) and all(wires and all(ends(w["node"]) for w in wires) for wires in ways))

    assert ends(start)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_can_fail_leads_to_a_503_and_never_breaks_off(file: Path) -> None:
    """n8n answers 200 in the name of a workflow that breaks off before it has answered."""
    read = workflow(file)
    can_fail = [
        node for kind in ("code", "crypto", "httpRequest", "set") for node in read["nodes"] if kind in node["type"]
    ]

    for node in can_fail:
        if node["name"] == "Remember the event":  # the message is sent: telling it again would send it twice
            assert node["onError"] == "continueRegularOutput"
            continue
        assert node["onError"] == "continueErrorOutput"
        assert read["connections"][node["name"]]["main"][1] == [{"node": "Answer 503", "type": "main", "index": 0}]
    (answer,) = [node for node in read["nodes"] if node["name"] == "Answer 503"]
    assert answer["parameters"]["options"]["responseCode"] == 503


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_secret_stands_in_a_workflow(file: Path) -> None:
    read = workflow(file)
    requests = [node for node in read["nodes"] if node["type"] == "n8n-nodes-base.httpRequest"]

    for node in read["nodes"]:
        assert set(node.get("credentials", {})) <= {"httpHeaderAuth"}
        assert node["parameters"].get("secret", "") in {"", "={{ $env.EVENTS_KEY || null }}"}
    for node in requests:
        assert node["parameters"]["genericAuthType"] == "httpHeaderAuth"
        assert "headerParameters" not in node["parameters"]
    assert "whsec_" not in json.dumps(read)


def test_orders_are_handed_to_the_route_for_whapis_webhooks() -> None:
    read = workflow(FOLDER / "forward-orders.json")

    (request,) = [node for node in read["nodes"] if node["type"] == "n8n-nodes-base.httpRequest"]
    assert request["parameters"]["url"] == "https://orders.example.com/webhooks/whapi"


def test_messages_go_to_whapis_gateway() -> None:
    read = workflow(FOLDER / "confirm-orders.json")

    (request,) = [node for node in read["nodes"] if node["type"] == "n8n-nodes-base.httpRequest"]
    (gateway,) = [field.default for field in fields(Settings) if field.name == "whapi_base_url"]
    assert request["parameters"]["url"] == f"{str(gateway).rstrip('/')}/messages/text"
