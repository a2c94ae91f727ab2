"""The quarantine over HTTP: what could not be understood, and reading it again."""

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, g, jsonify

from connector.api.errors import ApiError
from connector.api.redacted import entry_json, head_json
from connector.api.request import MOST_LISTED, whole_number
from connector.jobs.replay import replay, replay_unrouted
from connector.runtime.service import Service
from connector.runtime.shop import Shop
from connector.store import quarantine
from connector.store.database import Database
from connector.store.dealt_with import By, deal_with_entry
from connector.store.quarantine import Entry
from connector.store.shops import UNROUTED

LARGEST_ID = 2**53
_ID = f"<int(max={LARGEST_ID}):entry_id>"


def quarantine_blueprint(service: Service) -> Blueprint:
    """Of a shop, or, for the operator where there are several, of what no shop could be found for."""
    blueprint = Blueprint("quarantine", __name__)
    database = service.database

    @blueprint.get("/quarantine")
    def list_() -> Response:
        limit, before = whole_number("limit", 50, most=MOST_LISTED) or 0, whole_number("before", None)
        with database.read() as connection:
            found = quarantine.list_heads(connection, _name(), limit=limit, before=before)
        return jsonify(
            quarantined=[head_json(head, redact=_redact(service)) for head in found],
            next_before=found[-1].id if found and len(found) == limit else None,
        )

    @blueprint.get(f"/quarantine/{_ID}")
    def show(entry_id: int) -> Response:
        return jsonify(entry_json(_find(database, entry_id), redact=_redact(service)))

    @blueprint.post(f"/quarantine/{_ID}/replay")
    def replay_one(entry_id: int) -> Response:
        _find(database, entry_id)
        return _replay(service, [entry_id])

    @blueprint.post(f"/quarantine/{_ID}/dealt-with")
    def deal_with(entry_id: int) -> Response:
        _find(database, entry_id)
        name, now = _name(), service.clock.now()
        database.write(lambda connection: deal_with_entry(connection, name, entry_id, By.API, now=now))
        return jsonify(head_json(_find(database, entry_id), redact=_redact(service)))

    @blueprint.post("/quarantine/replay")
    def replay_all() -> Response:
        return _replay(service, None)

    return blueprint


def _name() -> str:
    shop: Shop | None = g.get("shop")
    return UNROUTED if shop is None else shop.name


def _redact(service: Service) -> Callable[[str], str]:
    shop: Shop | None = g.get("shop")
    return service.redact if shop is None else shop.redact


def _find(database: Database, entry_id: int) -> Entry:
    with database.read() as connection:
        entry = quarantine.find_entry(connection, _name(), entry_id)
    if entry is None:
        raise ApiError(404, "Nothing with this id is in quarantine.")
    return entry


def _replay(service: Service, ids: Sequence[int] | None) -> Response:
    shop: Shop | None = g.get("shop")
    if shop is None:
        stages = {name: each.receive for name, each in service.shops.items()}
        replayed = replay_unrouted(service.database, stages, service.owner, ids=ids)
    else:
        replayed = replay(shop.database, shop.receive, shop.name, ids=ids)
    return jsonify(
        understood=replayed.understood,
        left=replayed.left,
        accepted=len(replayed.new),
        duplicates=replayed.duplicates,
        ignored=replayed.ignored,
    )
