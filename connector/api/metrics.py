"""The metrics: for Prometheus to fetch, and how long each web request took."""

import re
from time import perf_counter
from typing import Any, cast

from flask import Blueprint, Flask, Request, Response, request

from connector.metrics.exposition import CONTENT_TYPE, exposition
from connector.observer import Observer
from connector.runtime import Service

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
