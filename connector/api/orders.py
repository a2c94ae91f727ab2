"""The orders API: taking orders from no-code tools, showing where orders stand, trying them again."""

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from flask import Blueprint, Response, g, jsonify, request, url_for
from sqlalchemy import Connection

from connector.api.current import BELOW, current_shop, own_address, own_path
from connector.api.errors import ApiError
from connector.api.intake import take_in_forwarded
from connector.api.request import MOST_LISTED, as_far_as_may_be, whole_number
from connector.jobs.receive import IntakeResult
from connector.jobs.resync import ask_for_resync
from connector.jobs.rewrite import NotRewrittenError
from connector.models import Order, Status
from connector.runtime.asking import rewrite_order
from connector.runtime.service import Service
from connector.runtime.shop import Shop
from connector.serializers import order_json, without_items
from connector.sheets.errors import SheetsError
from connector.store import orders as stored
from connector.store.dealt_with import By, deal_with_order
from connector.store.rewrite import Gone
from connector.store.statements import in_pieces

LONGEST_WAIT = 30.0
MOST_WAITING = 64
"""Callers that may wait at once. Each sleeps in a thread, and the server keeps as many extra threads for them."""
_ASK_AGAIN = 5
"""Seconds after which it is sensible to ask what became of an order that was not done in time."""
Shown = Callable[[Shop, Order], dict[str, Any]]
"""An order of a shop as its caller sees it."""
NO_SUCH_ORDER = "There is no order with this id."
_AT_ONCE = 20
MOST_LISTED_AT_ONCE = 50
"""Orders of a listing that are read together."""


def orders_blueprint(service: Service, *, public_url: str | None = None) -> Blueprint:
    blueprint = Blueprint("orders", __name__)
    links = service.row_links

    def shown(shop: Shop, order: Order) -> dict[str, Any]:
        return order_json(order, row_url=links.url(shop.name, order, base=own_address()))

    waiting = threading.BoundedSemaphore(MOST_WAITING)

    @blueprint.post("/orders", strict_slashes=False)
    def take() -> Response:
        wait = _wait_seconds()
        base = public_url or own_address()
        taken = take_in_forwarded(service)
        batches = [_Batch(shop, base + _mounted(shop), result, partial(shown, shop)) for shop, result in taken.by_shop]
        _wait_until_done(batches, wait, waiting)
        with service.database.read() as connection:
            is_done = not wait or not any(batch.undone(connection) for batch in batches)
            entries, _ = as_far_as_may_be(entry for batch in batches for entry in batch.entries(connection))
        response = jsonify(**taken.counts(), orders=entries)
        if not is_done:
            response.status_code = 202
            response.headers["Retry-After"] = str(_ASK_AGAIN)
            if len(entries) == 1:
                response.headers["Location"] = entries[0]["url"]
        return response

    @blueprint.get("/orders", strict_slashes=False)
    def list_() -> Response:
        shop = current_shop()
        status, limit, before = _status(), whole_number("limit", 50, most=MOST_LISTED), whole_number("before", None)
        with shop.database.read() as connection:
            found = _listed(connection, shop.name, status=status, limit=limit or 0, before=before)
            entries, is_cut = as_far_as_may_be(_in_a_list(shown(shop, order), order) for order in found)
        is_full = is_cut or len(entries) == limit
        return jsonify(orders=entries, next_before=entries[-1]["id"] if entries and is_full else None)

    @blueprint.get("/orders/<whole:order_id>")
    def show(order_id: str) -> Response:
        shop = current_shop()
        return jsonify(shown(shop, _find(shop, order_id)))

    _add_changes(blueprint, shown)
    return blueprint


def _add_changes(blueprint: Blueprint, shown: Shown) -> None:
    """What can be done with orders that are there."""

    @blueprint.post("/orders/<whole:order_id>/resync")
    def resync_one(order_id: str) -> Response:
        shop = current_shop()
        _find(shop, order_id)
        tried = ask_for_resync(shop.database, shop.name, now=shop.clock.now(), order_ids=[order_id])
        shop.wake()
        return jsonify(resynced=len(tried), order=shown(shop, _find(shop, order_id)))

    @blueprint.post("/orders/<whole:order_id>/dealt-with")
    def deal_with(order_id: str) -> Response:
        shop = current_shop()
        _find(shop, order_id)
        now = shop.clock.now()
        shop.database.write(lambda connection: deal_with_order(connection, shop.name, order_id, By.API, now=now))
        return jsonify(order=shown(shop, _find(shop, order_id)))

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
        return jsonify(rewrites=gone, order=shown(shop, _find(shop, order_id)))


def _rewrite(shop: Shop, order_id: str) -> Gone:
    """Has written anew what is gone of the order."""
    if "\x00" in order_id:  # No id holds one, and PostgreSQL refuses to look for it.
        raise ApiError(404, NO_SUCH_ORDER)
    try:
        gone = rewrite_order(shop, order_id)
    except NotRewrittenError as error:
        raise ApiError(409, str(error)) from None
    except SheetsError as error:
        raise ApiError(503, shop.redact(error.message), retry_after=_ASK_AGAIN) from None
    if gone is None:
        raise ApiError(404, NO_SUCH_ORDER)
    return gone


def _find(shop: Shop, order_id: str) -> Order:
    order = None
    if "\x00" not in order_id:  # No id holds one, and PostgreSQL refuses to look for it.
        with shop.database.read() as connection:
            order = stored.find_order(connection, shop.name, order_id)
    if order is None:
        raise ApiError(404, NO_SUCH_ORDER)
    return order


class _Batch:
    """The orders of a request that went to one shop."""

    def __init__(self, shop: Shop, base: str, result: IntakeResult, shown: Callable[[Order], dict[str, Any]]) -> None:
        """`base`: what stands before the address of an order."""
        self._shop = shop
        self._shown = shown
        self._base = base
        self._order_ids = [taken.order_id for taken in result.taken if taken.contradiction is None]

    def entries(self, connection: Connection) -> Iterator[dict[str, Any]]:
        """The orders, each once, in the order of the ids, and where to ask how each stands; some are read at a time,
        since each may be as large as a request."""
        for some in in_pieces(dict.fromkeys(self._order_ids), _AT_ONCE):
            for order in stored.find_orders(connection, self._shop.name, some):
                path = url_for("orders.show", order_id=order.order_id).removeprefix(own_path())
                yield {**self._shown(order), "url": self._base + path}

    def undone(self, connection: Connection) -> set[str]:
        return stored.undone(connection, self._shop.name, self._order_ids)

    def left(self) -> set[str]:
        """The orders that aren't done."""
        with self._shop.database.read() as connection:
            return self.undone(connection)

    def wait(self, deadline: float) -> None:
        """Returns as soon as all are done or the time is up."""
        # Of several orders, the one that came last is most often the last to be done.
        while left := self.left():
            last = next(order_id for order_id in reversed(self._order_ids) if order_id in left)
            if not self._shop.long_poll.until_done(self._shop.name, last, deadline):
                break


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


def _wait_until_done(batches: Sequence[_Batch], seconds: float, waiting: threading.BoundedSemaphore) -> None:
    """Returns as soon as all are done or the time is up; at once where too many wait already."""
    deadline = time.monotonic() + seconds
    if not seconds or not any(batch.left() for batch in batches) or not waiting.acquire(blocking=False):
        return
    try:
        for batch in batches:
            batch.wait(deadline)
    finally:
        waiting.release()


def _mounted(shop: Shop) -> str:
    """What stands before an address of the shop's where the request didn't name it, and others would have to."""
    return "" if g.get("shop") is not None else f"{BELOW}{shop.name}"


def _in_a_list(entry: dict[str, Any], order: Order) -> dict[str, Any]:
    return {**without_items(entry), "id": order.id}


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
