"""The metrics: for Prometheus to fetch, and how long each web request took."""

import re
from time import perf_counter

from flask import Blueprint, Flask, Response, g, request

from connector.metrics.exposition import CONTENT_TYPE, exposition
from connector.observer import Observer
from connector.service import Service

UNMATCHED = "unmatched"
"""The route of every address that is not there: as a label, addresses would be without number."""
_OTHER = "other"
_PLACEHOLDER = re.compile(r"<(?:[^:<>]*:)?_?([^:<>]+)>")


def metrics_blueprint(service: Service) -> Blueprint:
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        """Answers also where the database can't be read, without what it knows."""
        response = Response(exposition(service.instruments.registry), content_type=CONTENT_TYPE)
        response.headers["Cache-Control"] = "no-store"
        return response

    return blueprint


def observe_requests(app: Flask, observer: Observer) -> None:
    """Has the observer told of each answer. To be called before any other hook is set, so that all are timed."""
    routes: dict[str, str] = {}

    @app.before_request
    def begin() -> None:
        g.began = perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        rule = request.url_rule
        if rule is None:
            method, route = _OTHER, UNMATCHED
        else:
            method = request.method
            route = routes.get(rule.rule) or routes.setdefault(rule.rule, route_label(rule.rule))
        observer.answered(method=method, route=route, status=response.status_code, seconds=perf_counter() - g.began)
        return response


def route_label(rule: str) -> str:
    """The rule without its converters: `/orders/<path:order_id>` as `/orders/<order_id>`."""
    return _PLACEHOLDER.sub(r"<\1>", rule)
