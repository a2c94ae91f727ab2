"""The status page's routes: what shows something, the login, and the buttons, which change something.

Also who may use them, and what all templates know.
"""

import json
from typing import Any, TypeVar

from flask import Blueprint, Response, g, redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from jinja2 import StrictUndefined
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from connector.api.current import current_shop, shop_for
from connector.api.errors import ApiError
from connector.api.redacted import entry_json
from connector.converters import SHORTEST_PASSWORD
from connector.dashboard import formatting
from connector.dashboard.auth import Access, harden
from connector.dashboard.charts import HEIGHT, WIDTH, orders_plot, times_plot
from connector.dashboard.data import Snapshots, TooSlowError
from connector.dashboard.formatting import Words
from connector.dashboard.health import ODD_WORDS, judge, part_states
from connector.dashboard.listing import ODD, Listings, Query, store_number
from connector.jobs.replay import replay
from connector.jobs.resync import ask_for_resync
from connector.jobs.rewrite import NotRewrittenError, rewrite
from connector.log import get_logger
from connector.models import Order, Status
from connector.runtime.service import Service
from connector.runtime.shop import Shop
from connector.serializers import row_url
from connector.sheets.errors import SheetsError
from connector.store import quarantine
from connector.store.commit import StoreClosedError
from connector.store.orders import find_by_number
from connector.store.quarantine import Entry

log = get_logger(__name__)


NOTES = {
    "retried": "The order is being tried again.",
    "all-retried": "Every order that lacks something is being tried again.",
    "nothing-to-try": "There is nothing to try: the order came without its token. Its items come if it is sent again.",
    "rewritten": "What is gone from the sheet is being written again.",
    "not-rewritten": "Nothing is written again: the rows stand in the sheet, or are on their way to it.",
    "sheet-not-read": "The sheet can't be read at present, so nothing was done. The problems above say why.",
    "audit": "The sheet is being compared with what was received. The result stands below.",
    "audit-writes": "The sheet is being compared with what was received, and what is missing is written again.",
    "audit-runs": "A comparison is under way. Its result will stand below.",
    "understood": "It was understood now and has been taken in.",
    "not-understood": "It is still not understood, and stays here.",
}
"""What the page says after a change, by the name that stands in the address."""
_LONGEST_PAYLOAD = 20_000
"""Characters of a quarantined payload that are shown."""
_NO_ORDER = "This order is no longer in the database."
_NO_ENTRY = "This is no longer in quarantine."
T = TypeVar("T")
NAME = "page"
_MOST_VIEWS = 20
"""Shops whose figures are kept for those who look; it costs a shop nothing that nobody looks."""
EVERY = 3
"""Seconds after which an open page asks what is new."""
LARGEST_FORM = 16 * 1024
"""Bytes of a form of the page's own."""
_OPEN_TO_ALL = frozenset({f"{NAME}.{route}" for route in ("home", "log_in")})
_FILES = f"{NAME}.static"
_STATUS_WORDS = {
    Status.RECEIVED: "on its way",
    Status.WAITING: "waits for items",
    Status.SYNCED: "in the sheet",
    Status.FAILED: "without items",
}
_TOO_LARGE = "This form is larger than any of this page's. Open the page again and repeat it."
_NO_DATABASE = (
    "The database does not answer, so nothing can be shown or changed. See that it runs and can be reached, and that "
    "the disk is not full."
)


def page_blueprint(service: Service, access: Access) -> Blueprint:
    blueprint = Blueprint(
        NAME, __name__, template_folder="templates", static_folder="static", static_url_path="/status/static"
    )

    @blueprint.record_once
    def set_up(state: BlueprintSetupState) -> None:
        environment = state.app.jinja_env
        environment.undefined = StrictUndefined
        environment.trim_blocks = environment.lstrip_blocks = True
        environment.filters.update(
            amount=formatting.amount,
            machine=formatting.machine,
            number=formatting.number,
            redact=lambda text: current_shop().redact(text),
            row_url=row_url,
        )
        environment.globals.update(
            status_words=_STATUS_WORDS,
            odd=ODD,
            odd_words=ODD_WORDS,
            seconds_between=EVERY,
            plot_width=WIDTH,
            plot_height=HEIGHT,
        )

    @blueprint.before_request
    def check() -> AnyResponse | None:
        if request.endpoint == _FILES:
            return None  # The same for all who look.
        g.shop = shop_for(service, None)
        # A form is read before it is known whose it is.
        request.max_content_length = request.max_form_memory_size = LARGEST_FORM
        return access.check(open_to_all=request.endpoint in _OPEN_TO_ALL)

    blueprint.after_request(harden)
    views = ViewsOfShops()
    _add_pages(blueprint, views, access)
    _add_actions(blueprint, views)
    _register_error_handlers(blueprint)
    return blueprint


class Views:
    """Safe to use from several threads. Each method may raise what the database raises, or TooSlowError."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._snapshots = Snapshots(shop)
        self._listings = Listings(shop)

    def words(self) -> Words:
        return self._snapshots.words()

    def overview(self) -> dict[str, Any]:
        """For `_overview.html` and `_state.html`."""
        snapshot = self._snapshots.latest()
        findings, checked_at = self.shop.findings.get()
        return {
            "snapshot": snapshot,
            "words": snapshot.words,
            "verdict": judge(snapshot, findings, checked_at=checked_at),
            "audited": self.shop.audits.latest(),
            "parts": list(part_states(self.shop, snapshot)),
            "plots": [orders_plot(snapshot.hours, snapshot.words), times_plot(snapshot.hours, snapshot.words)],
        }

    def orders(self, query: Query) -> dict[str, Any]:
        """For `_orders.html`."""
        words = self.words()
        return {"listing": self._listings.get(query, words), "words": words}

    def everything(self, query: Query) -> dict[str, Any]:
        return {**self.overview(), **self.orders(query)}

    def forget(self) -> None:
        """Clears the caches, so that a visitor sees at once what he has just changed."""
        self._snapshots.forget()
        self._listings.forget()


class ViewsOfShops:
    """The views of each shop that somebody has looked at lately."""

    def __init__(self) -> None:
        self._views: dict[str, Views] = {}

    def current(self) -> Views:
        """Those of the shop that the request is about."""
        shop = current_shop()
        views = self._views.get(shop.name)
        if views is None or views.shop is not shop:
            if len(self._views) >= _MOST_VIEWS:
                self._views.clear()
            views = self._views[shop.name] = Views(shop)
        return views


def _add_pages(blueprint: Blueprint, views: ViewsOfShops, access: Access) -> None:
    @blueprint.get("/")
    def home() -> Response | str:
        if access.is_shut:
            return render_template("status/off.html", shortest=SHORTEST_PASSWORD)
        query = Query.read(request.args)
        if not access.is_in():
            return access.login_page(query.address())
        note = NOTES.get(request.args.get("note", ""))
        return render_template("status/page.html", **views.current().everything(query), note=note)

    @blueprint.post("/status/login")
    def log_in() -> AnyResponse:
        return access.log_in(Query.read(request.form).address())

    @blueprint.post("/status/logout")
    def log_out() -> AnyResponse:
        return access.log_out()

    @blueprint.get("/status/overview")
    def overview_part() -> str:
        return render_template("status/_overview_answer.html", **views.current().overview())

    @blueprint.get("/status/orders")
    def orders_part() -> Response:
        query = Query.read(request.args)
        response = Response(render_template("status/_orders.html", **views.current().orders(query)))
        if "poll" not in request.args:
            response.headers["HX-Replace-Url"] = query.address()
        return response


def _add_actions(blueprint: Blueprint, views: ViewsOfShops) -> None:
    @blueprint.post("/status/retry")
    def retry() -> AnyResponse:
        """The order with this number, or else all that lack something."""
        shop = current_shop()
        chosen = _find_order(shop, request.form["number"]) if "number" in request.form else None
        ids = None if chosen is None else [chosen.order_id]
        tried = ask_for_resync(shop.database, shop.name, now=shop.clock.now(), order_ids=ids)
        shop.wake()
        log.info("page.retry", order_id=None if chosen is None else chosen.order_id, orders=len(tried))
        if chosen is None:
            return _changed(views.current(), "all-retried")
        return _changed(views.current(), "retried" if tried or chosen.write_due_at is not None else "nothing-to-try")

    @blueprint.post("/status/rewrite")
    def rewrite_rows() -> AnyResponse:
        """Writes the rows of the order with this number again, if they are gone from the sheet."""
        shop = current_shop()
        order = _find_order(shop, request.form["number"])
        note = _rewrite(shop, order)
        log.info("page.rewrite", order_id=order.order_id, outcome=note)
        return _changed(views.current(), note)

    @blueprint.post("/status/audit")
    def compare() -> AnyResponse:
        """Compares the sheet with what was received, and with `write` has written what is missing."""
        shop = current_shop()
        writes = "write" in request.form
        if not shop.audits.start(write_missing=writes):
            return _changed(views.current(), "audit-runs")
        return _changed(views.current(), "audit-writes" if writes else "audit")

    @blueprint.get("/status/quarantine/<number>")
    def entry(number: str) -> str:
        shop = current_shop()
        found = _find_entry(shop, number)
        shown = entry_json(found, redact=shop.redact)
        payload = json.dumps(shown["payload"], indent=2, ensure_ascii=False)
        return render_template(
            "status/entry.html",
            entry=found,
            payload=payload[:_LONGEST_PAYLOAD],
            is_cut=len(payload) > _LONGEST_PAYLOAD,
            words=views.current().words(),
        )

    @blueprint.post("/status/replay")
    def replay_quarantine() -> AnyResponse:
        """The entry with this number, or else all."""
        shop = current_shop()
        ids = [_find_entry(shop, request.form["number"]).id] if "number" in request.form else None
        replayed = replay(shop.database, shop.receive, shop.name, ids=ids)
        log.info("page.replay", understood=replayed.understood, left=replayed.left)
        return _changed(views.current(), "understood" if replayed.understood else "not-understood")


def _changed(views: Views, note: str) -> AnyResponse:
    """The parts of the page as they are now; or, for a browser without scripts, where they are."""
    views.forget()
    query = Query.read(request.form)
    if "HX-Request" in request.headers:
        return Response(render_template("status/_changed.html", **views.everything(query), note=NOTES[note]))
    address = query.address()
    return redirect(f"{address}{'&' if '?' in address else '?'}note={note}", 303)


def _rewrite(shop: Shop, order: Order) -> str:
    """Which note says what came of it."""
    try:
        rewrite(shop.database, shop.lookup, shop=shop.name, order_id=order.order_id, clock=shop.clock)
    except NotRewrittenError:
        return "not-rewritten"
    except SheetsError:
        return "sheet-not-read"
    shop.wake()
    return "rewritten"


def _find_order(shop: Shop, text: str) -> Order:
    number, order = store_number(text), None
    if number is not None:
        with shop.database.read() as connection:
            order = find_by_number(connection, shop.name, number)
    return _there(order, _NO_ORDER)


def _find_entry(shop: Shop, text: str) -> Entry:
    number, entry = store_number(text), None
    if number is not None:
        with shop.database.read() as connection:
            entry = quarantine.find_entry(connection, shop.name, number)
    return _there(entry, _NO_ENTRY)


def _there(found: T | None, sentence: str) -> T:
    if found is None:
        raise ApiError(404, sentence)
    return found


def _register_error_handlers(blueprint: Blueprint) -> None:
    @blueprint.errorhandler(ApiError)
    def refused(error: ApiError) -> tuple[str, int, dict[str, str]]:
        headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
        return render_template("status/error.html", sentence=error.message), error.status, headers

    @blueprint.errorhandler(RequestEntityTooLarge)
    def too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
        return render_template("status/error.html", sentence=_TOO_LARGE), 413

    @blueprint.errorhandler(SQLAlchemyError)
    @blueprint.errorhandler(StoreClosedError)
    @blueprint.errorhandler(TooSlowError)
    def no_database(error: Exception) -> tuple[str, int]:
        # The text of a database error holds the values of the statement: customers' data, and tokens.
        log.error("page.store_failed", error=type(error).__name__)
        return render_template("status/error.html", sentence=_NO_DATABASE), 503
