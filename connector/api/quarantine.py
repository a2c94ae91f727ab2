"""The quarantine over HTTP: what could not be understood, and reading it again."""

from collections.abc import Sequence

from flask import Blueprint, Response, jsonify

from connector.api.current import current_shop
from connector.api.errors import ApiError
from connector.api.redacted import entry_json, head_json
from connector.api.request import MOST_LISTED, whole_number
from connector.jobs.replay import replay
from connector.runtime.shop import Shop
from connector.store import quarantine
from connector.store.quarantine import Entry

LARGEST_ID = 2**53
_ID = f"<int(max={LARGEST_ID}):entry_id>"


def quarantine_blueprint() -> Blueprint:
    blueprint = Blueprint("quarantine", __name__)

    @blueprint.get("/quarantine")
    def list_() -> Response:
        shop = current_shop()
        limit, before = whole_number("limit", 50, most=MOST_LISTED) or 0, whole_number("before", None)
        with shop.database.read() as connection:
            found = quarantine.list_heads(connection, shop.name, limit=limit, before=before)
        return jsonify(
            quarantined=[head_json(head, redact=shop.redact) for head in found],
            next_before=found[-1].id if found and len(found) == limit else None,
        )

    @blueprint.get(f"/quarantine/{_ID}")
    def show(entry_id: int) -> Response:
        shop = current_shop()
        return jsonify(entry_json(_find(shop, entry_id), redact=shop.redact))

    @blueprint.post(f"/quarantine/{_ID}/replay")
    def replay_one(entry_id: int) -> Response:
        shop = current_shop()
        _find(shop, entry_id)
        return _replay(shop, [entry_id])

    @blueprint.post("/quarantine/replay")
    def replay_all() -> Response:
        return _replay(current_shop(), None)

    return blueprint


def _find(shop: Shop, entry_id: int) -> Entry:
    with shop.database.read() as connection:
        entry = quarantine.find_entry(connection, shop.name, entry_id)
    if entry is None:
        raise ApiError(404, "Nothing with this id is in quarantine.")
    return entry


def _replay(shop: Shop, ids: Sequence[int] | None) -> Response:
    replayed = replay(shop.database, shop.receive, shop.name, ids=ids)
    return jsonify(
        understood=replayed.understood,
        left=replayed.left,
        accepted=len(replayed.new),
        duplicates=replayed.duplicates,
        ignored=replayed.ignored,
    )
