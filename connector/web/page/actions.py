"""The routes behind the buttons: an order tried again, and the quarantine looked at and read again."""

import json
from typing import TypeVar

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from connector.logs import get_logger
from connector.models import Order
from connector.service import Service
from connector.sheets.errors import SheetsError
from connector.store import quarantine
from connector.store.orders import find_by_number
from connector.store.quarantine import Entry
from connector.sync.replay import replay
from connector.sync.resync import ask_for_resync
from connector.sync.rewrite import NotRewrittenError, rewrite
from connector.web.errors import ApiError
from connector.web.page.listing import Query, store_number
from connector.web.page.looks import NOTES
from connector.web.page.views import Views
from connector.web.redacted import entry_json

log = get_logger(__name__)

_LONGEST_PAYLOAD = 20_000
"""Characters of a quarantined payload that are shown."""
_NO_ORDER = "This order is no longer in the database."
_NO_ENTRY = "This is no longer in quarantine."

T = TypeVar("T")


def add_actions(blueprint: Blueprint, service: Service, views: Views) -> None:
    @blueprint.post("/status/retry")
    def retry() -> AnyResponse:
        """The order with this number, or else all that lack something."""
        chosen = _find_order(service, request.form["number"]) if "number" in request.form else None
        ids = None if chosen is None else [chosen.order_id]
        tried = ask_for_resync(service.database, service.shop, now=service.clock.now(), order_ids=ids)
        service.pipeline.wake()
        log.info("page.retry", order_id=None if chosen is None else chosen.order_id, orders=len(tried))
        if chosen is None:
            return _changed(views, "all-retried")
        return _changed(views, "retried" if tried or chosen.write_due_at is not None else "nothing-to-try")

    @blueprint.post("/status/rewrite")
    def rewrite_rows() -> AnyResponse:
        """Writes the rows of the order with this number again, if they are gone from the sheet."""
        order = _find_order(service, request.form["number"])
        note = _rewrite(service, order)
        log.info("page.rewrite", order_id=order.order_id, outcome=note)
        return _changed(views, note)

    @blueprint.post("/status/audit")
    def compare() -> AnyResponse:
        """Compares the sheet with what was received, and with `write` has written what is missing."""
        writes = "write" in request.form
        if not service.audits.start(write_missing=writes):
            return _changed(views, "audit-runs")
        return _changed(views, "audit-writes" if writes else "audit")

    @blueprint.get("/status/quarantine/<number>")
    def entry(number: str) -> str:
        found = _find_entry(service, number)
        shown = entry_json(found, redact=service.redact, with_payload=True)
        payload = json.dumps(shown["payload"], indent=2, ensure_ascii=False)
        return render_template(
            "status/entry.html",
            entry=found,
            payload=payload[:_LONGEST_PAYLOAD],
            is_cut=len(payload) > _LONGEST_PAYLOAD,
            words=views.words(),
        )

    @blueprint.post("/status/replay")
    def replay_quarantine() -> AnyResponse:
        """The entry with this number, or else all."""
        ids = [_find_entry(service, request.form["number"]).id] if "number" in request.form else None
        replayed = replay(service.database, service.receive, service.shop, ids=ids)
        log.info("page.replay", understood=replayed.understood, left=replayed.left)
        return _changed(views, "understood" if replayed.understood else "not-understood")


def _changed(views: Views, note: str) -> AnyResponse:
    """The parts of the page as they are now; or, for a browser without scripts, where they are."""
    views.forget()
    query = Query.read(request.form)
    if "HX-Request" in request.headers:
        return Response(render_template("status/_changed.html", **views.everything(query), note=NOTES[note]))
    address = query.address()
    return redirect(f"{address}{'&' if '?' in address else '?'}note={note}", 303)


def _rewrite(service: Service, order: Order) -> str:
    """Which note says what came of it."""
    try:
        rewrite(service.database, service.lookup, shop=service.shop, order_id=order.order_id, clock=service.clock)
    except NotRewrittenError:
        return "not-rewritten"
    except SheetsError:
        return "sheet-not-read"
    service.pipeline.wake()
    return "rewritten"


def _find_order(service: Service, text: str) -> Order:
    number, order = store_number(text), None
    if number is not None:
        with service.database.read() as connection:
            order = find_by_number(connection, service.shop, number)
    return _there(order, _NO_ORDER)


def _find_entry(service: Service, text: str) -> Entry:
    number, entry = store_number(text), None
    if number is not None:
        with service.database.read() as connection:
            entry = quarantine.find_entry(connection, service.shop, number)
    return _there(entry, _NO_ENTRY)


def _there(found: T | None, sentence: str) -> T:
    if found is None:
        raise ApiError(404, sentence)
    return found
