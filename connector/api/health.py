"""Liveness, readiness, and the metrics for Prometheus."""

import re
from time import perf_counter
from typing import Any, cast

from flask import Blueprint, Flask, Request, Response, jsonify, request
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy.exc import SQLAlchemyError

from connector.api.current import current_shop
from connector.jobs.reasons import is_late, reasons
from connector.observer import Observer
from connector.runtime.service import Service
from connector.serializers import moment
from connector.sheets.quota import Quota
from connector.store.breakers import Part
from connector.store.commit import StoreReplacedError
from connector.store.standing import read_standing

UNMATCHED = "unmatched"
"""The route of every address that is not there: as a label, addresses would be without number."""
_OTHER = "other"
_PLACEHOLDER = re.compile(r"<(?:[^:<>]*:)?_?([^:<>]+)>")


def metrics_blueprint(service: Service) -> Blueprint:
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        """Answers also where the database can't be read, without what it knows."""
        # The plain text format, which every version of Prometheus reads.
        response = Response(generate_latest(service.instruments.registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
        response.headers["Cache-Control"] = "no-store"
        return response

    return blueprint


class TimedRequest(Request):
    """Knows when it began. Cheaper than a hook before each request."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.began = perf_counter()
        super().__init__(*args, **options)


def observe_requests(app: Flask, observer: Observer) -> None:
    """Has the observer told of each answer. On the webhook's path every microsecond counts, so it is one hook alone."""
    app.request_class = TimedRequest
    routes: dict[str, str] = {}

    @app.after_request
    def answered(response: Response) -> Response:
        this = cast("TimedRequest", request)
        rule = this.url_rule
        if rule is None:
            method, route = _OTHER, UNMATCHED
        else:
            method = this.method
            route = routes.get(rule.rule) or routes.setdefault(rule.rule, route_label(rule.rule))
        seconds = perf_counter() - this.began
        observer.answered(method=method, route=route, status=response.status_code, seconds=seconds)
        return response


def route_label(rule: str) -> str:
    """The rule without its converters: `/orders/<path:order_id>` as `/orders/<order_id>`."""
    return _PLACEHOLDER.sub(r"<\1>", rule)


def health_blueprint() -> Blueprint:
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def alive() -> Response:
        """The process answers. No dependency is asked, so that a restart is only ever asked for where it helps."""
        return jsonify(status="ok")

    @blueprint.get("/readyz")
    def ready() -> tuple[Response, int]:
        """200 if the database works and orders reach the sheet, else 503. An order that is set aside is a problem, and
        no reason to send webhooks elsewhere."""
        shop = current_shop()
        now = shop.clock.now()
        try:
            shop.database.check_file()
            with shop.database.read() as connection:
                standing = read_standing(connection, shop.name)
        except StoreReplacedError as error:
            return jsonify(status="not ready", database="unavailable", problems=[str(error)]), 503
        except SQLAlchemyError:
            return jsonify(status="not ready", database="unavailable"), 503
        late = is_late(standing, now)
        problems = [problem.sentence for problem in reasons(standing, shop.problems.current(), now)]
        problems += [problem for problem in shop.findings.problems if problem not in problems]
        body = {
            "status": "not ready" if late else "ready",
            "database": "ok",
            "last_sheet_write": moment(standing.breakers[Part.SHEET].worked_at),
            "oldest_unwritten_order": moment(standing.oldest_unwritten),
            "orders_set_aside": [order.order_id for order in standing.rows_refused.first],
            "last_webhook": moment(shop.arrivals.latest),
            "last_test_webhook": shop.arrivals.test,
            "google_requests": {quota: shop.account.budget.used(quota) for quota in Quota},
            "problems": problems,
        }
        return jsonify(body), 503 if late else 200

    return blueprint
