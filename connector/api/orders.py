"""The orders API: taking orders from no-code tools, showing where orders stand, trying them again."""

import math
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from sqlalchemy import Connection

from connector.api.current import current_shop
from connector.api.errors import WRONG_FIELDS, ApiError
from connector.api.request import MOST_LISTED, as_far_as_may_be, read_json_or_form, room_for_body, whole_number
from connector.gateways.forwarded import MOST_NAMED, read_forwarded
from connector.jobs.receive import IntakeResult
from connector.jobs.resync import ask_for_resync
from connector.jobs.rewrite import NotRewrittenError, rewrite
from connector.models import Order, Status
from connector.runtime.shop import Shop
from connector.serializers import order_json
from connector.sheets.errors import SheetsError
from connector.store import orders as stored
from connector.store.rewrite import Gone

LONGEST_WAIT = 30.0
MOST_WAITING = 64
"""Callers that may wait at once. Each sleeps in a thread, and the server keeps as many extra threads for them."""
_ASK_AGAIN = 5
"""Seconds after which it is sensible to ask what became of an order that was not done in time."""
NO_SUCH_ORDER = "There is no order with this id."
_AT_ONCE = 20
MOST_LISTED_AT_ONCE = 50
"""Orders of a listing that are read together."""


def orders_blueprint(*, public_url: str | None = None) -> Blueprint:
    blueprint = Blueprint("orders", __name__)
    waiting = threading.BoundedSemaphore(MOST_WAITING)

    @blueprint.post("/orders")
    def take() -> Response:
        shop = current_shop()
        wait = _wait_seconds()
        base = public_url or _own_address()
        with room_for_body():
            result = _take_in(shop)
        order_ids = [taken.order_id for taken in result.taken if taken.contradiction is None]
        _wait_until_done(shop, order_ids, wait, waiting)
        with shop.database.read() as connection:
            left = stored.undone(connection, shop.name, order_ids) if wait else set()
            entries, _ = as_far_as_may_be(_with_address(base, order) for order in _found(connection, shop, order_ids))
        response = jsonify(
            accepted=result.accepted,
            duplicates=result.duplicates,
            ignored=result.ignored,
            quarantined=result.quarantined,
            orders=entries,
        )
        if left:
            response.status_code = 202
            response.headers["Retry-After"] = str(_ASK_AGAIN)
            if len(entries) == 1:
                response.headers["Location"] = entries[0]["url"]
        return response

    @blueprint.get("/orders")
    def list_() -> Response:
        shop = current_shop()
        status, limit, before = _status(), whole_number("limit", 50, most=MOST_LISTED), whole_number("before", None)
        with shop.database.read() as connection:
            found = _listed(connection, shop.name, status=status, limit=limit or 0, before=before)
            entries, is_cut = as_far_as_may_be(map(_without_items, found))
        is_full = is_cut or len(entries) == limit
        return jsonify(orders=entries, next_before=entries[-1]["id"] if entries and is_full else None)

    @blueprint.get("/orders/<whole:order_id>")
    def show(order_id: str) -> Response:
        return jsonify(order_json(_find(current_shop(), order_id)))

    @blueprint.post("/orders/<whole:order_id>/resync")
    def resync_one(order_id: str) -> Response:
        shop = current_shop()
        _find(shop, order_id)
        tried = ask_for_resync(shop.database, shop.name, now=shop.clock.now(), order_ids=[order_id])
        shop.wake()
        return jsonify(resynced=len(tried), order=order_json(_find(shop, order_id)))

    @blueprint.post("/resync")
    def resync_all() -> Response:
        shop = current_shop()
        tried = ask_for_resync(shop.database, shop.name, now=shop.clock.now())
        shop.wake()
        return jsonify(resynced=len(tried))

    @blueprint.post("/orders/<whole:order_id>/rewrite")
    def rewrite_one(order_id: str) -> Response:
        shop = current_shop()
        gone = _rewrite(shop, order_id)
        shop.wake()
        return jsonify(rewrites=gone, order=order_json(_find(shop, order_id)))

    return blueprint


def _rewrite(shop: Shop, order_id: str) -> Gone:
    """Has written anew what is gone of the order."""
    if "\x00" in order_id:  # No id holds one, and PostgreSQL refuses to look for it.
        raise ApiError(404, NO_SUCH_ORDER)
    try:
        gone = rewrite(shop.database, shop.lookup, shop=shop.name, order_id=order_id, clock=shop.clock)
    except NotRewrittenError as error:
        raise ApiError(409, str(error)) from None
    except SheetsError as error:
        raise ApiError(503, shop.redact(error.message), retry_after=_ASK_AGAIN) from None
    if gone is None:
        raise ApiError(404, NO_SUCH_ORDER)
    return gone


def _take_in(shop: Shop) -> IntakeResult:
    """Stores what the request brings. Raises a 422 that names what is wrong, and then stores nothing of it."""
    reading = read_forwarded(read_json_or_form(), now=shop.clock.now())
    if reading.unclear:
        problems = [
            {"field": shop.redact(part.field), "message": shop.redact(part.reason)}
            for part in reading.unclear[:MOST_NAMED]
        ]
        raise ApiError(422, WRONG_FIELDS, fields=problems)
    return shop.receive.receive(reading, keep_unclear=False)


def _find(shop: Shop, order_id: str) -> Order:
    order = None
    if "\x00" not in order_id:  # No id holds one, and PostgreSQL refuses to look for it.
        with shop.database.read() as connection:
            order = stored.find_order(connection, shop.name, order_id)
    if order is None:
        raise ApiError(404, NO_SUCH_ORDER)
    return order


def _found(connection: Connection, shop: Shop, order_ids: Sequence[str]) -> Iterator[Order]:
    """The orders, each once, in the order of the ids; some at a time, since each may be as large as a request."""
    unique = list(dict.fromkeys(order_ids))
    for start in range(0, len(unique), _AT_ONCE):
        yield from stored.find_orders(connection, shop.name, unique[start : start + _AT_ONCE])


def _listed(
    connection: Connection, shop: str, *, status: Status | None, limit: int, before: int | None
) -> Iterator[Order]:
    """The newest orders first, without their items; some at a time."""
    while limit > 0:
        found = stored.list_orders(
            connection, shop, status=status, limit=min(limit, MOST_LISTED_AT_ONCE), before=before
        )
        yield from found
        if len(found) < MOST_LISTED_AT_ONCE:
            return
        limit, before = limit - len(found), found[-1].id


def _wait_until_done(shop: Shop, order_ids: Sequence[str], seconds: float, waiting: threading.BoundedSemaphore) -> None:
    """Returns as soon as all are done or the time is up; at once where too many wait already."""
    deadline = time.monotonic() + seconds
    if not seconds or not _undone(shop, order_ids) or not waiting.acquire(blocking=False):
        return
    try:
        # Of several orders, the one that came last is most often the last to be done.
        while left := _undone(shop, order_ids):
            last = next(order_id for order_id in reversed(order_ids) if order_id in left)
            if not shop.long_poll.until_done(shop.name, last, deadline):
                break
    finally:
        waiting.release()


def _undone(shop: Shop, order_ids: Sequence[str]) -> set[str]:
    with shop.database.read() as connection:
        return stored.undone(connection, shop.name, order_ids)


def _own_address() -> str:
    """The address that the request came to; empty where it names none."""
    return f"{request.scheme}://{request.host}" if request.host else ""


def _with_address(base: str, order: Order) -> dict[str, Any]:
    """The order, and where to ask how it stands."""
    return {**order_json(order), "url": base + url_for("orders.show", order_id=order.order_id)}


def _without_items(order: Order) -> dict[str, Any]:
    entry = order_json(order)
    del entry["items"]
    return {**entry, "id": order.id}


def _wait_seconds() -> float:
    text = request.args.get("wait", "0")
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= LONGEST_WAIT:
        raise ApiError(400, f"`wait` is a number of seconds from 0 to {LONGEST_WAIT:g}.")
    return seconds


def _status() -> Status | None:
    text = request.args.get("status")
    if not text:
        return None
    try:
        return Status(text)
    except ValueError:
        raise ApiError(400, f"`status` is one of {', '.join(Status)}.") from None
