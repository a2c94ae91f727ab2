"""The quarantine over HTTP: what could not be understood, and reading it again."""

from collections.abc import Sequence

from flask import Blueprint, Response, jsonify

from connector.api.errors import ApiError
from connector.api.redacted import entry_json, head_json
from connector.api.request import MOST_LISTED, whole_number
from connector.jobs.replay import replay
from connector.runtime import Service
from connector.store import quarantine
from connector.store.quarantine import Entry

LARGEST_ID = 2**53
_ID = f"<int(max={LARGEST_ID}):entry_id>"


def quarantine_blueprint(service: Service) -> Blueprint:
    blueprint = Blueprint("quarantine", __name__)

    @blueprint.get("/quarantine")
    def list_() -> Response:
        limit, before = whole_number("limit", 50, most=MOST_LISTED) or 0, whole_number("before", None)
        with service.database.read() as connection:
            found = quarantine.list_heads(connection, service.shop, limit=limit, before=before)
        return jsonify(
            quarantined=[head_json(head, redact=service.redact) for head in found],
            next_before=found[-1].id if found and len(found) == limit else None,
        )

    @blueprint.get(f"/quarantine/{_ID}")
    def show(entry_id: int) -> Response:
        return jsonify(entry_json(_find(service, entry_id), redact=service.redact))

    @blueprint.post(f"/quarantine/{_ID}/replay")
    def replay_one(entry_id: int) -> Response:
        _find(service, entry_id)
        return _replay(service, [entry_id])

    @blueprint.post("/quarantine/replay")
    def replay_all() -> Response:
        return _replay(service, None)

    return blueprint


def _find(service: Service, entry_id: int) -> Entry:
    with service.database.read() as connection:
        entry = quarantine.find_entry(connection, service.shop, entry_id)
    if entry is None:
        raise ApiError(404, "Nothing with this id is in quarantine.")
    return entry


def _replay(service: Service, ids: Sequence[int] | None) -> Response:
    replayed = replay(service.database, service.receive, service.shop, ids=ids)
    return jsonify(
        understood=replayed.understood,
        left=replayed.left,
        accepted=len(replayed.new),
        duplicates=replayed.duplicates,
        ignored=replayed.ignored,
    )
